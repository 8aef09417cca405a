import { beforeEach, describe, expect, test } from '@jest/globals';
import { encodeEnvelope } from '../../../src/core/jobs/envelope.ts';
import { CHAT_EVENT, type ForwarderHarness, forwarderHarness } from './harness.ts';

let harness: ForwarderHarness;
let chat: ReturnType<ForwarderHarness['beginSms']>;

const HOUR_MS = 3_600_000;
const down = { fault: 'side.down', p: 1, account: 'flex', only: CHAT_EVENT, how: '503' } as const;
const busy = { status: 503, json: {} };
/** The edge gave up, and what is behind it may go on. */
const notDone = { fault: 'rest.5xx-before', p: 1, only: CHAT_EVENT, status: 502 } as const;
const noList = { status: 400, json: { code: 20001 } };
const answerLost = { fault: 'rest.answer-lost', p: 1, only: CHAT_EVENT, loss: 'destroy' } as const;

beforeEach(async () => {
  harness = forwarderHarness();
  chat = harness.beginSms();
  await harness.pass(1_000);
  harness.journal.length = 0;
});

/** The fault is there for the first post only. */
const once = async (fault: Parameters<ForwarderHarness['fault']>[0]): Promise<void> => {
  const end = harness.fault(fault);
  await harness.pass(0);
  end();
};

describe('a calm day', () => {
  test('what the agent writes is on the phone, in order, once each', async () => {
    for (const text of ['one', 'two', 'three']) chat.writes(text);
    await harness.pass(1_000);
    expect(chat.phone()).toEqual(['one', 'two', 'three']);
    expect(harness.journal.map(({ step }) => step)).toEqual(['forwarded', 'forwarded', 'forwarded']);
  });

  test('costs two writes a message, no read, and no call but the post', async () => {
    harness.twilio.counts.reset();
    harness.calls.store = 0;
    chat.writes('one');
    await harness.pass(1_000);
    expect(harness.calls.store).toBe(2);
    expect(harness.twilio.counts.total()).toEqual({ rest: 0, chatEvent: 1 });
  });

  test('a second webhook of the same message sends nothing', async () => {
    harness.fault({ fault: 'webhook.doubled', p: 1, maxMs: 20 * 60_000 });
    const sid = chat.writes('one');
    await harness.pass(20 * 60_000);
    expect(chat.phone()).toEqual(['one']);
    expect(harness.told(sid)).toEqual(['forwarded', 'skipped: already']);
  });

  test('a web chat has no Proxy session, and that is no trouble', async () => {
    const { channelSid } = harness.twilio.customer.beginWebChat();
    const { sid } = harness.twilio.customer.writes(channelSid, 'hello');
    await harness.pass(1_000);
    expect(harness.told(sid)).toEqual(['skipped: no_proxy']);
    expect(await harness.dead()).toEqual([]);
  });
});

