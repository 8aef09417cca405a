import { describe, expect, test } from '@jest/globals';
import { createTime } from '../../../sim/time.ts';
import { createMemoryStore } from '../../../src/adapters/memory/store.ts';
import type { BridgeDeps } from '../../../src/core/deps.ts';
import { addToBacklog } from '../../../src/core/jobs/backlog.ts';
import { decodeEnvelope } from '../../../src/core/jobs/envelope.ts';
import type { Item } from '../../../src/core/ports/change.ts';
import type { Entry } from '../../../src/core/ports/journal.ts';
import type { QueueMessage } from '../../../src/core/ports/queues.ts';
import { onList, pairId, pairKey } from '../../../src/core/state/items.ts';
import { createSweep } from '../../../src/core/sweep/sweep.ts';
import { sid } from '../../support/sid.ts';

const MINUTE = 60_000;

/** Chats that were linked and wait for nothing but to be compared once, beside those that a test adds. */
const openScene = async (marked: number) => {
  const time = createTime();
  const start = time.now();
  let nonces = 0;
  const store = createMemoryStore();
  const sent: { readonly at: number; readonly pair: string; readonly because: string }[] = [];
  const due = async (n: number, over: Item = {}) => {
    const id = pairId('flex', sid('CH', n));
    const both = { flex: sid('CH', n), frontline: sid('CH', 100_000 + n), begunAt: start, state: 'open' };
    const linked: Item = over.state === 'linking' ? {} : { linked: 1 };
    await store.write(pairKey(id), {
      when: [],
      set: { ...both, ...linked, ...over, ...onList('due', id) },
      nonce: ['n', `${n}`],
    });
    return id;
  };
  const backlog = (n: number) => {
    const pair = pairId('flex', sid('CH', n));
    const work = { kind: 'notice', pair, about: { is: 'parked', sid: sid('IM', n) } };
    return addToBacklog(
      { store, clock: time, nonce: () => `b${n}` },
      pair,
      sid('CH', n),
      `n${String(n).padStart(4, '0')}`,
      work as never,
    );
  };
  for (let n = 1; n <= marked; n += 1) await due(n);
  const entries: Entry[] = [];
  let broken = false;
  let refused = '';
  let sendMs = 0;
  let busy = 0;
  const batches: number[] = [];
  const isRefused = ({ body }: QueueMessage): boolean => broken || (refused !== '' && body.includes(refused));
  /** Ten at a time. */
  const taken = async (messages: readonly QueueMessage[]): Promise<void> => {
    busy = Math.max(busy, time.now()) + sendMs * Math.ceil(messages.length / 10);
    if (sendMs > 0) await time.sleep(busy - time.now());
    for (const { body } of messages) {
      const work = decodeEnvelope(body)?.work;
      if (work === undefined || !('pair' in work)) continue;
      const because = 'because' in work ? work.because : undefined;
      sent.push({ at: time.now() - start, pair: work.pair, because: because ?? '' });
    }
  };
  const sweep = createSweep({
    store,
    queues: {
      send: async (_queue: string, message: QueueMessage) => {
        if (isRefused(message)) throw new Error('the queue is away');
        await taken([message]);
      },
      sendMany: async (_queue: string, messages: readonly QueueMessage[]) => {
        batches.push(messages.length);
        const refusals = messages.filter(isRefused);
        await taken(messages.filter((message) => !isRefused(message)));
        return refusals.map((message) => ({ message, why: 'Error' }));
      },
    },
    settings: { settleMs: MINUTE },
    clock: time,
    nonce: () => `s${++nonces}`,
    journal: (entry: Entry) => entries.push(entry),
  } as unknown as BridgeDeps);
  return {
    ...{ due, backlog, sent, time, batches },
    /** One batch of ten after the other, each of so many milliseconds. */
    slowQueue: (ms: number): void => {
      sendMs = ms;
    },
    refuse: (pair: string): void => {
      refused = pair;
    },
    failures: () => entries.filter(({ step }) => step === 'failed').map(({ type, reason }) => [type, reason]),
    breakQueue: (): void => {
      broken = true;
    },
    /** Until its minute is over. */
    run: async () => {
      sent.length = 0;
      const began = time.now();
      const ran = sweep().then(
        () => 'ended' as const,
        (error: unknown) => error,
      );
      await time.runUntil(began + MINUTE);
      return ran;
    },
  };
};
/** Far more than it sends jobs for in its time. */
test('A sweep for which very many chats wait ends in time, and the next one goes on where it stopped', async () => {
  const { due, sent, time, run, slowQueue } = await openScene(0);
  for (let n = 1; n <= 3_000; n += 1) await due(n, { fl_dirtyUpTo: 5, fl_dirtySince: time.now() });
  slowQueue(200);
  expect(await run()).toBe('ended');
  const first = new Set(sent.map(({ pair }) => pair));
  expect(sent.at(-1)?.at).toBeLessThan(21_000);
  expect(first.size).toBeGreaterThan(900);
  await run();
  const both = new Set([...first, ...sent.map(({ pair }) => pair)]);
  expect(both.size).toBe(first.size + new Set(sent.map(({ pair }) => pair)).size);
});

