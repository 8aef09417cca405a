import { describe, expect, test } from '@jest/globals';
import type { TwilioRequest } from '../../local-twilio/respond.ts';
import { decodeEnvelope } from '../../src/core/jobs/envelope.ts';
import type { QueueMessage } from '../../src/core/ports/queues.ts';
import { AGENTS, type Chat, openStage, type Stage } from './stage.ts';

const { ann } = AGENTS;
const PHONE = '+15550109999';

/** A chat by SMS that Ann has accepted and the bridge has linked. */
const smsChat = async (stage: Stage): Promise<Chat> => {
  const chat = stage.texts(PHONE, 'is anybody there?');
  await stage.settle(0.1);
  stage.accepts(chat);
  await stage.settle(3);
  return chat;
};

const phone = (stage: Stage): readonly string[] => stage.twilio.customer.phone(PHONE).map(({ body }) => body);

const chatEvent = { only: 'POST webhooks.chatevent', account: 'flex', p: 1 } as const;

describe("the customer's SMS", () => {
  test('reaches the phone whichever app the agent wrote in, once and in order', async () => {
    const stage = openStage();
    const chat = await smsChat(stage);
    for (let n = 1; n <= 5; n += 1) {
      stage.frontlineAgentWrites(chat, `phone ${n}`);
      await stage.settle(0.1);
      stage.flexAgentWrites(chat, `desk ${n}`);
      await stage.settle(0.1);
    }
    await stage.settle(20);

    expect(phone(stage)).toEqual([1, 2, 3, 4, 5].flatMap((n) => [`phone ${n}`, `desk ${n}`]));
  });

  test("is never one of the customer's own messages, nor of the history", async () => {
    const stage = openStage();
    const chat = await smsChat(stage);
    stage.customerWrites(chat, 'hello?');
    await stage.settle(5);

    expect(stage.said('frontline', chat)).toEqual(['is anybody there?', 'hello?']);
    expect(phone(stage)).toEqual([]);
  });

  test('is sent once although every webhook comes twice', async () => {
    const stage = openStage();
    const chat = await smsChat(stage);
    stage.twilio.faults.add({ fault: 'webhook.doubled', p: 1, maxMs: 60 * 60_000 });
    stage.flexAgentWrites(chat, 'hello');
    stage.frontlineAgentWrites(chat, 'and welcome');
    await stage.settle(70);

    expect(phone(stage)).toEqual(['hello', 'and welcome']);
    expect(stage.journal('skipped(already)').filter(({ lane }) => lane === 'forward').length).toBeGreaterThan(0);
  });

  test('says exactly what was written', async () => {
    const stage = openStage();
    const chat = await smsChat(stage);
    const text = ' 👩‍👩‍👧‍👦 שלום \u202E+&=%20"\r\n\uFFFE\u00a0';
    stage.frontlineAgentWrites(chat, text);
    await stage.settle();

    expect(phone(stage)).toEqual([text]);
  });

  test("is Flex's webhook as it was received, byte for byte", async () => {
    const stage = openStage();
    const chat = await smsChat(stage);
    const posted: TwilioRequest[] = [];
    const queued: QueueMessage[] = [];
    const { respond } = stage.twilio;
    const { send } = stage.queues;
    Object.assign(stage.twilio, {
      respond: (request: TwilioRequest) => {
        if (request.host === 'webhooks.twilio.com') posted.push(request);
        return respond(request);
      },
    });
    Object.assign(stage.queues, {
      send: (...[name, message]: Parameters<typeof send>) => {
        if (name === 'default-webhook') queued.push(message);
        return send(name, message);
      },
    });
    stage.flexAgentWrites(chat, 'a+b c%20d é\n');
    await stage.settle();

    const received = queued.map(({ body }) => decodeEnvelope(body)?.work).find((work) => work?.kind === 'forward');
    expect(posted).toHaveLength(1);
    expect(posted[0]?.body).toBe(received?.kind === 'forward' ? received.forward.body : undefined);
    expect(posted[0]?.headers['content-type']).toBe('application/x-www-form-urlencoded; charset=UTF-8');
    // The local Twilio refuses a body that is not signed for its own address.
    expect(phone(stage)).toEqual(['a+b c%20d é\n']);
  });

  test("comes in order after Flex's webhook failed for a while, and replication did not wait for it", async () => {
    const stage = openStage();
    const chat = await smsChat(stage);
    const end = stage.twilio.faults.add({ fault: 'rest.5xx-before', status: 503, ...chatEvent });
    const texts: string[] = [];
    for (let n = 1; n <= 10; n += 1) {
      const text = `message ${n}`;
      texts.push(text);
      if (n % 2 === 0) stage.flexAgentWrites(chat, text);
      else stage.frontlineAgentWrites(chat, text);
      await stage.settle(1);
    }
    expect(phone(stage)).toEqual([]);
    expect(stage.said('flex', chat).slice(1)).toEqual(texts);
    expect(stage.said('frontline', chat).slice(1)).toEqual(texts);
    end();
    await stage.settle(15);

    expect(phone(stage)).toEqual(texts);
    const events = stage.journal('replicated').filter(({ type }) => type === 'message.added');
    const delays = events.map(({ ms }) => ms ?? Number.NaN);
    expect(Math.max(...delays)).toBeLessThan(1_000);
  });

  test('does not wait for Frontline', async () => {
    const stage = openStage();
    const chat = await smsChat(stage);
    stage.twilio.faults.add({ fault: 'side.down', p: 1, how: '503', account: 'frontline' });
    stage.flexAgentWrites(chat, 'we are on it');
    await stage.settle(0.1);

    expect(phone(stage)).toEqual(['we are on it']);
    expect(stage.said('frontline', chat)).toEqual(['is anybody there?']);
  });

  test('is not sent again when the answer to it is lost', async () => {
    const stage = openStage();
    const chat = await smsChat(stage);
    stage.flexAgentWrites(chat, 'one');
    await stage.during({ fault: 'rest.answer-lost', loss: 'destroy', ...chatEvent }, 0.01);
    stage.flexAgentWrites(chat, 'two');
    await stage.settle(10);

    expect(stage.twilio.faults.counts()['rest.answer-lost']).toBe(1);
    expect(phone(stage)).toEqual(['one', 'two']);
  });

  test("ends with the chat: Flex's webhook hears of it, after everything that was said", async () => {
    const stage = openStage();
    const chat = await smsChat(stage);
    stage.frontlineAgentWrites(chat, 'goodbye');
    await stage.settle(0.1);
    stage.twilio.flexAgent.endsChat(ann.flexWorkerSid, chat.channel);
    await stage.settle(5);

    expect(phone(stage)).toEqual(['goodbye']);
    const [session] = [...stage.twilio.place.flex.account.proxies.values()].flatMap((p) => [...p.sessions.values()]);
    expect(session?.status).toBe('closed');
  });
});

describe('a web chat', () => {
  test('has no SMS: each of its messages is offered to Flex once and ends as skipped(no_proxy)', async () => {
    const stage = openStage();
    const chat = await stage.linkedChat();
    stage.twilio.counts.reset();
    stage.customerWrites(chat, 'hello');
    await stage.settle();
    stage.frontlineAgentWrites(chat, 'hello you');
    await stage.settle(20);

    expect(stage.calls()['flex POST webhooks.chatevent']).toBe(2);
    const said = stage.transcript('flex', chat).map(({ sid }) => sid);
    const ended = stage.journal('skipped(no_proxy)').map(({ sids }) => sids[0]);
    expect(ended).toEqual(expect.arrayContaining(said));
    expect(await stage.dead('default-webhook')).toEqual([]);
  });
});