describe.each([true, false])('an answer that is lost (interactions name messages: %s)', (named) => {
  beforeEach(() => {
    harness.twilio.switches.interactionsNameMessages = named;
  });

  test('of a post that was done is found in the session, at once if that names it, and not sent again', async () => {
    const sid = chat.writes('one');
    const since = harness.twilio.now();
    await once(answerLost);
    await harness.pass(59_000);
    // Another's equal text would look the same, so what is counted waits.
    expect(harness.told(sid)).toEqual(['retried: outcome_unknown', ...(named ? ['forwarded'] : [])]);
    expect(harness.looked(sid, since)).toEqual(named ? [] : [0, 1, 2, 4, 8, 16, 24, 32, 40, 48, 56]);
    await harness.pass(2_000);
    expect(harness.told(sid)).toEqual(['retried: outcome_unknown', 'forwarded']);
    expect(chat.phone()).toEqual(['one']);
  });

  test('of a post that was done a while later is found as soon as the session names it', async () => {
    const sid = chat.writes('one');
    await once({ fault: 'rest.late-commit', p: 1, only: CHAT_EVENT, loss: 'destroy', maxMs: 1 });
    await harness.pass(2_000);
    expect(harness.told(sid)).toEqual(['retried: outcome_unknown', ...(named ? ['forwarded'] : [])]);
  });

  test('of a post that is done late, within the settling, is found too', async () => {
    const sid = chat.writes('one');
    await once({ fault: 'rest.late-commit', p: 1, only: CHAT_EVENT, loss: 'destroy', maxMs: 55_000 });
    expect(chat.phone()).toEqual([]);
    await harness.pass(61_000);
    expect(harness.told(sid).at(-1)).toBe('forwarded');
    expect(chat.phone()).toEqual(['one']);
  });

  test('of a post that was not done is not found, and the message is sent', async () => {
    const sid = chat.writes('one');
    await once(notDone);
    await harness.pass(61_000);
    expect(chat.phone()).toEqual(['one']);
    expect(harness.told(sid)).toEqual(['retried: outcome_unknown', 'forwarded']);
  });

  test('while the same text was said shortly before: the second one is found by count', async () => {
    chat.writes('ok');
    await harness.pass(1_000);
    const second = chat.writes('ok');
    await once(answerLost);
    await harness.pass(61_000);
    expect(chat.phone()).toEqual(['ok', 'ok']);
    expect(harness.told(second).at(-1)).toBe('forwarded');
  });

  test('while the same text was said shortly before: the second one, not sent, is never taken for the first', async () => {
    chat.writes('ok');
    await harness.pass(1_000);
    const second = chat.writes('ok');
    await once(notDone);
    await harness.pass(61_000);
    expect(chat.phone()).toEqual(['ok', 'ok']);
    // By text alone it cannot be told which of the two the session shows.
    const doubt = named ? [] : ['retried: perhaps_sent_twice'];
    expect(harness.told(second)).toEqual(['retried: outcome_unknown', ...doubt, 'forwarded']);
  });

  test.each([
    ['sent', answerLost],
    ['notSent', notDone],
  ])('while the same text was said long before: no doubt about the second one, %s', async (_, fault) => {
    chat.writes('ok');
    await harness.pass(20_000);
    const second = chat.writes('ok');
    await once(fault);
    await harness.pass(61_000);
    expect(chat.phone()).toEqual(['ok', 'ok']);
    expect(harness.told(second)).toEqual(['retried: outcome_unknown', 'forwarded']);
  });

  test('while the customer says the same: his own words are not taken for the agent’s', async () => {
    const sid = chat.writes('ok');
    await once(notDone);
    harness.twilio.customer.writes(chat.channelSid, 'ok');
    await harness.pass(62_000);
    expect(chat.phone()).toEqual(['ok']);
    expect(harness.told(sid)).toEqual(['retried: outcome_unknown', 'forwarded']);
  });

  test('waits no longer because it could not be looked for in between, nor shorter', async () => {
    const sid = chat.writes('one');
    await once(notDone);
    const back = harness.fault({ fault: 'rest.5xx-before', p: 1, only: 'GET proxy.interactions', status: 503 });
    await harness.pass(50_000);
    back();
    await harness.pass(8_000);
    expect(chat.phone()).toEqual([]);
    await harness.pass(8_000);
    expect(chat.phone()).toEqual(['one']);
    expect(harness.told(sid)).not.toContain('retried: perhaps_sent_twice');
  });

  test('while the customer writes and writes: the session is read page by page', async () => {
    const sid = chat.writes('one');
    await once(answerLost);
    harness.twilio.switches.actionsPerSecond = 1_000;
    for (let n = 0; n < 110; n += 1) harness.twilio.customer.writes(chat.channelSid, `text ${n}`);
    await harness.pass(62_000);
    expect(chat.phone()).toEqual(['one']);
    expect(harness.told(sid)).toEqual(['retried: outcome_unknown', 'forwarded']);
  });

  test('by the death of the process after the post: the next one finds it', async () => {
    const sid = chat.writes('one');
    harness.dies('after');
    await harness.pass(0);
    harness.dies(undefined);
    await harness.pass(151_000);
    expect(chat.phone()).toEqual(['one']);
    expect(harness.told(sid)).toEqual(['forwarded']);
  });

  test('by the death of the process before the post: the next one sends it', async () => {
    const sid = chat.writes('one');
    harness.dies('before');
    await harness.pass(0);
    harness.dies(undefined);
    expect(chat.phone()).toEqual([]);
    await harness.pass(151_000);
    expect(chat.phone()).toEqual(['one']);
    expect(harness.told(sid)).toEqual(['forwarded']);
  });
});