const mostInASecond = (times: readonly number[]): number =>
  Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + 1_000).length));

describe('The sweep, after 600 chats were linked at once,', () => {
  test('has each lane compared once, some pairs a second, and leaves the rest to the next minute', async () => {
    const { run, sent } = await openScene(600);
    expect(await run()).toBe('ended');
    expect(mostInASecond(sent.map(({ at }) => at))).toBeLessThanOrEqual(2 * 10);
    expect(sent.at(-1)?.at).toBeGreaterThan(40_000);
    const first = new Set(sent.map(({ pair }) => pair));
    expect(sent).toHaveLength(2 * first.size);
    expect(first.size).toBeGreaterThan(400);

    await run();
    // Nobody did the jobs here, so the marks stand: those that were left come first.
    const second = sent.slice(0, 2 * (600 - first.size)).map(({ pair }) => pair);
    expect(second.filter((pair) => first.has(pair))).toEqual([]);
  });

  test.each([
    ['a message', { fl_dirtyUpTo: 7, fl_dirtySince: 1 }, 'dirty'],
    ['an edit', { fl_staleEdits: { [sid('IM', 1)]: 1 } }, 'stale'],
    ['a message that no list has shown', { fl_holes: { 3: 1 } }, 'hole'],
  ])('lets %s that waits wait for none of them', async (_, waits, because) => {
    const { due, run, sent } = await openScene(600);
    const late = await due(99_999, waits);
    await run();
    expect(sent[0]).toEqual({ at: 0, pair: late, because });
  });

  test('goes on where it stopped, though a run in between had no time for them', async () => {
    const { due, run, sent, slowQueue } = await openScene(600);
    await run();
    const first = new Set(sent.map(({ pair }) => pair));
    const late = await due(99_999, { fl_dirtyUpTo: 7, fl_dirtySince: 1 });
    slowQueue(45_000);
    await run();
    expect(sent.map(({ pair }) => pair)).toEqual([late]);
    slowQueue(0);
    await run();
    expect(sent.slice(1, 1 + 2 * (600 - first.size)).filter(({ pair }) => first.has(pair))).toEqual([]);
  });

  test('tells of a queue that is away, once all else is through', async () => {
    const { breakQueue, run } = await openScene(3);
    breakQueue();
    expect(await run()).toEqual(new Error('the queue is away'));
  });
});

test('A job that its queue does not take is said, and keeps no other one back', async () => {
  const { due, sent, run, refuse, failures } = await openScene(0);
  const waits = { fl_dirtyUpTo: 7, fl_dirtySince: 1 };
  const [one, other] = [await due(1, waits), await due(2, waits)];
  refuse(one);
  expect(await run()).toBe('ended');
  expect(sent.map(({ pair }) => pair)).toEqual([other]);
  expect(failures()).toEqual([['reconcile', 'Error']]);
});

test('What waits goes out in batches', async () => {
  const { due, sent, run, batches } = await openScene(0);
  for (let n = 1; n <= 200; n += 1) await due(n, { fl_dirtyUpTo: 5, fl_dirtySince: 1 });
  await run();
  expect(sent).toHaveLength(200);
  expect(batches.length).toBeLessThan(10);
});

test('Links that stopped half-way are sent some a second, beside all else, and the next run goes on', async () => {
  const { due, sent, run } = await openScene(0);
  for (let n = 1; n <= 600; n += 1) await due(n, { state: 'linking' });
  const late = await due(99_999, { fl_dirtyUpTo: 7, fl_dirtySince: 1 });
  await run();
  expect(sent[0]).toEqual({ at: 0, pair: late, because: 'dirty' });
  const links = sent.slice(1);
  expect(mostInASecond(links.map(({ at }) => at))).toBeLessThanOrEqual(10);
  expect(links.length).toBeGreaterThan(400);
  const first = new Set(links.map(({ pair }) => pair));
  await run();
  expect(sent.slice(1, 601 - first.size).filter(({ pair }) => first.has(pair))).toEqual([]);
});

test('Accepts that waited in the backlog are sent some a second, and the next run goes on', async () => {
  const { backlog, sent, run } = await openScene(0);
  for (let n = 1; n <= 600; n += 1) await backlog(n);
  await run();
  expect(mostInASecond(sent.map(({ at }) => at))).toBeLessThanOrEqual(10);
  const first = new Set(sent.map(({ pair }) => pair));
  expect(first.size).toBeGreaterThan(400);
  await run();
  expect(sent.slice(0, 600 - first.size).filter(({ pair }) => first.has(pair))).toEqual([]);
});
