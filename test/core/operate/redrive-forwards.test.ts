import { beforeEach, describe, expect, test } from '@jest/globals';
import { AGENTS } from '../../../local-twilio/defaults.ts';
import { memoryOperator } from '../../../sim/operator.ts';
import { createForwarder } from '../../../src/core/forward/forwarder.ts';
import { awaitTickets } from '../../../src/core/jobs/tickets.ts';
import {
  clearSettled,
  givenUpForwards,
  readUnlisted,
  type UnlistedDeadLetter,
} from '../../../src/core/operate/dead-letters.ts';
import type { Operator } from '../../../src/core/operate/operator.ts';
import { type RedrivenForward, redriveForwards } from '../../../src/core/operate/redrive.ts';
import { CHAT_EVENT, type ForwarderHarness, forwarderHarness } from '../forward/harness.ts';

const HOUR_MS = 3_600_000;

let harness: ForwarderHarness;
let chat: ReturnType<ForwarderHarness['beginSms']>;
let operator: Operator;
let tickets: string[];

beforeEach(async () => {
  harness = forwarderHarness();
  tickets = [];
  operator = memoryOperator({
    ...{ store: harness.deps.store, queues: harness.queues, clock: harness.deps.clock },
    nonce: () => {
      const ticket = `ticket ${harness.deps.nonce()}`;
      tickets.push(ticket);
      return ticket;
    },
  });
  chat = harness.beginSms();
  await harness.pass(1_000);
});

const refuse = (texts: readonly string[]): void =>
  harness.answers((path, body) =>
    path.includes('/Webhooks/') && texts.some((text) => body.includes(`Body=${text}`))
      ? { status: 400, json: {} }
      : undefined,
  );

/** What the agent wrote, of which Flex's own webhook refused some. @returns the SIDs. */
const written = async (texts: readonly string[], refused: readonly string[]): Promise<readonly string[]> => {
  refuse(refused);
  const sids = texts.map((text) => chat.writes(text));
  await harness.pass(1_000);
  refuse([]);
  return sids;
};

const waiting = async () => givenUpForwards(await readUnlisted(operator, await operator.counts()));

const again = async (ms = 1_000): Promise<readonly (string | undefined)[]> => {
  tickets.length = 0;
  const asked = await redriveForwards(operator, await waiting(), 0);
  await harness.pass(ms);
  const ended = await awaitTickets(operator, tickets, 0);
  return asked.map((_: RedrivenForward, n) => {
    const { end, reason } = ended.get(tickets[n] ?? '') ?? {};
    return reason === undefined ? end : `${end}(${reason})`;
  });
};

test('What waits is named once, in the order of its first letters, whatever the clocks said', () => {
  const letter = (key: string, receivedAt: number): UnlistedDeadLetter => ({
    ...{ queue: 'default-webhook', handle: '', reason: 'forward_refused', pair: undefined, link: false },
    forward: { eventType: 'onMessageSent', container: 'CH', about: 'IM', key, contentType: '', body: '', receivedAt },
  });
  const deadLetters = [letter('first', 2), letter('second', 1), letter('third', 3), letter('first', 4)];
  expect(givenUpForwards(deadLetters).map(({ key, receivedAt }) => [key, receivedAt])).toEqual([
    ['first', 2],
    ['second', 1],
    ['third', 3],
  ]);
});