describe.each([true, false])('a 500 of the webhook itself (interactions name messages: %s)', (named) => {
  beforeEach(() => {
    harness.twilio.switches.interactionsNameMessages = named;
  });
  /** Whatever the body: Twilio's own for this webhook is not known. */
  const bare = { status: 500 };

  test('that was done all the same is found by what the session lists, and not sent again', async () => {
    const sid = chat.writes('one');
    await once({ fault: 'rest.5xx-after', p: 1, only: CHAT_EVENT, status: 500 });
    await harness.pass(named ? 0 : 5_000);
    expect(harness.told(sid)).toEqual(['retried: outcome_unknown', 'forwarded']);
    expect(chat.phone()).toEqual(['one']);
  });

  test('that is done within three seconds is not sent again either', async () => {
    const sid = chat.writes('one');
    await once({ fault: 'rest.5xx-late', p: 1, only: CHAT_EVENT, status: 503, maxMs: 3_000 });
    await harness.pass(6_000);
    expect(harness.told(sid)).toEqual(['retried: outcome_unknown', 'forwarded']);
    expect(chat.phone()).toEqual(['one']);
  });

  test.each([
    ['with Twilio’s error body', undefined],
    ['without one', bare],
  ])('is looked up at once and after 1, 2, 4 s, and posted again after 5, with a word (%s)', async (_, answer) => {
    const sid = chat.writes('one');
    const since = harness.twilio.now();
    if (answer === undefined) await once({ fault: 'rest.5xx-before', p: 1, only: CHAT_EVENT, status: 500 });
    else harness.answers((path) => (path.includes('/Webhooks/') ? answer : undefined));
    await harness.pass(0);
    harness.answers(() => undefined);
    await harness.pass(4_900);
    expect(chat.phone()).toEqual([]);
    await harness.pass(1_000);
    expect(chat.phone()).toEqual(['one']);
    expect(harness.looked(sid, since)).toEqual([0, 1, 2, 4]);
    expect(harness.told(sid)).toEqual(['retried: outcome_unknown', 'retried: perhaps_sent_twice', 'forwarded']);
  });

  test('waits as long as it asks for', async () => {
    const asks = { status: 503, headers: { 'retry-after': '12' } };
    harness.answers((path) => (path.includes('/Webhooks/') ? asks : undefined));
    chat.writes('one');
    await harness.pass(0);
    harness.answers(() => undefined);
    await harness.pass(11_000);
    expect(chat.phone()).toEqual([]);
    await harness.pass(2_000);
    expect(chat.phone()).toEqual(['one']);
  });

  test('again and again is answered by ever longer waits: a quarter of the outage, and no more than a minute', async () => {
    const sid = chat.writes('one');
    harness.answers((path) => (path.includes('/Webhooks/') ? busy : undefined));
    const posts = () => harness.told(sid).filter((told) => told === 'retried: outcome_unknown').length;
    await harness.pass(60_000);
    expect(posts()).toBe(9);
    await harness.pass(9 * 60_000);
    expect(posts()).toBeLessThanOrEqual(25);
    harness.answers(() => undefined);
    await harness.pass(61_000);
    expect(chat.phone()).toEqual(['one']);
  });

  test('twice, and both done late: an equal text behind it is not taken for what was sent too often', async () => {
    const unheard: string[] = [];
    const fails = (path: string, body: string) => {
      if (!path.includes('/Webhooks/')) return undefined;
      unheard.push(body);
      return busy;
    };
    chat.writes('ok');
    harness.answers((path, body) => (unheard.length < 2 ? fails(path, body) : undefined));
    await harness.pass(11_000);
    expect(chat.phone()).toEqual(['ok']);
    for (const body of unheard) await harness.deps.defaultWebhook?.post('application/x-www-form-urlencoded', body);
    const second = chat.writes('ok');
    harness.answers(fails);
    await harness.pass(0);
    harness.answers(() => undefined);
    await harness.pass(61_000);
    const sent = harness.twilio.customer.phone('+15550109999').map(({ messageSid }) => messageSid);
    expect(sent).toHaveLength(4);
    expect(sent.at(-1)).toBe(second);
  });
});

