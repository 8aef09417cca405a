import type { ChannelSid, SessionSid } from '../../../core/model/sids.ts';
import { TWILIO_PAGE } from '../../../core/model/times.ts';
import { TwilioError } from '../../../core/model/twilio-error.ts';
import type { Messenger, Outbound } from '../../../core/ports/outbound.ts';
import type { OutboundConfig } from '../../../runtime/outbound-settings.ts';
import { type AccountRest, createRest } from '../http/client.ts';
import { ALREADY_IN_SESSION, flexNameExists, NUMBER_IN_USE, SESSION_EXISTS } from '../http/errors.ts';
import { list, type Payload, requiredText, sid } from '../http/payload.ts';
import { undefinedWhenGone } from './chat-side.ts';

/** Found by this name, so an operator may make one of his own with other properties. */
const FLOW = 'Outbound SMS';

const codeOf = (error: unknown): number | undefined => (error instanceof TwilioError ? error.code : undefined);

/** What it says of a session that has ended is `closed` or `failed`. */
const readSession = (payload: Payload): { readonly sid: SessionSid; readonly isOpen: boolean } => ({
  sid: sid(payload, 'sid', 'KC'),
  isOpen: /^(open|in-progress)$/.test(requiredText(payload, 'status')),
});

/**
 * The Flex API's channels and Proxy's sessions.
 * @throws {TwilioError} from every call
 * @see https://www.twilio.com/docs/flex/developer/messaging/api
 * @see https://www.twilio.com/docs/proxy/api/session
 */
export const createOutboundSide = (account: AccountRest & { readonly outbound: OutboundConfig }): Outbound => {
  const { outbound, serviceSid } = account;
  const flex = createRest('flex-api.twilio.com', account);
  const proxy = createRest('proxy.twilio.com', account);
  const sessions = ['v1', 'Services', outbound.proxyServiceSid, 'Sessions'];
  const numbers: Readonly<Record<Messenger, string | undefined>> = {
    sms: outbound.smsNumber,
    whatsapp: outbound.whatsappNumber,
  };

  const flow: Outbound['flow'] = () => {
    const query = `?${new URLSearchParams({ FriendlyName: FLOW, PageSize: String(TWILIO_PAGE) })}`;
    return flex({ method: 'GET', path: ['v1', 'FlexFlows'], query }, (payload) => {
      const found = list(payload, 'flex_flows').filter((one) => requiredText(one, 'friendly_name') === FLOW);
      const [oldest] = found.toSorted((a, b) => Date.parse(madeAt(a)) - Date.parse(madeAt(b)));
      return oldest && sid(oldest, 'sid', 'FO');
    });
  };

  /** Without an integration: the bridge makes the task itself, when the phone is joined to the channel. */
  const createFlow: Outbound['createFlow'] = () => {
    const form = { FriendlyName: FLOW, ChatServiceSid: serviceSid, ChannelType: 'sms', JanitorEnabled: 'true' };
    return flex({ method: 'POST', path: ['v1', 'FlexFlows'], form }, (payload) => sid(payload, 'sid', 'FO'));
  };

  const createChannel: Outbound['createChannel'] = async ({ flow: of, uniqueName, identity, name, target }) => {
    const form = {
      ...{ FlexFlowSid: of, Identity: identity, ChatUserFriendlyName: name, ChatFriendlyName: name },
      ...{ ChatUniqueName: uniqueName, ...(target === undefined ? {} : { Target: target }) },
    };
    try {
      return await flex({ method: 'POST', path: ['v1', 'Channels'], form }, (payload) => sid(payload, 'sid', 'CH'));
    } catch (error) {
      if (flexNameExists.has(codeOf(error))) return 'taken';
      throw error;
    }
  };

  /** Of a name that is taken the session is that very one: nobody else names one by a channel of ours. */
  const session: Outbound['session'] = async (channel: ChannelSid) => {
    const form = { UniqueName: channel, Mode: 'message-only' };
    try {
      return await proxy({ method: 'POST', path: sessions, form }, readSession);
    } catch (error) {
      if (codeOf(error) !== SESSION_EXISTS) throw error;
      return proxy({ method: 'GET', path: [...sessions, channel] }, readSession);
    }
  };

  const joinSession: Outbound['joinSession'] = async (of, identifier, through) => {
    const form = { Identifier: identifier, ProxyIdentifier: through };
    try {
      await proxy({ method: 'POST', path: [...sessions, of, 'Participants'], form }, () => undefined);
    } catch (error) {
      if (codeOf(error) === NUMBER_IN_USE) return 'in_use';
      if (codeOf(error) !== ALREADY_IN_SESSION) throw error;
    }
    return 'joined';
  };

  return {
    number: (messenger) => numbers[messenger],
    taskChannel: outbound.taskChannel,
    ...{ flow, createFlow, createChannel, session, joinSession },
    isOpen: async (of) =>
      (await undefinedWhenGone(proxy({ method: 'GET', path: [...sessions, of] }, readSession)))?.isOpen,
  };
};

const madeAt = (flow: Payload): string => requiredText(flow, 'date_created');
