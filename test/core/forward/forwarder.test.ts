import { beforeEach, describe, expect, test } from '@jest/globals';
import { encodeEnvelope } from '../../../src/core/jobs/envelope.ts';
import { CHAT_EVENT, type Stage, setStage } from './stage.ts';

let stage: Stage;
let chat: ReturnType<Stage['beginSms']>;

const HOUR_MS = 3_600_000;
const down = { fault: 'side.down', p: 1, account: 'flex', only: CHAT_EVENT, how: '503' } as const;
const busy = { status: 503, json: {} };
const answerLost = { fault: 'rest.answer-lost', p: 1, only: CHAT_EVENT, loss: 'destroy' } as const;

beforeEach(async () => {
  stage = setStage();
  chat = stage.beginSms();
  await stage.pass(1_000);
  stage.journal.length = 0;
});

/** The fault is there for the first post only. */
const once = async (fault: Parameters<Stage['fault']>[0]): Promise<void> => {
  const end = stage.fault(fault);
  await stage.pass(0);
  end();
};

describe('a calm day', () => {
  test('what the agent writes is on the phone, in order, once each', async () => {
    for (const text of ['one', 'two', 'three']) chat.writes(text);
    await stage.pass(1_000);
    expect(chat.phone()).toEqual(['one', 'two', 'three']);
    expect(stage.journal.map(({ step }) => step)).toEqual(['forwarded', 'forwarded', 'forwarded']);
  });

  test('costs two writes a message, no read, and no call but the post', async () => {
    stage.twilio.counts.reset();
    stage.calls.store = 0;
    chat.writes('one');
    await stage.pass(1_000);
    expect(stage.calls.store).toBe(2);
    expect(stage.twilio.counts.total()).toEqual({ rest: 0, chatEvent: 1 });
  });

  test('a second webhook of the same message sends nothing', async () => {
    stage.fault({ fault: 'webhook.doubled', p: 1, maxMs: 20 * 60_000 });
    const sid = chat.writes('one');
    await stage.pass(20 * 60_000);
    expect(chat.phone()).toEqual(['one']);
    expect(stage.told(sid)).toEqual(['forwarded', 'skipped: already']);
  });

  test('a web chat has no Proxy session, and that is no trouble', async () => {
    const { channelSid } = stage.twilio.customer.beginWebChat();
    const { sid } = stage.twilio.customer.writes(channelSid, 'hello');
    await stage.pass(1_000);
    expect(stage.told(sid)).toEqual(['skipped: no_proxy']);
    expect(await stage.dead()).toEqual([]);
  });
});