describe('where a second post can double nothing', () => {
  const broken = { status: 500, json: {} };

  test.each([
    ['answered with a 500', broken],
    ['not answered', 'lost'],
  ])('it is made after 1, 2 and 4 s: a web chat has no Proxy session (%s)', async (_, how) => {
    const { channelSid } = harness.twilio.customer.beginWebChat();
    await harness.pass(1_000);
    const since = harness.twilio.now();
    const posts: number[] = [];
    harness.answers((path) => {
      if (!path.includes('/Webhooks/')) return undefined;
      posts.push(Math.round((harness.twilio.now() - since) / 1_000));
      return how === 'lost' || posts.length > 4 ? undefined : broken;
    });
    const end = how === 'lost' ? harness.fault(answerLost) : () => {};
    const { sid } = harness.twilio.customer.writes(channelSid, 'hello');
    await harness.pass(7_500);
    end();
    await harness.pass(4_000);
    expect(posts).toEqual([0, 1, 2, 4, 8]);
    expect(harness.told(sid).at(-1)).toBe('skipped: no_proxy');
    expect(harness.told(sid)).not.toContain('retried: perhaps_sent_twice');
  });

  test('a look that shows no channel at all is no proof that it has no session', async () => {
    harness.answers((path) => (/\/Channels\/CH\w+$/.test(path) ? { status: 404, json: { code: 20404 } } : undefined));
    chat.writes('one');
    await once(answerLost);
    await harness.pass(30_000);
    harness.answers(() => undefined);
    await harness.pass(31_000);
    expect(chat.phone()).toEqual(['one']);
  });
});

describe('what cannot be told is sent again, and the journal says so before', () => {
  const doubled = ['retried: outcome_unknown', 'retried: perhaps_sent_twice', 'forwarded'];

  test.each([
    ['there is no such session', /Interactions/, { status: 404, json: { code: 20404 } }],
    ['the list is refused for good', /Interactions/, noList],
  ])('when %s', async (_, path, answer) => {
    harness.answers((asked) => (path.test(asked) ? answer : undefined));
    const sid = chat.writes('one');
    await once(answerLost);
    await harness.pass(59_000);
    expect(chat.phone()).toEqual(['one']);
    await harness.pass(2_000);
    expect(harness.told(sid)).toEqual(doubled);
    expect(chat.phone()).toEqual(['one', 'one']);
  });

  test('when the list fails for a quarter of an hour', async () => {
    harness.fault({ fault: 'rest.5xx-before', p: 1, only: 'GET proxy.interactions', status: 503 });
    const sid = chat.writes('one');
    await once(answerLost);
    await harness.pass(15 * 60_000);
    expect(chat.phone()).toEqual(['one']);
    await harness.pass(2 * 60_000);
    expect(harness.told(sid).slice(-2)).toEqual(doubled.slice(-2));
    expect(chat.phone()).toEqual(['one', 'one']);
  });

  test('seldom in a long outage, in which neither the list nor the post gets through', async () => {
    const sid = chat.writes('one');
    const end = harness.fault({ fault: 'side.down', p: 1, account: 'flex', how: '503' });
    await harness.pass(8 * HOUR_MS);
    end();
    await harness.pass(HOUR_MS);
    expect(harness.told(sid).filter((told) => told === doubled[1]).length).toBeLessThanOrEqual(5);
    expect(chat.phone()).toEqual(['one']);
  });

  test('but not where the channel names no session: Proxy would refuse it both times', async () => {
    const { channelSid } = harness.twilio.customer.beginWebChat();
    await harness.pass(1_000);
    const { sid } = harness.twilio.customer.writes(channelSid, 'hello');
    await once(answerLost);
    await harness.pass(61_000);
    expect(harness.told(sid)).toEqual(['retried: outcome_unknown', 'skipped: no_proxy']);
  });

  test('but a channel’s end is told twice without a word, for that does no harm', async () => {
    chat.ends();
    await once(answerLost);
    await harness.pass(61_000);
    expect(harness.told(chat.channelSid)).toEqual(['retried: outcome_unknown', 'forwarded']);
  });
});

