/** Chats that nobody ever ends, some each day, over months: the sweep's lists hold those of a month. */
import { expect, test } from '@jest/globals';
import { createTime } from '../../../sim/time.ts';
import { createMemoryStore } from '../../../src/adapters/memory/store.ts';
import type { BridgeDeps } from '../../../src/core/deps.ts';
import { onList, pairId, pairKey, registryKey } from '../../../src/core/state/items.ts';
import { createSweep } from '../../../src/core/sweep/sweep.ts';
import { sid } from '../../support/sid.ts';

const DAY = 24 * 3_600_000;
const CHATS_A_DAY = 10;
const DAYS = 45;

test('Forty-five days of ten chats leave no more on the lists than a month of them, and forget none too early', async () => {
  const time = createTime();
  const store = createMemoryStore(time);
  const said = new Map<string, number>();
  let nonces = 0;
  const nonce = () => `n${++nonces}`;
  const side = {
    listMessages: async (container: string) => ({
      messages: [
        {
          sid: sid('IM', 1),
          index: 0,
          author: 'jo',
          body: '',
          createdAt: new Date(said.get(container) ?? 0).toISOString(),
          attributes: '{}',
        },
      ],
      next: undefined,
    }),
    members: async () => [],
    listOpen: async () => ({ sids: [...said.keys()], next: undefined }),
  };
  const sweep = createSweep({
    ...{ store, nonce, flex: side, frontline: side, settings: { settleMs: 60_000, forwards: false } },
    clock: { now: time.now, sleep: async (ms: number) => time.advance(ms) },
    queues: { send: async () => {}, sendMany: async () => [] },
    journal: () => {},
  } as unknown as BridgeDeps);
  const count = async (list: string) => (await store.list(list, { limit: 10_000 })).items.length;

  let chats = 0;
  const begin = async (): Promise<void> => {
    chats += 1;
    const [flex, frontline] = [sid('CH', chats), sid('CH', 500_000 + chats)];
    const id = pairId('flex', flex);
    said.set(flex, time.now()).set(frontline, time.now());
    // Nothing is behind: both ends hold what was said first.
    const cursors = { fl_cursor: 0, fx_cursor: 0, fl_floor: 0, fx_floor: 0, fl_copiesFloor: 0, fx_copiesFloor: 0 };
    const pair = {
      state: 'open',
      linked: 1,
      begunAt: time.now(),
      flex,
      frontline,
      fl_holes: {},
      fx_holes: {},
      ...cursors,
    };
    await store.write(pairKey(id), { when: [], set: pair, nonce: ['nonce', nonce()] });
    await store.write(registryKey(id), { when: [], set: onList('active', id), nonce: ['nonce', nonce()] });
  };
  let most = 0;
  for (let day = 1; day <= DAYS; day += 1) {
    const midnight = time.now();
    for (let n = 0; n < CHATS_A_DAY; n += 1) await begin();
    // As often as each pair comes to its turn once.
    for (let runs = 0; runs < 4; runs += 1) await sweep();
    time.advance(midnight + DAY - time.now());
    if (day > 31) most = Math.max(most, await count('quiet'));
  }
  expect(most).toBeLessThanOrEqual(31 * CHATS_A_DAY);
  expect(most).toBeGreaterThanOrEqual(28 * CHATS_A_DAY);
  expect(await count('active')).toBeLessThanOrEqual(2 * CHATS_A_DAY);
  expect(await store.get(pairKey(pairId('flex', sid('CH', 1))))).toBeDefined();
});
