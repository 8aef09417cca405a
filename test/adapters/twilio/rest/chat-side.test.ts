import { FLEX, FRONTLINE } from '../../../../local-twilio/defaults.ts';
import { type RunningTwilio, startLocalTwilio } from '../../../../local-twilio/server.ts';
import { createRest } from '../../../../src/adapters/twilio/http/client.ts';
import { createHttp } from '../../../../src/adapters/twilio/http/http.ts';
import { sid } from '../../../../src/adapters/twilio/http/payload.ts';
import { createFlexSide } from '../../../../src/adapters/twilio/rest/flex-side.ts';
import { createFrontlineSide } from '../../../../src/adapters/twilio/rest/frontline-side.ts';
import type { AccountSid, ServiceSid } from '../../../../src/core/model/sids.ts';
import { describeChatSide } from './chat-side.contract.ts';

const onLocalTwilio = async () => {
  const twilio: RunningTwilio = await startLocalTwilio({ seed: 1, switches: { actionsPerSecond: undefined } });
  const { call, close } = createHttp(Date);
  const account = (sid: AccountSid, authToken: string, serviceSid: ServiceSid) => ({
    http: call,
    accountSid: sid,
    secrets: async () => ({ authToken, previousAuthToken: undefined, apiKey: undefined }),
    serviceSid,
    requestMs: 60_000,
    baseUrl: twilio.url,
  });
  const end = async () => {
    close();
    await twilio.stop();
  };
  return { account, end };
};

describeChatSide('Flex on Programmable Chat', async () => {
  const { account, end } = await onLocalTwilio();
  const flex = account(FLEX.accountSid, FLEX.authToken, FLEX.chatServiceSid);
  const path = ['v2', 'Services', FLEX.chatServiceSid, 'Channels'];
  const container = await createRest('chat.twilio.com', flex)(
    { method: 'POST', path, form: { FriendlyName: 'a chat', Type: 'private' } },
    (channel) => sid(channel, 'sid', 'CH'),
  );
  return { side: createFlexSide(flex), container, close: end };
});

describeChatSide('Frontline on Conversations', async () => {
  const { account, end } = await onLocalTwilio();
  const side = createFrontlineSide(
    account(FRONTLINE.accountSid, FRONTLINE.authToken, FRONTLINE.conversationServiceSid),
  );
  const born = await side.createConversation({ uniqueName: 'one', friendlyName: 'a chat', attributes: '{}' });
  if (born === 'taken') throw new Error('a new Twilio knows the name already');
  return { side, container: born.sid, close: end };
});