describe('two consumers on one message', () => {
  test('post it once: whoever comes second waits for the first', async () => {
    const sid = chat.writes('one');
    await harness.webhooksArrive();
    const [received] = await harness.queues.source('default-webhook').receive(1);
    if (received === undefined) throw new Error('nothing came');
    const both = await Promise.all([
      harness.consume(received.body, received.group),
      harness.consume(received.body, received.group),
    ]);
    expect(both.map(({ verdict }) => verdict).sort()).toEqual(['done', 'retry']);
    expect(chat.phone()).toEqual(['one']);
    expect(harness.told(sid).sort()).toEqual(['forwarded', 'retried: forward_in_flight']);
  });

  test('whoever comes after the death of the first waits until nothing of its post can still arrive', async () => {
    chat.writes('one');
    await harness.webhooksArrive();
    const [received] = await harness.queues.source('default-webhook').receive(1);
    if (received === undefined) throw new Error('nothing came');
    harness.dies('before');
    void harness.consume(received.body, received.group);
    await harness.twilio.pass(30_000);
    harness.dies(undefined);
    // 20 s were the first one's, 60 s are for the settling; in between it is looked for.
    const second = await harness.consume(received.body, received.group);
    expect(second).toEqual({ verdict: 'retry', afterSeconds: 6 });
    await harness.twilio.pass(49_000);
    expect(await harness.consume(received.body, received.group)).toEqual({ verdict: 'retry', afterSeconds: 1 });
    expect(chat.phone()).toEqual([]);
    await harness.twilio.pass(1_000);
    expect(await harness.consume(received.body, received.group)).toEqual({ verdict: 'done' });
    expect(chat.phone()).toEqual(['one']);
  });

  test('a process that slept past its lease posts no more', async () => {
    const sid = chat.writes('one');
    harness.afterNextWrite(() => harness.twilio.pass(15_000));
    await harness.pass(0);
    expect(harness.told(sid)[0]).toBe('retried: no_time_left');
    await harness.pass(1_000);
    expect(chat.phone()).toEqual(['one']);
  });
});

