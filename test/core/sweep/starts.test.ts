/** Conversations that an agent has begun are found among the new ones, however many there are. */
import { expect, test } from '@jest/globals';
import { createTime } from '../../../sim/time.ts';
import { createMemoryStore } from '../../../src/adapters/memory/store.ts';
import type { BridgeDeps } from '../../../src/core/deps.ts';
import type { Entry } from '../../../src/core/ports/journal.ts';
import { createStartSweep } from '../../../src/core/sweep/starts.ts';
import { sid } from '../../support/sid.ts';

const DAY = 86_400_000;
const PAGES_A_DAY = 10;

test('Where more are made than a run can list, later runs look back a shorter time, and find the youngest', async () => {
  const time = createTime();
  const began = sid('CH', 1);
  const journal: Entry[] = [];
  const sent: string[] = [];
  let nonces = 0;
  const sweep = createStartSweep({
    ...{ outbound: {}, tasks: {}, workers: {}, settings: {} },
    store: createMemoryStore(time),
    clock: { now: time.now, sleep: async (ms: number) => time.advance(ms) },
    nonce: () => `n${++nonces}`,
    journal: (entry: Entry) => journal.push(entry),
    queues: { sendAll: async () => [], send: async (_: string, { body }: { body: string }) => sent.push(body) },
    frontline: {
      listSince: async (since: number, from: string | undefined) => {
        const left = Number(from ?? Math.ceil(((time.now() - since) / DAY) * PAGES_A_DAY)) - 1;
        return { sids: left === 0 ? [began] : [], next: left > 0 ? String(left) : undefined };
      },
    },
  } as unknown as BridgeDeps);
  await sweep(time.now() + 4_000);
  // The deployment begins with its first run; nothing older is looked at.
  time.advance(10 * DAY);
  journal.length = 0;
  for (let runs = 0; runs < 3; runs += 1) {
    await sweep(time.now() + 4_000);
    time.advance(60_000);
  }
  expect(journal.map(({ reason }) => reason)).toEqual(['not_compared', 'not_compared', 'repairing']);
  expect(sent.join()).toContain(began);
});
