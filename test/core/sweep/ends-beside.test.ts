/** The lists of all that is open are long in a large account: they hold no pair up, and none reads at once for them. */
import { expect, test } from '@jest/globals';
import { createTime } from '../../../sim/time.ts';
import { createMemoryStore } from '../../../src/adapters/memory/store.ts';
import type { BridgeDeps } from '../../../src/core/deps.ts';
import { SWEEP_PACE_MS, SWEEP_SHARE } from '../../../src/core/model/times.ts';
import { onList, pairId, pairKey, registryKey } from '../../../src/core/state/items.ts';
import { createSweep } from '../../../src/core/sweep/sweep.ts';
import { sid } from '../../support/sid.ts';

const PAGES = 120;
const TWILIO_MS = 150;
const MINUTE = 60_000;

/** As many active pairs as a run compares, of which the last one's conversation is closed; nobody was told. */
const sweepOnce = async () => {
  const time = createTime();
  const store = createMemoryStore(time);
  const began = time.now();
  const reads: number[] = [];
  const agreed: string[] = [];
  const answer = async <T>(value: T): Promise<T> => {
    await time.sleep(TWILIO_MS);
    return value;
  };
  const read = async <T>(value: T): Promise<T> => {
    reads.push(time.now() - began);
    return answer(value);
  };
  const side = {
    listMessages: () => read({ messages: [], next: undefined }),
    members: () => read([]),
    listOpen: (from: string | undefined) => {
      const page = Number(from ?? 0);
      const sids = page === 0 ? pairs.slice(0, -1).map(({ frontline }) => frontline) : [];
      return answer({ sids, next: page + 1 < PAGES ? String(page + 1) : undefined });
    },
  };
  const pairs = Array.from({ length: SWEEP_SHARE.active }, (_, n) => ({
    flex: sid('CH', n),
    frontline: sid('CH', 100_000 + n),
  }));
  let nonces = 0;
  const nonce = () => `n${++nonces}`;
  for (const { flex, frontline } of pairs) {
    const id = pairId('flex', flex);
    const cursors = { fl_cursor: -1, fx_cursor: -1, fl_floor: 0, fx_floor: 0, fl_copiesFloor: 0, fx_copiesFloor: 0 };
    const pair = {
      state: 'open',
      linked: 1,
      begunAt: time.now() - MINUTE,
      flex,
      frontline,
      fl_holes: {},
      fx_holes: {},
    };
    await store.write(pairKey(id), { when: [], set: { ...pair, ...cursors }, nonce: ['nonce', nonce()] });
    await store.write(registryKey(id), { when: [], set: onList('active', id), nonce: ['nonce', nonce()] });
  }
  const sweep = createSweep({
    ...{ store, nonce, flex: side, frontline: side, settings: { settleMs: MINUTE, forwards: false } },
    clock: { now: time.now, sleep: time.sleep },
    queues: { send: async (_: string, { group }: { group: string }) => agreed.push(group), sendMany: async () => [] },
    journal: () => {},
  } as unknown as BridgeDeps);
  const run = sweep();
  await time.runUntil(began + MINUTE);
  await run;
  return { reads, agreed, ended: pairs.at(-1)?.flex };
};

test('A run compares its whole share at its pace while the lists are read, and finds the end in them', async () => {
  const { reads, agreed, ended } = await sweepOnce();
  expect(reads).toHaveLength(SWEEP_SHARE.active * 4);
  expect(reads.at(-1)).toBeLessThanOrEqual(SWEEP_SHARE.active * SWEEP_PACE_MS.active + 2 * TWILIO_MS);
  const most = Math.max(...reads.map((at, n) => reads.filter((other, m) => m >= n && other < at + 1_000).length));
  expect(most).toBeLessThanOrEqual(40);
  expect(agreed).toEqual([ended]);
});
