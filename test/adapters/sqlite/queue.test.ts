import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createTime, type SimTime } from '../../../sim/time.ts';
import type { LocalQueues, ReceivedMessage } from '../../../src/adapters/in-process/source.ts';
import { createMemoryQueues } from '../../../src/adapters/memory/queues.ts';
import { openDatabase } from '../../../src/adapters/sqlite/open.ts';
import { createSqliteQueue } from '../../../src/adapters/sqlite/queue.ts';
import { drainSource, message, receivingContract, sendingContract } from '../../contracts/queues.contract.ts';
import { newFolder } from './folder.ts';

const open = async (clock: SimTime) => {
  const folder = await newFolder();
  const database = await openDatabase(folder.file('bridge.db'), { clock });
  const queues = await createSqliteQueue(database, { clock });
  return {
    queues,
    database,
    close: async () => {
      await database.close();
      await folder.remove();
    },
  };
};

sendingContract('SQLite queues', async (clock) => {
  const { queues, close } = await open(clock);
  return { queues, drain: (queue) => drainSource(queues, queue), dead: queues.dead, close };
});

receivingContract('SQLite queues', open);

type Step =
  | { readonly step: 'send'; readonly group: string; readonly dedupe: string }
  | { readonly step: 'bury'; readonly group: string; readonly dedupe: string }
  | { readonly step: 'receive'; readonly limit: number }
  | { readonly step: 'done' | 'again' | 'park'; readonly which: number }
  | { readonly step: 'wait'; readonly ms: number };

const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    step: fc.constantFrom<('send' | 'bury')[]>('send', 'send', 'send', 'bury'),
    group: fc.constantFrom('CH1', 'CH2', 'CH3'),
    dedupe: fc.integer({ min: 0, max: 30 }).map(String),
  }),
  fc.record({ step: fc.constant('receive' as const), limit: fc.constantFrom(3, 100) }),
  fc.record({ step: fc.constantFrom('done' as const, 'again' as const, 'park' as const), which: fc.nat() }),
  fc.record({ step: fc.constant('wait' as const), ms: fc.constantFrom(1, 1000, 20_000, 150_000, 300_000) }),
);

/** Walks the steps and tells what was seen. Receipts are kept for ever, so that some are used late. */
const walk = async (queues: LocalQueues, clock: SimTime, run: readonly Step[]): Promise<unknown[]> => {
  const source = queues.source('flex-events');
  const seen: unknown[] = [];
  const receipts: ReceivedMessage[] = [];
  const withoutId = ({ id: _, ...rest }: ReceivedMessage) => rest;
  for (const step of run) {
    if (step.step === 'wait') clock.advance(step.ms);
    else if (step.step === 'send') await queues.send('flex-events', { ...step, body: `${seen.length}` });
    else if (step.step === 'bury') await queues.deadLetter('flex-events', { ...step, body: 'b', reason: 'refused' });
    else if (step.step === 'receive') {
      const received = [...(await source.receive(step.limit))].sort((a, b) => a.group.localeCompare(b.group));
      receipts.push(...received);
      seen.push(received.map(withoutId));
    } else {
      const receipt = receipts[step.which % receipts.length];
      if (receipt === undefined) continue;
      if (step.step === 'done') await source.done(receipt);
      else if (step.step === 'again') await source.retry(receipt, 5);
      else await source.park(receipt, 'refused');
    }
    seen.push(await queues.counts(), await source.nextVisibleAt());
  }
  return [...seen, await queues.dead('flex-events')];
};

describe('SQLite queues', () => {
  test('put no chat off for as long as the clock was set back meanwhile', async () => {
    const time = createTime();
    let ahead = 0;
    const { queues, close } = await open({ ...time, now: () => time.now() + ahead });
    const source = queues.source('flex-events');
    const groups = async (limit: number) => (await source.receive(limit)).map(({ group }) => group);
    try {
      await queues.send('flex-events', message('CH1', 'tried again in 8 seconds'));
      const [first] = await source.receive(1);
      if (first !== undefined) await source.retry(first, 8);
      await queues.send('flex-events', message('CH2', 'waits for its turn'));
      expect(await groups(0)).toEqual([]);
      ahead -= 3_600_000;
      expect(await groups(9)).toEqual(['CH2']);
      expect(await source.nextVisibleAt()).toBe(time.now() + ahead + 8_000);
      time.advance(8_000);
      expect(await groups(9)).toEqual(['CH1']);
    } finally {
      await close();
    }
  });

  test('do in any run what queues in memory do', async () => {
    const clock = createTime();
    const { queues, database, close } = await open(clock);
    const empty = () =>
      database.perform((sql) => ['message', 'line', 'dedupe', 'dead'].map((table) => sql.run(`DELETE FROM ${table}`)));
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { minLength: 5, maxLength: 30 }), async (run) => {
        await empty();
        const other = createTime(clock.now());
        expect(await walk(queues, clock, run)).toEqual(await walk(createMemoryQueues({ clock: other }), other, run));
      }),
      { numRuns: 100 },
    );
    await close();
  });
});