describe.each([true, false])('an answer that is lost (interactions name messages: %s)', (named) => {
  beforeEach(() => {
    stage.twilio.switches.interactionsNameMessages = named;
  });

  test('of a post that was done is found in the session after settling, and not sent again', async () => {
    const sid = chat.writes('one');
    await once(answerLost);
    await stage.pass(59_000);
    expect(stage.told(sid)).toEqual(['retried: outcome_unknown']);
    await stage.pass(2_000);
    expect(stage.told(sid)).toEqual(['retried: outcome_unknown', 'forwarded']);
    expect(chat.phone()).toEqual(['one']);
  });

  test('of a post that is done late, within the settling, is found too', async () => {
    const sid = chat.writes('one');
    await once({ fault: 'rest.late-commit', p: 1, only: CHAT_EVENT, loss: 'destroy', maxMs: 55_000 });
    expect(chat.phone()).toEqual([]);
    await stage.pass(61_000);
    expect(stage.told(sid).at(-1)).toBe('forwarded');
    expect(chat.phone()).toEqual(['one']);
  });

  test('of a post that was not done is not found, and the message is sent', async () => {
    const sid = chat.writes('one');
    await once({ fault: 'rest.5xx-before', p: 1, only: CHAT_EVENT, status: 500 });
    await stage.pass(61_000);
    expect(chat.phone()).toEqual(['one']);
    expect(stage.told(sid)).toEqual(['retried: outcome_unknown', 'forwarded']);
  });

  test('while the same text was said shortly before: the second one is found by count', async () => {
    chat.writes('ok');
    await stage.pass(1_000);
    const second = chat.writes('ok');
    await once(answerLost);
    await stage.pass(61_000);
    expect(chat.phone()).toEqual(['ok', 'ok']);
    expect(stage.told(second).at(-1)).toBe('forwarded');
  });

  test('while the same text was said shortly before: the second one, not sent, is never taken for the first', async () => {
    chat.writes('ok');
    await stage.pass(1_000);
    const second = chat.writes('ok');
    await once({ fault: 'rest.5xx-before', p: 1, only: CHAT_EVENT, status: 500 });
    await stage.pass(61_000);
    expect(chat.phone()).toEqual(['ok', 'ok']);
    // By text alone it cannot be told which of the two the session shows.
    const doubt = named ? [] : ['retried: perhaps_sent_twice'];
    expect(stage.told(second)).toEqual(['retried: outcome_unknown', ...doubt, 'forwarded']);
  });

  test.each([
    ['sent', answerLost],
    ['notSent', { fault: 'rest.5xx-before', p: 1, only: CHAT_EVENT, status: 500 } as const],
  ])('while the same text was said long before: no doubt about the second one, %s', async (_, fault) => {
    chat.writes('ok');
    await stage.pass(20_000);
    const second = chat.writes('ok');
    await once(fault);
    await stage.pass(61_000);
    expect(chat.phone()).toEqual(['ok', 'ok']);
    expect(stage.told(second)).toEqual(['retried: outcome_unknown', 'forwarded']);
  });

  test('while the customer says the same: his own words are not taken for the agent’s', async () => {
    const sid = chat.writes('ok');
    await once({ fault: 'rest.5xx-before', p: 1, only: CHAT_EVENT, status: 500 });
    stage.twilio.customer.writes(chat.channelSid, 'ok');
    await stage.pass(62_000);
    expect(chat.phone()).toEqual(['ok']);
    expect(stage.told(sid)).toEqual(['retried: outcome_unknown', 'forwarded']);
  });

  test('while the customer writes and writes: the session is read page by page', async () => {
    const sid = chat.writes('one');
    await once(answerLost);
    stage.twilio.switches.actionsPerSecond = 1_000;
    for (let n = 0; n < 110; n += 1) stage.twilio.customer.writes(chat.channelSid, `text ${n}`);
    await stage.pass(62_000);
    expect(chat.phone()).toEqual(['one']);
    expect(stage.told(sid)).toEqual(['retried: outcome_unknown', 'forwarded']);
  });

  test('by the death of the process after the post: the next one finds it', async () => {
    const sid = chat.writes('one');
    stage.dies('after');
    await stage.pass(0);
    stage.dies(undefined);
    await stage.pass(151_000);
    expect(chat.phone()).toEqual(['one']);
    expect(stage.told(sid)).toEqual(['forwarded']);
  });

  test('by the death of the process before the post: the next one sends it', async () => {
    const sid = chat.writes('one');
    stage.dies('before');
    await stage.pass(0);
    stage.dies(undefined);
    expect(chat.phone()).toEqual([]);
    await stage.pass(151_000);
    expect(chat.phone()).toEqual(['one']);
    expect(stage.told(sid)).toEqual(['forwarded']);
  });
});

