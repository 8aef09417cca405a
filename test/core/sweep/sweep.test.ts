import { describe, expect, test } from '@jest/globals';
import { createTime } from '../../../sim/time.ts';
import { createMemoryStore } from '../../../src/adapters/memory/store.ts';
import type { BridgeDeps } from '../../../src/core/deps.ts';
import { SWEEP_SHARE } from '../../../src/core/model/times.ts';
import type { Key } from '../../../src/core/ports/change.ts';
import type { Entry } from '../../../src/core/ports/journal.ts';
import { onList } from '../../../src/core/state/items.ts';
import { createSweep } from '../../../src/core/sweep/sweep.ts';

const START = 1_790_000_000_000;

/** Pairs that have ended: looking at one costs a read of the store, which takes so long, and nothing of Twilio. */
const sweepOver = async (pairs: { readonly active: number; readonly quiet: number }, readMs: number) => {
  const time = createTime(START);
  let nonces = 0;
  const memory = createMemoryStore();
  for (const kind of ['active', 'quiet'] as const)
    for (let n = 0; n < pairs[kind]; n += 1) {
      const pk = `flex#${kind}${String(n).padStart(4, '0')}`;
      await memory.write({ pk, sk: 'pair' }, { when: [], set: onList(kind, pk), nonce: ['n', `${kind}${n}`] });
    }
  const begun: { readonly pk: string; readonly at: number }[] = [];
  const journal: Entry[] = [];
  const sweep = createSweep({
    store: {
      ...memory,
      get: async (key: Key) => {
        if (key.sk !== 'pair') return memory.get(key);
        begun.push({ pk: key.pk, at: time.now() });
        time.advance(readMs);
        return memory.get(key);
      },
    },
    // Nothing else runs meanwhile: a sleep is over at once.
    clock: { now: time.now, sleep: async (ms: number) => time.advance(ms) },
    nonce: () => `s${++nonces}`,
    journal: (entry: Entry) => journal.push(entry),
  } as unknown as BridgeDeps);
  await sweep();
  return { begun, took: time.now() - START, again: sweep };
};
const gaps = (times: readonly { readonly at: number }[]) => times.slice(1).map(({ at }, n) => at - (times[n]?.at ?? 0));

describe('The sweep', () => {
  test.each([0, 20, 45])(
    'begins an active pair every 100 ms, whatever the work takes of it (%i ms)',
    async (readMs) => {
      const { begun } = await sweepOver({ active: 40, quiet: 0 }, readMs);
      expect(begun).toHaveLength(40);
      expect((begun.at(-1)?.at ?? 0) - (begun[0]?.at ?? 0)).toBeLessThanOrEqual(39 * 100 + readMs);
      expect(Math.min(...gaps(begun))).toBeGreaterThanOrEqual(90);
    },
  );

  test('never asks faster than 40 times a second, not even to make up for what was slow', async () => {
    const { begun } = await sweepOver({ active: 40, quiet: 0 }, 200);
    expect(Math.min(...gaps(begun))).toBeGreaterThanOrEqual(90);
  });

  test('leaves the quiet pairs their time, however slow the active ones are, and ends in time', async () => {
    const { begun, took } = await sweepOver({ active: 550, quiet: 220 }, 150);
    expect(begun.filter(({ pk }) => pk.includes('quiet')).length).toBeGreaterThan(50);
    expect(took).toBeLessThan(55_000);
  });

  test('goes on at the beginning of its list when it reaches the end, and compares no pair twice in a run', async () => {
    const { begun, again } = await sweepOver({ active: SWEEP_SHARE.active + 90, quiet: 0 }, 0);
    const first = begun.length;
    await again();
    const second = begun.slice(first).map(({ pk }) => pk);
    expect([first, second.length]).toEqual([SWEEP_SHARE.active, SWEEP_SHARE.active]);
    expect(new Set(second).size).toBe(second.length);
    expect(second[90]).toBe(begun[0]?.pk);
  });

  test('that has time for all its pairs looks at each once a minute', async () => {
    const { begun, again } = await sweepOver({ active: 30, quiet: 0 }, 0);
    await again();
    expect(begun.map(({ pk }) => pk)).toEqual([...begun.slice(0, 30), ...begun.slice(0, 30)].map(({ pk }) => pk));
  });
});