describe("what Flex's own webhook refused, sent again", () => {
  test('is on the phone once, in its order, and its letters and row are done', async () => {
    await written(['one', 'two', 'three', 'four'], ['two', 'three']);
    expect(chat.phone()).toEqual(['one', 'four']);
    expect(await again()).toEqual(['forwarded', 'forwarded']);
    expect(chat.phone()).toEqual(['one', 'four', 'two', 'three']);
    expect(await clearSettled(operator)).toBe(2);
    expect(await waiting()).toEqual([]);
  });

  test('any number of times is once', async () => {
    await written(['one'], ['one']);
    const deadLetters = await waiting();
    await redriveForwards(operator, deadLetters, 0);
    await redriveForwards(operator, deadLetters, 0);
    await harness.pass(1_000);
    await redriveForwards(operator, deadLetters, 0);
    await harness.pass(1_000);
    expect(chat.phone()).toEqual(['one']);
  });

  test('says what the message says now', async () => {
    const [sid = ''] = await written(['one'], ['one']);
    harness.twilio.flexAgent.edits(AGENTS.ann.flexWorkerSid, chat.channelSid, sid, 'one & only');
    expect(await again()).toEqual(['forwarded']);
    expect(chat.phone()).toEqual(['one & only']);
  });

  test('sends nothing of a message that is gone, and its letter goes', async () => {
    const [sid = ''] = await written(['one'], ['one']);
    harness.twilio.flexAgent.deletes(AGENTS.ann.flexWorkerSid, chat.channelSid, sid);
    expect(await again(10_000)).toEqual(['skipped(removed)']);
    expect(chat.phone()).toEqual([]);
    expect(await clearSettled(operator)).toBe(1);
  });

  test('is not taken for gone because one look at its message was behind', async () => {
    const [sid = ''] = await written(['one'], ['one']);
    const behind = harness.twilio.now() + 5_000;
    harness.answers((path) =>
      path.endsWith(`/Messages/${sid}`) && harness.twilio.now() < behind
        ? { status: 404, json: { code: 20404 } }
        : undefined,
    );
    expect(await again(10_000)).toEqual(['forwarded']);
    expect(chat.phone()).toEqual(['one']);
  });

  test('is given up again when it is refused again: one letter is left of two', async () => {
    await written(['one'], ['one']);
    refuse(['one']);
    await harness.pass(10 * 60_000);
    expect(await again()).toEqual(['parked(forward_refused)']);
    expect(await harness.dead()).toEqual(['forward_refused', 'forward_refused']);
    expect(await clearSettled(operator)).toBe(1);
    refuse([]);
    expect(await again()).toEqual(['forwarded']);
    expect(await clearSettled(operator)).toBe(1);
    expect(chat.phone()).toEqual(['one']);
  });

  test('is looked up first: what a lost answer hid is not sent twice', async () => {
    await written(['one'], ['one']);
    const end = harness.fault({ fault: 'rest.answer-lost', p: 1, only: CHAT_EVENT, loss: 'destroy' });
    expect(await again(0)).toEqual(['forwarded']);
    end();
    expect(chat.phone()).toEqual(['one']);
    expect(await again(2 * 60_000)).toEqual(['skipped(already)']);
    expect(chat.phone()).toEqual(['one']);
  });

  test('is not sent when the session shows that it was, though nobody could tell when it was given up', async () => {
    const lost = harness.fault({ fault: 'rest.answer-lost', p: 1, only: CHAT_EVENT, loss: 'destroy' });
    const no = { status: 400, json: {} };
    harness.answers((path) => (path.includes('/Interactions') ? no : undefined));
    chat.writes('one');
    await harness.pass(0);
    lost();
    harness.answers((path) => (path.includes('/Interactions') || path.includes('/Webhooks/') ? no : undefined));
    await harness.pass(40 * 60_000);
    harness.answers(() => undefined);
    expect(await harness.dead()).toEqual(['forward_refused']);
    expect(await again()).toEqual(['forwarded']);
    expect(chat.phone()).toEqual(['one']);
  });

  test('waits as long as Twilio asks when its message cannot be read, and that is no failure', async () => {
    const [sid = ''] = await written(['one'], ['one']);
    const end = harness.fault({ fault: 'rest.429', p: 1, only: 'GET chat.message', retryAfter: 7 });
    expect(await again(0)).toEqual([undefined]);
    end();
    await harness.pass(6_000);
    expect(chat.phone()).toEqual([]);
    await harness.pass(1_000);
    expect(chat.phone()).toEqual(['one']);
    expect(harness.told(sid)).toEqual(['parked: forward_refused', 'retried: twilio 20429', 'forwarded']);
  });

  test('waits for a message that cannot be read for a quarter of an hour, and then lets the line go on', async () => {
    await written(['one'], ['one']);
    const end = harness.fault({ fault: 'side.down', p: 1, account: 'flex', how: '503', only: 'GET' });
    const asked = again(20 * 60_000);
    expect(await asked).toEqual(['deferred(side_down)']);
    end();
    expect(chat.phone()).toEqual([]);
    expect(await clearSettled(operator)).toBe(0);
    expect(await again()).toEqual(['forwarded']);
    expect(chat.phone()).toEqual(['one']);
  });

  test('is read with the same patience after a long time in line', async () => {
    await written(['one'], ['one']);
    const busy = harness.twilio.now() + 20 * 60_000;
    harness.answers((path, body) =>
      path.includes('/Webhooks/') && body.includes('Body=two') && harness.twilio.now() < busy
        ? { status: 503, json: {} }
        : undefined,
    );
    chat.writes('two');
    await harness.pass(0);
    const end = harness.fault({ fault: 'rest.5xx-before', p: 1, only: 'GET chat.message', status: 503 });
    expect(await again(22 * 60_000)).toEqual([undefined]);
    end();
    await harness.pass(60_000);
    expect(chat.phone()).toEqual(['two', 'one']);
  });
});