describe('what cannot be told is sent again, and the journal says so before', () => {
  const doubled = ['retried: outcome_unknown', 'retried: perhaps_sent_twice', 'forwarded'];

  test.each([
    ['there is no such session', /Interactions/, { status: 404, json: { code: 20404 } }],
    ['the list is refused for good', /Interactions/, { status: 400, json: { code: 20001 } }],
  ])('when %s', async (_, path, answer) => {
    const sid = chat.writes('one');
    await once(answerLost);
    stage.answers((asked) => (path.test(asked) ? answer : undefined));
    await stage.pass(61_000);
    expect(stage.told(sid)).toEqual(doubled);
    expect(chat.phone()).toEqual(['one', 'one']);
  });

  test('when the list fails for a quarter of an hour', async () => {
    const sid = chat.writes('one');
    await once(answerLost);
    stage.fault({ fault: 'rest.5xx-before', p: 1, only: 'GET proxy.interactions', status: 503 });
    await stage.pass(15 * 60_000);
    expect(chat.phone()).toEqual(['one']);
    await stage.pass(2 * 60_000);
    expect(stage.told(sid).slice(-2)).toEqual(doubled.slice(-2));
    expect(chat.phone()).toEqual(['one', 'one']);
  });

  test('seldom in a long outage, in which neither the list nor the post gets through', async () => {
    const sid = chat.writes('one');
    const end = stage.fault({ fault: 'side.down', p: 1, account: 'flex', how: '503' });
    await stage.pass(8 * HOUR_MS);
    end();
    await stage.pass(HOUR_MS);
    expect(stage.told(sid).filter((told) => told === doubled[1]).length).toBeLessThanOrEqual(5);
    expect(chat.phone()).toEqual(['one']);
  });

  test('but not where the channel names no session: Proxy would refuse it both times', async () => {
    const { channelSid } = stage.twilio.customer.beginWebChat();
    await stage.pass(1_000);
    const { sid } = stage.twilio.customer.writes(channelSid, 'hello');
    await once(answerLost);
    await stage.pass(61_000);
    expect(stage.told(sid)).toEqual(['retried: outcome_unknown', 'skipped: no_proxy']);
  });

  test('but a channel’s end is told twice without a word, for that does no harm', async () => {
    chat.ends();
    await once(answerLost);
    await stage.pass(61_000);
    expect(stage.told(chat.channelSid)).toEqual(['retried: outcome_unknown', 'forwarded']);
  });
});

describe('two consumers on one message', () => {
  test('post it once: whoever comes second waits for the first', async () => {
    const sid = chat.writes('one');
    await stage.webhooksArrive();
    const [received] = await stage.queues.source('default-webhook').receive(1);
    if (received === undefined) throw new Error('nothing came');
    const both = await Promise.all([
      stage.consume(received.body, received.group),
      stage.consume(received.body, received.group),
    ]);
    expect(both.map(({ verdict }) => verdict).sort()).toEqual(['done', 'retry']);
    expect(chat.phone()).toEqual(['one']);
    expect(stage.told(sid).sort()).toEqual(['forwarded', 'retried: forward_in_flight']);
  });

  test('whoever comes after the death of the first waits until nothing of its post can still arrive', async () => {
    chat.writes('one');
    await stage.webhooksArrive();
    const [received] = await stage.queues.source('default-webhook').receive(1);
    if (received === undefined) throw new Error('nothing came');
    stage.dies('before');
    void stage.consume(received.body, received.group);
    await stage.twilio.pass(30_000);
    stage.dies(undefined);
    // 20 s were the first one's, 60 s are for the settling.
    const second = await stage.consume(received.body, received.group);
    expect(second).toEqual({ verdict: 'retry', afterSeconds: 50 });
    await stage.twilio.pass(50_000);
    expect(await stage.consume(received.body, received.group)).toEqual({ verdict: 'done' });
    expect(chat.phone()).toEqual(['one']);
  });

  test('a process that slept past its lease posts no more', async () => {
    const sid = chat.writes('one');
    stage.afterNextWrite(() => stage.twilio.pass(15_000));
    await stage.pass(0);
    expect(stage.told(sid)[0]).toBe('retried: no_time_left');
    await stage.pass(1_000);
    expect(chat.phone()).toEqual(['one']);
  });
});

