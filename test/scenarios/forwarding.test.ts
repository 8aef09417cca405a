import { describe, expect, test } from '@jest/globals';
import type { TwilioRequest } from '../../local-twilio/respond.ts';
import { decodeEnvelope } from '../../src/core/jobs/envelope.ts';
import type { QueueMessage } from '../../src/core/ports/queues.ts';
import { AGENTS, type ScenarioHarness, scenarioHarness } from './harness.ts';

const { ann } = AGENTS;
const PHONE = '+15550109999';

const phone = (harness: ScenarioHarness): readonly string[] =>
  harness.twilio.customer.phone(PHONE).map(({ body }) => body);

const chatEvent = { only: 'POST webhooks.chatevent', account: 'flex', p: 1 } as const;

describe("the customer's SMS", () => {
  test('reaches the phone whichever app the agent wrote in, once and in order', async () => {
    const harness = scenarioHarness();
    const chat = await harness.linkedSmsChat(PHONE);
    for (let n = 1; n <= 5; n += 1) {
      harness.frontlineAgentWrites(chat, `phone ${n}`);
      await harness.settle(0.1);
      harness.flexAgentWrites(chat, `desk ${n}`);
      await harness.settle(0.1);
    }
    await harness.settle(20);

    expect(phone(harness)).toEqual([1, 2, 3, 4, 5].flatMap((n) => [`phone ${n}`, `desk ${n}`]));
  });

  test("is never one of the customer's own messages, nor of the history", async () => {
    const harness = scenarioHarness();
    const chat = await harness.linkedSmsChat(PHONE);
    harness.customerWrites(chat, 'hello?');
    await harness.settle(5);

    expect(harness.said('frontline', chat)).toEqual(['is anybody there?', 'hello?']);
    expect(phone(harness)).toEqual([]);
  });

  test('is sent once although every webhook comes twice', async () => {
    const harness = scenarioHarness();
    const chat = await harness.linkedSmsChat(PHONE);
    harness.twilio.faults.add({ fault: 'webhook.doubled', p: 1, maxMs: 60 * 60_000 });
    harness.flexAgentWrites(chat, 'hello');
    harness.frontlineAgentWrites(chat, 'and welcome');
    await harness.settle(70);

    expect(phone(harness)).toEqual(['hello', 'and welcome']);
    expect(harness.journal('skipped(already)').filter(({ lane }) => lane === 'forward').length).toBeGreaterThan(0);
  });

  test('says exactly what was written', async () => {
    const harness = scenarioHarness();
    const chat = await harness.linkedSmsChat(PHONE);
    const text = ' 👩‍👩‍👧‍👦 שלום \u202E+&=%20"\r\n\uFFFE\u00a0';
    harness.frontlineAgentWrites(chat, text);
    await harness.settle();

    expect(phone(harness)).toEqual([text]);
  });

  test("is Flex's webhook as it was received, byte for byte", async () => {
    const harness = scenarioHarness();
    const chat = await harness.linkedSmsChat(PHONE);
    const posted: TwilioRequest[] = [];
    const queued: QueueMessage[] = [];
    const { respond } = harness.twilio;
    const { send } = harness.queues;
    Object.assign(harness.twilio, {
      respond: (request: TwilioRequest) => {
        if (request.host === 'webhooks.twilio.com') posted.push(request);
        return respond(request);
      },
    });
    Object.assign(harness.queues, {
      send: (...[name, message]: Parameters<typeof send>) => {
        if (name === 'default-webhook') queued.push(message);
        return send(name, message);
      },
    });
    harness.flexAgentWrites(chat, 'a+b c%20d é\n');
    await harness.settle();

    const received = queued.map(({ body }) => decodeEnvelope(body)?.work).find((work) => work?.kind === 'forward');
    expect(posted).toHaveLength(1);
    expect(posted[0]?.body).toBe(received?.kind === 'forward' ? received.forward.body : undefined);
    expect(posted[0]?.headers['content-type']).toBe('application/x-www-form-urlencoded; charset=UTF-8');
    // The local Twilio refuses a body that is not signed for its own address.
    expect(phone(harness)).toEqual(['a+b c%20d é\n']);
  });

  test("comes in order after Flex's webhook failed for a while, and replication did not wait for it", async () => {
    const harness = scenarioHarness();
    const chat = await harness.linkedSmsChat(PHONE);
    const end = harness.twilio.faults.add({ fault: 'rest.5xx-before', status: 503, ...chatEvent });
    const texts: string[] = [];
    for (let n = 1; n <= 10; n += 1) {
      const text = `message ${n}`;
      texts.push(text);
      if (n % 2 === 0) harness.flexAgentWrites(chat, text);
      else harness.frontlineAgentWrites(chat, text);
      await harness.settle(1);
    }
    expect(phone(harness)).toEqual([]);
    expect(harness.said('flex', chat).slice(1)).toEqual(texts);
    expect(harness.said('frontline', chat).slice(1)).toEqual(texts);
    end();
    await harness.settle(15);

    expect(phone(harness)).toEqual(texts);
    const events = harness.journal('replicated').filter(({ type }) => type === 'message.added');
    const delays = events.map(({ ms }) => ms ?? Number.NaN);
    expect(Math.max(...delays)).toBeLessThan(1_000);
  });

  test('does not wait for Frontline', async () => {
    const harness = scenarioHarness();
    const chat = await harness.linkedSmsChat(PHONE);
    harness.twilio.faults.add({ fault: 'side.down', p: 1, how: '503', account: 'frontline' });
    harness.flexAgentWrites(chat, 'we are on it');
    await harness.settle(0.1);

    expect(phone(harness)).toEqual(['we are on it']);
    expect(harness.said('frontline', chat)).toEqual(['is anybody there?']);
  });

  test('is not sent again when the answer to it is lost', async () => {
    const harness = scenarioHarness();
    const chat = await harness.linkedSmsChat(PHONE);
    harness.flexAgentWrites(chat, 'one');
    await harness.during({ fault: 'rest.answer-lost', loss: 'destroy', ...chatEvent }, 0.01);
    harness.flexAgentWrites(chat, 'two');
    await harness.settle(10);

    expect(harness.twilio.faults.counts()['rest.answer-lost']).toBe(1);
    expect(phone(harness)).toEqual(['one', 'two']);
  });

  test("ends with the chat: Flex's webhook hears of it, after everything that was said", async () => {
    const harness = scenarioHarness();
    const chat = await harness.linkedSmsChat(PHONE);
    harness.frontlineAgentWrites(chat, 'goodbye');
    await harness.settle(0.1);
    harness.twilio.flexAgent.endsChat(ann.flexWorkerSid, chat.channel);
    await harness.settle(5);

    expect(phone(harness)).toEqual(['goodbye']);
    const [session] = [...harness.twilio.place.flex.account.proxies.values()].flatMap((p) => [...p.sessions.values()]);
    expect(session?.status).toBe('closed');
  });
});

describe('a web chat', () => {
  test('has no SMS: each of its messages is offered to Flex once and ends as skipped(no_proxy)', async () => {
    const harness = scenarioHarness();
    const chat = await harness.linkedChat();
    harness.twilio.counts.reset();
    harness.customerWrites(chat, 'hello');
    await harness.settle();
    harness.frontlineAgentWrites(chat, 'hello you');
    await harness.settle(20);

    expect(harness.calls()['flex POST webhooks.chatevent']).toBe(2);
    const said = harness.transcript('flex', chat).map(({ sid }) => sid);
    const ended = harness.journal('skipped(no_proxy)').map(({ sids }) => sids[0]);
    expect(ended).toEqual(expect.arrayContaining(said));
    expect(await harness.dead('default-webhook')).toEqual([]);
  });
});