const PERHAPS = 'retried: perhaps_sent_twice';
const LOST = { fault: 'rest.answer-lost', p: 1, only: CHAT_EVENT, loss: 'destroy' } as const;
const NOT_DONE = { fault: 'rest.5xx-before', p: 1, only: CHAT_EVENT, status: 500 } as const;

/**
 * Its first post fails like that, what became of it cannot be looked up, and the next post is refused. @returns its
 * SID.
 */
const givenUpInDoubt = async (text: string, fault: typeof LOST | typeof NOT_DONE): Promise<string> => {
  const no = { status: 400, json: { code: 20001 } };
  harness.answers((path) => (path.includes('/Interactions') ? no : undefined));
  const end = harness.fault(fault);
  const sid = chat.writes(text);
  await harness.pass(0);
  end();
  harness.answers((path) => (path.includes('/Interactions') || path.includes('/Webhooks/') ? no : undefined));
  await harness.pass(2 * 60_000);
  harness.answers(() => undefined);
  expect(harness.told(sid)).toEqual(['retried: outcome_unknown', PERHAPS, 'parked: forward_refused']);
  harness.journal.length = 0;
  return sid;
};

describe('where the session names no messages', () => {
  beforeEach(() => {
    harness.twilio.switches.interactionsNameMessages = false;
    harness.twilio.switches.actionsPerSecond = 1_000;
  });

  const deletes = (sid: string) => harness.twilio.flexAgent.deletes(AGENTS.ann.flexWorkerSid, chat.channelSid, sid);
  const edits = (sid: string, text: string) =>
    harness.twilio.flexAgent.edits(AGENTS.ann.flexWorkerSid, chat.channelSid, sid, text);
  const saysMuch = () => {
    for (let n = 0; n < 105; n += 1) harness.twilio.customer.writes(chat.channelSid, `text ${n}`);
  };

  test.each([
    ['deleted', (second: string) => void deletes(second)],
    ['said long ago', saysMuch],
  ])('what was refused is no equal text that was sent since and is %s', async (_, then) => {
    const [sid = ''] = await written(['ok'], ['ok']);
    await harness.pass(60_000);
    const [second = ''] = await written(['ok'], []);
    then(second);
    await harness.pass(60_000);
    expect(await again()).toEqual(['forwarded']);
    expect(chat.phone()).toEqual(['ok', 'ok']);
    // No try of it was ever in doubt.
    expect(harness.told(sid)).toEqual(['parked: forward_refused', 'forwarded']);
  });

  test.each([
    ['deleted', (second: string) => void deletes(second)],
    ['said long ago', saysMuch],
  ])('what was in doubt is not taken for an equal text that was sent since and is %s', async (_, then) => {
    const sid = await givenUpInDoubt('ok', NOT_DONE);
    const [second = ''] = await written(['ok'], []);
    then(second);
    await harness.pass(60_000);
    expect(await again()).toEqual(['forwarded']);
    expect(chat.phone()).toEqual(['ok', 'ok']);
    expect(harness.told(sid)).toEqual([PERHAPS, 'forwarded']);
  });

  test('what was in doubt stays so while the look is tried again', async () => {
    const sid = await givenUpInDoubt('ok', NOT_DONE);
    const [second = ''] = await written(['ok'], []);
    deletes(second);
    await harness.pass(60_000);
    const down = harness.fault({
      fault: 'side.down',
      p: 1,
      account: 'flex',
      how: '503',
      only: 'GET proxy.interactions',
    });
    expect(await again(0)).toEqual([undefined]);
    down();
    await harness.pass(60_000);
    expect(chat.phone()).toEqual(['ok', 'ok']);
    expect(harness.told(sid).slice(-2)).toEqual([PERHAPS, 'forwarded']);
  });

  test('what was in doubt is perhaps sent twice, and never a third time because the next answer is lost', async () => {
    const sid = await givenUpInDoubt('one', LOST);
    const end = harness.fault(LOST);
    expect(await again(0)).toEqual([undefined]);
    end();
    await harness.pass(2 * 60_000);
    expect(chat.phone()).toEqual(['one', 'one']);
    expect(harness.told(sid)).toEqual([PERHAPS, 'retried: outcome_unknown', 'forwarded']);
  });

  test('what was in doubt is not taken for an equal text because the next post fails too', async () => {
    await givenUpInDoubt('ok', NOT_DONE);
    const [second = ''] = await written(['ok'], []);
    deletes(second);
    await harness.pass(60_000);
    const end = harness.fault(NOT_DONE);
    await again(0);
    end();
    await harness.pass(2 * 60_000);
    expect(chat.phone()).toEqual(['ok', 'ok']);
  });

  test('what was in doubt and certainly not sent raises no doubt', async () => {
    const sid = await givenUpInDoubt('one', NOT_DONE);
    expect(await again()).toEqual(['forwarded']);
    expect(chat.phone()).toEqual(['one']);
    expect(harness.told(sid)).toEqual(['forwarded']);
  });

  test('what was in doubt is looked up by the text that was posted, though it was edited since', async () => {
    const sid = await givenUpInDoubt('one', LOST);
    edits(sid, 'one!');
    expect(await again()).toEqual(['forwarded']);
    expect(chat.phone()).toEqual(['one', 'one!']);
    expect(harness.told(sid)).toEqual([PERHAPS, 'forwarded']);
  });

  test('what was edited is found by its new text when the answer to that is lost', async () => {
    const [sid = ''] = await written(['one'], ['one']);
    edits(sid, 'one!');
    const end = harness.fault(LOST);
    await again(0);
    end();
    await harness.pass(2 * 60_000);
    expect(chat.phone()).toEqual(['one!']);
    expect(harness.told(sid).slice(-2)).toEqual(['retried: outcome_unknown', 'forwarded']);
  });

  test('what was edited between two posts is perhaps sent twice', async () => {
    const [sid = ''] = await written(['one'], ['one']);
    edits(sid, 'one!');
    const end = harness.fault(LOST);
    await again(0);
    end();
    edits(sid, 'one?');
    await harness.pass(2 * 60_000);
    expect(chat.phone()).toEqual(['one!', 'one?']);
    expect(harness.told(sid).slice(-2)).toEqual([PERHAPS, 'forwarded']);
  });
});