describe('the head of a channel’s line', () => {
  test('holds the line while Flex’s webhook is down, and not the other channels', async () => {
    const other = harness.beginSms('+15550108888');
    await harness.pass(1_000);
    const head = chat.writes('one');
    harness.answers((_, body) => (body.includes(head) && harness.twilio.now() < end ? busy : undefined));
    const end = harness.twilio.now() + HOUR_MS;
    await harness.pass(0);
    chat.writes('two');
    other.writes('hello');
    await harness.pass(HOUR_MS / 2);
    expect([chat.phone(), other.phone()]).toEqual([[], ['hello']]);
    await harness.pass(HOUR_MS);
    expect(chat.phone()).toEqual(['one', 'two']);
  });

  test('waits as long as a 429 asks, and is tried again without a look-up', async () => {
    const sid = chat.writes('one');
    harness.twilio.counts.reset();
    await once({ fault: 'rest.429', p: 1, only: CHAT_EVENT, retryAfter: 7 });
    await harness.pass(6_000);
    expect(chat.phone()).toEqual([]);
    await harness.pass(1_000);
    expect(chat.phone()).toEqual(['one']);
    expect(harness.told(sid)).toEqual(['retried: twilio 20429', 'forwarded']);
    expect(harness.twilio.counts.total()).toEqual({ rest: 0, chatEvent: 2 });
  });

  test('refused for good is parked, and the line goes on', async () => {
    const sid = chat.writes('one');
    harness.answers((_, body) => (body.includes(sid) ? { status: 422, json: {} } : undefined));
    chat.writes('two');
    await harness.pass(1_000);
    expect(harness.told(sid)).toEqual(['parked: forward_refused']);
    expect(await harness.dead()).toEqual(['forward_refused']);
    expect(chat.phone()).toEqual(['two']);
  });

  test('refused for what it says is parked with Twilio’s code', async () => {
    harness.fault({ fault: 'content.refused', p: 1, holds: 'poison', only: CHAT_EVENT });
    const sid = chat.writes('poison');
    await harness.pass(1_000);
    expect(harness.journal.at(-1)).toMatchObject({ step: 'parked', reason: 'forward_refused', code: 50504 });
    expect(harness.told(sid)).toEqual(['parked: forward_refused']);
  });

  test('in a session that has ended is pointless', async () => {
    const first = chat.writes('bye');
    await harness.pass(1_000);
    chat.ends();
    const late = chat.writes('one more thing');
    await harness.pass(1_000);
    expect([harness.told(first), harness.told(late)]).toEqual([['forwarded'], ['parked: forward_pointless']]);
    expect(await harness.dead()).toEqual(['forward_pointless']);
    expect(chat.phone()).toEqual(['bye']);
  });

  test('is pointless after a day, and what came an hour later is not', async () => {
    const end = harness.fault(down);
    const first = chat.writes('one');
    await harness.pass(HOUR_MS);
    const second = chat.writes('two');
    await harness.pass(23 * HOUR_MS + 60_000 * 5);
    end();
    await harness.pass(5 * 60_000);
    expect(harness.told(first).at(-1)).toBe('parked: forward_pointless');
    expect(harness.told(second).at(-1)).toBe('forwarded');
    expect(await harness.dead()).toEqual(['forward_pointless']);
    expect(chat.phone()).toEqual(['two']);
  });

  test.each([
    ['asks to wait', { status: 429, json: {} }, 'retried: twilio 429'],
    ['answers with an error', busy, 'retried: outcome_unknown'],
    ['gives no answer', { status: 504 }, 'retried: outcome_unknown'],
  ])('is not received so often in a day that its queue gives it up: Flex’s webhook %s', async (_, answer, told) => {
    const sid = chat.writes('one');
    harness.answers((path) => (path.includes('/Webhooks/') ? answer : undefined));
    await harness.pass(24 * HOUR_MS);
    expect(harness.told(sid)).toContain(told);
    expect(harness.journal.filter(({ sids, step }) => sids[0] === sid && step === 'retried').length).toBeLessThan(950);
    await harness.pass(5 * 60_000);
    expect(await harness.dead()).toEqual(['forward_pointless']);
  });

  test('outlives a store that fails, and says so without the text of the error', async () => {
    const sid = chat.writes('one');
    harness.storeFails(true);
    await harness.pass(10_000);
    harness.storeFails(false);
    await harness.pass(100_000);
    expect(harness.told(sid)[0]).toMatch(/^failed: Error: at counting .*harness\.ts/);
    expect(harness.told(sid)[1]).toBe('retried: failed');
    expect(harness.told(sid).at(-1)).toBe('forwarded');
    expect(chat.phone()).toEqual(['one']);
  });
});

test('what cannot be read is parked', async () => {
  const body = encodeEnvelope({ receivedAt: 0, work: { kind: 'link', pair: 'flex#CH', because: 'unfinished' } });
  expect(await harness.consume(body, chat.channelSid)).toEqual({ verdict: 'park', reason: 'unreadable' });
});
