/** One message reads alike, whoever tells of it. */
import { afterEach, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { AGENTS, FLEX, FRONTLINE } from '../../../local-twilio/defaults.ts';
import { startLocalTwilio } from '../../../local-twilio/server.ts';
import { createHttp } from '../../../src/adapters/twilio/http/http.ts';
import { requiredText } from '../../../src/adapters/twilio/http/payload.ts';
import { attributesIn, bodyIn, mediumIn } from '../../../src/adapters/twilio/message-fields.ts';
import { createFlexSide } from '../../../src/adapters/twilio/rest/flex-side.ts';
import { createFrontlineSide } from '../../../src/adapters/twilio/rest/frontline-side.ts';
import { readChat } from '../../../src/adapters/twilio/webhook/chat.ts';
import { readConversations } from '../../../src/adapters/twilio/webhook/conversations.ts';
import { readForm } from '../../../src/adapters/twilio/webhook/form.ts';
import { reading } from '../../../src/adapters/twilio/webhook/reading.ts';
import type { Message } from '../../../src/core/model/event.ts';
import type { AccountSid, ServiceSid } from '../../../src/core/model/sids.ts';
import { startReceiver } from '../../local-twilio/support/receiver.ts';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** A chat on each side, a message written there, and how each way of hearing of it reads it. */
const onBothSides = async () => {
  const receiver = await startReceiver();
  const twilio = await startLocalTwilio({ seed: 3, switches: { actionsPerSecond: undefined } });
  const { call, close } = createHttp(Date);
  ends.push(receiver.stop, twilio.stop, async () => close());
  twilio.connectBridge(receiver.url);
  const account = (accountSid: AccountSid, authToken: string, serviceSid: ServiceSid) => ({
    ...{ http: call, accountSid, serviceSid, requestMs: 60_000, baseUrl: twilio.url },
    secrets: async () => ({ authToken, previousAuthToken: undefined, apiKey: undefined }),
  });
  const flex = createFlexSide(account(FLEX.accountSid, FLEX.authToken, FLEX.chatServiceSid));
  const frontline = createFrontlineSide(
    account(FRONTLINE.accountSid, FRONTLINE.authToken, FRONTLINE.conversationServiceSid),
  );
  const { channelSid } = twilio.customer.beginWebChat({ name: 'Jo', identity: 'jo' });
  const born = await frontline.createConversation({ uniqueName: 'one', friendlyName: 'Jo', attributes: '{}' });
  if (born === 'taken') throw new Error('a new Twilio knows the name already');
  const { email } = AGENTS.ann;
  await frontline.join(born.sid, { identity: email, attributes: '{}' });
  const told = async (sid: string): Promise<Message> => {
    await twilio.webhooks.settled();
    const params = receiver.received.find((one) => one.params.MessageSid === sid)?.params ?? {};
    const read = readForm(Buffer.from(new URLSearchParams(params).toString()));
    const reader =
      'ChannelSid' in params ? readChat(FLEX.chatServiceSid) : readConversations(FRONTLINE.conversationServiceSid);
    const found = typeof read === 'string' ? undefined : reading(read.form, reader);
    if (found?.kind !== 'event' || found.event === undefined || !('message' in found.event))
      throw new Error('the webhook is of no message');
    return found.event.message;
  };
  return {
    told,
    flex: {
      side: flex,
      container: channelSid,
      writes: (body: string, attributes: string | undefined) => twilio.customer.writes(channelSid, body, attributes),
      sends: (file: File) => twilio.customer.sends(channelSid, file),
    },
    frontline: {
      side: frontline,
      container: born.sid,
      writes: (body: string) => twilio.frontlineAgent.writes(email, born.sid, body),
      sends: (file: File) => twilio.frontlineAgent.sends(email, born.sid, file),
    },
  };
};

type File = { readonly filename: string; readonly contentType: string; readonly size: number };

/** A list may tell whole seconds where a webhook tells milliseconds, and only it tells that nobody edited a message. */
const toTheSecond = (message: Message | undefined) =>
  message && { ...message, createdAt: message.createdAt.slice(0, 19), neverEdited: undefined };

const text = fc.oneof(fc.constantFrom('', 'half \ud83d'), fc.string({ unit: 'grapheme', maxLength: 20 }));
const file = fc.record({
  filename: text,
  contentType: fc.oneof(fc.constant(''), fc.constant('image/png'), text),
  size: fc.oneof(fc.constant(0), fc.maxSafeNat()),
});
const attributes = fc.option(fc.oneof(fc.json({ maxDepth: 1 }), fc.constantFrom('{}', 'null')), { nil: undefined });

test.each(['flex', 'frontline'] as const)(
  'A message in %s reads alike from its webhook, a look and a list',
  async (name) => {
    const { told, ...both } = await onBothSides();
    const { side, container, writes, sends } = both[name];
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(file, fc.record({ body: text.filter((body) => body !== ''), attributes })),
        async (said) => {
          const { sid } = 'filename' in said ? sends(said) : writes(said.body, said.attributes);
          const heard = toTheSecond(await told(sid));
          expect(toTheSecond(await side.message(container, sid))).toEqual(heard);
          const { messages } = await side.listMessages(container, 'desc');
          expect(toTheSecond(messages.find((one) => one.sid === sid))).toEqual(heard);
        },
      ),
      { numRuns: 30 },
    );
  },
);

test('Half a character is in a list what it is in a form', () => {
  const half = 'a\ud83d';
  expect(mediumIn({ sid: `ME${'a'.repeat(32)}`, filename: half, contentType: half, size: 1 })).toMatchObject({
    filename: 'a\ufffd',
    contentType: 'a\ufffd',
  });
  expect([bodyIn(half), attributesIn(half), requiredText({ half }, 'half')]).toEqual(Array(3).fill('a\ufffd'));
});

/** What only a program that plays Twilio would answer: each way of saying that there is none. */
test.each([undefined, null, ''])(
  'A file without a name and a type is one whatever stands in their place: %j',
  (none) => {
    expect(mediumIn({ sid: `ME${'a'.repeat(32)}`, filename: none, contentType: none, size: none })).toEqual({
      sid: `ME${'a'.repeat(32)}`,
      contentType: 'application/octet-stream',
      size: 0,
    });
    expect(mediumIn({ sid: none, filename: 'a', contentType: 'b', size: 1 })).toBeUndefined();
    expect(bodyIn(none)).toBe('');
    expect(attributesIn(none)).toBe('{}');
  },
);