test('what was edited and is refused again keeps the webhook as it came', async () => {
  const [sid = ''] = await written(['one'], ['one']);
  harness.twilio.flexAgent.edits(AGENTS.ann.flexWorkerSid, chat.channelSid, sid, 'one!');
  refuse(['one']);
  await harness.pass(10 * 60_000);
  expect(await again()).toEqual(['parked(forward_refused)']);
  const [first, second] = await readUnlisted(operator, await operator.counts());
  expect(second?.forward?.body).toBe(first?.forward?.body);
});

test('what has no row any more is looked up', async () => {
  const [sid = ''] = await written(['one'], ['one']);
  const [letter] = await waiting();
  if (letter === undefined) throw new Error('nothing was given up');
  expect(await again()).toEqual(['forwarded']);
  await redriveForwards(operator, [{ ...letter, key: 'forgotten' }], 0);
  await harness.pass(1_000);
  expect(chat.phone()).toEqual(['one']);
  expect(harness.told(sid).at(-1)).toBe('forwarded');
});

test('what was too late for an SMS is sent when an operator wants it all the same', async () => {
  const end = harness.fault({ fault: 'side.down', p: 1, account: 'flex', only: CHAT_EVENT, how: '503' });
  chat.writes('one');
  await harness.pass(25 * HOUR_MS);
  end();
  await harness.pass(HOUR_MS);
  expect(await harness.dead()).toEqual(['forward_pointless']);
  expect(chat.phone()).toEqual([]);
  expect(await again()).toEqual(['forwarded']);
  expect(chat.phone()).toEqual(['one']);
});