describe('the head of a channel’s line', () => {
  test('holds the line while Flex’s webhook is down, and not the other channels', async () => {
    const other = stage.beginSms('+15550108888');
    await stage.pass(1_000);
    const head = chat.writes('one');
    stage.answers((_, body) => (body.includes(head) && stage.twilio.now() < end ? busy : undefined));
    const end = stage.twilio.now() + HOUR_MS;
    await stage.pass(0);
    chat.writes('two');
    other.writes('hello');
    await stage.pass(HOUR_MS / 2);
    expect([chat.phone(), other.phone()]).toEqual([[], ['hello']]);
    await stage.pass(HOUR_MS);
    expect(chat.phone()).toEqual(['one', 'two']);
  });

  test('waits as long as a 429 asks, and is tried again without a look-up', async () => {
    const sid = chat.writes('one');
    stage.twilio.counts.reset();
    await once({ fault: 'rest.429', p: 1, only: CHAT_EVENT, retryAfter: 7 });
    await stage.pass(6_000);
    expect(chat.phone()).toEqual([]);
    await stage.pass(1_000);
    expect(chat.phone()).toEqual(['one']);
    expect(stage.told(sid)).toEqual(['retried: twilio 20429', 'forwarded']);
    expect(stage.twilio.counts.total()).toEqual({ rest: 0, chatEvent: 2 });
  });

  test('refused for good is parked, and the line goes on', async () => {
    const sid = chat.writes('one');
    stage.answers((_, body) => (body.includes(sid) ? { status: 422, json: {} } : undefined));
    chat.writes('two');
    await stage.pass(1_000);
    expect(stage.told(sid)).toEqual(['parked: forward_refused']);
    expect(await stage.dead()).toEqual(['forward_refused']);
    expect(chat.phone()).toEqual(['two']);
  });

  test('refused for what it says is parked with Twilio’s code', async () => {
    stage.fault({ fault: 'content.refused', p: 1, holds: 'poison', only: CHAT_EVENT });
    const sid = chat.writes('poison');
    await stage.pass(1_000);
    expect(stage.journal.at(-1)).toMatchObject({ step: 'parked', reason: 'forward_refused', code: 50504 });
    expect(stage.told(sid)).toEqual(['parked: forward_refused']);
  });

  test('in a session that has ended is pointless', async () => {
    const first = chat.writes('bye');
    await stage.pass(1_000);
    chat.ends();
    const late = chat.writes('one more thing');
    await stage.pass(1_000);
    expect([stage.told(first), stage.told(late)]).toEqual([['forwarded'], ['parked: forward_pointless']]);
    expect(await stage.dead()).toEqual(['forward_pointless']);
    expect(chat.phone()).toEqual(['bye']);
  });

  test('is pointless after a day, and what came an hour later is not', async () => {
    const end = stage.fault(down);
    const first = chat.writes('one');
    await stage.pass(HOUR_MS);
    const second = chat.writes('two');
    await stage.pass(23 * HOUR_MS + 60_000 * 5);
    end();
    await stage.pass(5 * 60_000);
    expect(stage.told(first).at(-1)).toBe('parked: forward_pointless');
    expect(stage.told(second).at(-1)).toBe('forwarded');
    expect(await stage.dead()).toEqual(['forward_pointless']);
    expect(chat.phone()).toEqual(['two']);
  });

  test('outlives a store that fails, and says so without the text of the error', async () => {
    const sid = chat.writes('one');
    stage.storeFails(true);
    await stage.pass(10_000);
    stage.storeFails(false);
    await stage.pass(100_000);
    expect(stage.told(sid)[0]).toMatch(/^failed: Error: at counting .*stage\.ts/);
    expect(stage.told(sid)[1]).toBe('retried: failed');
    expect(stage.told(sid).at(-1)).toBe('forwarded');
    expect(chat.phone()).toEqual(['one']);
  });
});

test('what cannot be read is parked', async () => {
  const body = encodeEnvelope({ receivedAt: 0, work: { kind: 'link', pair: 'flex#CH', because: 'unfinished' } });
  expect(await stage.consume(body, chat.channelSid)).toEqual({ verdict: 'park', reason: 'unreadable' });
});