test('without Flex’s own webhook it is told at once that nothing was sent, and its letter stays', async () => {
  await written(['one'], ['one']);
  const forwarder = createForwarder({ ...harness.deps, defaultWebhook: undefined });
  await redriveForwards(operator, await waiting(), 0);
  const [received] = await harness.queues.source('default-webhook').receive(1);
  if (received === undefined) throw new Error('nothing came');
  expect(await forwarder({ ...received, deadline: harness.twilio.now() + 25_000 })).toEqual({ verdict: 'done' });
  const ended = await awaitTickets(operator, tickets, 0);
  expect([...ended.values()]).toMatchObject([{ end: 'skipped', reason: 'no_default_webhook' }]);
  expect(await clearSettled(operator)).toBe(0);
});

test('what was posted and then lay on its queue for too long is looked up', async () => {
  const end = harness.fault(LOST);
  harness.answers((path) => (path.includes('/Interactions') ? { status: 503, json: {} } : undefined));
  chat.writes('one');
  await harness.pass(0);
  end();
  harness.answers(() => undefined);
  await harness.twilio.pass(25 * HOUR_MS);
  await harness.pass(0);
  expect(await harness.dead()).toEqual(['forward_pointless']);
  expect(await again()).toEqual(['forwarded']);
  expect(chat.phone()).toEqual(['one']);
});

test('what was posted and then kept back for too long is looked up', async () => {
  const busy = { status: 429, json: { code: 20429 } };
  const no = { status: 400, json: { code: 20001 } };
  harness.answers((path) => (path.includes('/Interactions') ? no : undefined));
  const end = harness.fault(LOST);
  chat.writes('one');
  await harness.pass(0);
  end();
  harness.answers((path) => (path.includes('/Webhooks/') ? busy : path.includes('/Interactions') ? no : undefined));
  await harness.pass(25 * HOUR_MS);
  harness.answers(() => undefined);
  expect(await harness.dead()).toEqual(['forward_pointless']);
  expect(await again()).toEqual(['forwarded']);
  expect(chat.phone()).toEqual(['one']);
});

test('what is no message goes on as it came', async () => {
  harness.answers((path, body) =>
    path.includes('/Webhooks/') && body.includes('onChannelUpdated') ? { status: 400, json: {} } : undefined,
  );
  chat.ends();
  await harness.pass(1_000);
  harness.answers(() => undefined);
  const [ended] = await waiting();
  expect(ended?.eventType).toBe('onChannelUpdated');
  expect((await again()).at(0)).toBe('forwarded');
  expect(await clearSettled(operator)).toBeGreaterThan(0);
  expect(await waiting()).toEqual([]);
});
