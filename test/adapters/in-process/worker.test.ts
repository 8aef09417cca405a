import { describe, expect, test } from '@jest/globals';
import { createTime, type SimTime } from '../../../sim/time.ts';
import type { LocalQueues } from '../../../src/adapters/in-process/source.ts';
import { startWorker, type WorkerDeps } from '../../../src/adapters/in-process/worker.ts';
import { createMemoryQueues } from '../../../src/adapters/memory/queues.ts';
import { openDatabase } from '../../../src/adapters/sqlite/open.ts';
import { createSqliteQueue } from '../../../src/adapters/sqlite/queue.ts';
import type { Consumer, Delivery, Disposition } from '../../../src/core/ports/queues.ts';
import { message } from '../../contracts/queues.contract.ts';
import { newFolder } from '../sqlite/folder.ts';

/** Lets everything happen that waits for nothing but its turn. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 50; turn += 1) await new Promise((next) => setImmediate(next));
};

/** An alarm that rings when the clock is moved past it. */
const handAlarm = (clock: SimTime) => {
  let set: { readonly at: number; readonly ring: () => void } | undefined;
  return {
    alarm: (ms: number, ring: () => void): (() => void) => {
      const mine = { at: clock.now() + ms, ring };
      set = mine;
      return () => {
        if (set === mine) set = undefined;
      };
    },
    isSet: () => set !== undefined,
    advance: async (ms: number): Promise<void> => {
      clock.advance(ms);
      const due = set;
      if (due !== undefined && due.at <= clock.now()) {
        set = undefined;
        due.ring();
      }
      await settle();
    },
  };
};

const bench = (answer: Consumer, over: Partial<WorkerDeps> = {}, queues?: LocalQueues) => {
  const clock = createTime();
  const time = handAlarm(clock);
  const all = queues ?? createMemoryQueues({ clock });
  const begun: Delivery[] = [];
  const verdicts: Disposition[] = [];
  const troubles: unknown[] = [];
  const worker = startWorker({
    queue: all.source('flex-events'),
    consume: (delivery) => {
      begun.push(delivery);
      return answer(delivery);
    },
    concurrency: 10,
    clock,
    deadlineMs: 25_000,
    onVerdict: (_, verdict) => verdicts.push(verdict),
    onFailure: (error) => troubles.push(error),
    alarm: time.alarm,
    ...over,
  });
  const send = async (group: string, ...bodies: string[]): Promise<void> => {
    for (const body of bodies) await all.send('flex-events', message(group, body));
    await settle();
  };
  return {
    queues: all,
    clock,
    time,
    worker,
    begun,
    verdicts,
    troubles,
    send,
    bodies: () => begun.map(({ body }) => body),
  };
};

const done: Disposition = { verdict: 'done' };

/** A consumer whose answers are given by hand, by message body. */
const byHand = () => {
  const open = new Map<string, (verdict: Disposition) => void>();
  return {
    consume: (delivery: Delivery) => new Promise<Disposition>((answer) => open.set(delivery.body, answer)),
    answer: async (body: string, verdict: Disposition = done): Promise<void> => {
      open.get(body)?.(verdict);
      await settle();
    },
  };
};

describe('A worker', () => {
  test('works off what is sent, at once and without an alarm', async () => {
    const { send, bodies, verdicts, queues, time, worker } = bench(async () => done);
    await settle();
    expect(time.isSet()).toBe(false);
    await send('CH1', '1', '2', '3');
    expect(bodies()).toEqual(['1', '2', '3']);
    expect(verdicts).toEqual([done, done, done]);
    expect((await queues.counts())['flex-events'].waiting).toBe(0);
    expect(time.isSet()).toBe(false);
    await worker.stop();
  });

  test('works off what was there before it started', async () => {
    const clock = createTime();
    const queues = createMemoryQueues({ clock });
    await queues.send('flex-events', message('CH1', 'before'));
    const { bodies, worker } = bench(async () => done, {}, queues);
    await settle();
    expect(bodies()).toEqual(['before']);
    await worker.stop();
  });

  test('lets chats go side by side, each in its order', async () => {
    const hand = byHand();
    const { send, bodies, worker } = bench(hand.consume);
    await send('CH1', '1', '2');
    await send('CH2', 'a', 'b');
    expect(bodies()).toEqual(['1', 'a']);
    await hand.answer('a');
    expect(bodies()).toEqual(['1', 'a', 'b']);
    await hand.answer('1');
    expect(bodies()).toEqual(['1', 'a', 'b', '2']);
    await Promise.all([hand.answer('b'), hand.answer('2'), worker.stop()]);
  });

  test('has no more in hands than it may, and takes the next when one is through', async () => {
    const hand = byHand();
    const { send, bodies, worker } = bench(hand.consume, { concurrency: 2 });
    await send('CH1', '1');
    await send('CH2', '2');
    await send('CH3', '3');
    expect(bodies()).toEqual(['1', '2']);
    await hand.answer('2');
    expect(bodies()).toEqual(['1', '2', '3']);
    await Promise.all([hand.answer('1'), hand.answer('3'), worker.stop()]);
  });

  test('comes back to a message when its time has come, and what is behind it waits', async () => {
    const { send, begun, bodies, time, worker, clock } = bench(async ({ attempts }) =>
      attempts === 1 ? { verdict: 'retry', afterSeconds: 30 } : done,
    );
    const began = clock.now();
    await send('CH1', '1', '2');
    expect(bodies()).toEqual(['1']);
    await time.advance(29_999);
    expect(bodies()).toEqual(['1']);
    await time.advance(1);
    expect(bodies()).toEqual(['1', '1', '2']);
    expect(begun[1]).toMatchObject({ attempts: 2, firstReceivedAt: began, deadline: clock.now() + 25_000 });
    await worker.stop();
  });

  test('buries what is parked and goes on', async () => {
    const { send, bodies, queues, verdicts, worker } = bench(async ({ body }) =>
      body === 'poison' ? { verdict: 'park', reason: 'refused' } : done,
    );
    await send('CH1', 'poison', '2');
    expect(bodies()).toEqual(['poison', '2']);
    expect((await queues.dead('flex-events')).map(({ body, reason }) => [body, reason])).toEqual([
      ['poison', 'refused'],
    ]);
    expect(verdicts[0]).toEqual({ verdict: 'park', reason: 'refused' });
    await worker.stop();
  });

  test('outlives a consumer that throws: it is told, and the message comes again, later each time', async () => {
    const bug = new Error('a bug');
    const { send, bodies, time, troubles, worker } = bench(async ({ attempts }) => {
      if (attempts < 3) throw bug;
      return done;
    });
    await send('CH1', '1', '2');
    expect(troubles).toEqual([bug]);
    await time.advance(1000);
    expect(troubles).toEqual([bug, bug]);
    await time.advance(1000);
    expect(bodies()).toEqual(['1', '1']);
    await time.advance(1000);
    expect(bodies()).toEqual(['1', '1', '1', '2']);
    await worker.stop();
  });

  test('outlives a queue that cannot be read for a while', async () => {
    const clock = createTime();
    const queues = createMemoryQueues({ clock });
    const source = queues.source('flex-events');
    let broken = true;
    const queue = {
      ...source,
      receive: async (limit: number) => {
        if (broken) throw new Error('disk full');
        return source.receive(limit);
      },
    };
    const { send, bodies, troubles, time, worker } = bench(async () => done, { queue }, queues);
    await send('CH1', '1');
    expect(troubles.length).toBeGreaterThan(0);
    broken = false;
    await time.advance(1000);
    expect(bodies()).toEqual(['1']);
    await worker.stop();
  });

  test('stops when what is in hands is through, and takes nothing more', async () => {
    const hand = byHand();
    const { send, bodies, worker, queues } = bench(hand.consume);
    await send('CH1', '1', '2');
    let stopped = false;
    const stopping = worker.stop().then(() => {
      stopped = true;
    });
    await send('CH2', 'a');
    expect(stopped).toBe(false);
    await hand.answer('1');
    await stopping;
    expect(bodies()).toEqual(['1']);
    expect((await queues.counts())['flex-events']).toEqual({ waiting: 2, inFlight: 0, dead: 0 });
  });

  test('stopped while it was receiving gives back what it got', async () => {
    const { worker, queues, send, bodies } = bench(async () => done);
    await worker.stop();
    await send('CH1', '1');
    const second = startWorker({
      queue: queues.source('flex-events'),
      consume: async () => done,
      concurrency: 1,
      clock: createTime(),
      deadlineMs: 1,
      onVerdict: () => {},
      onFailure: () => {},
    });
    await second.stop();
    expect(bodies()).toEqual([]);
    expect((await queues.counts())['flex-events']).toEqual({ waiting: 1, inFlight: 0, dead: 0 });
  });

  test('takes 40 chats of 25 messages through a SQLite file, each once and in order', async () => {
    const folder = await newFolder();
    const database = await openDatabase(folder.file('bridge.db'), { clock: createTime() });
    const queues = await createSqliteQueue(database, { clock: { now: Date.now } });
    const chats = Array.from({ length: 40 }, (_, chat) => `CH${chat}`);
    const bodies = Array.from({ length: 25 }, (_, index) => String(index));
    const seen = new Map<string, string[]>();
    let left = chats.length * bodies.length;
    await new Promise<void>((through) => {
      const worker = startWorker({
        queue: queues.source('flex-events'),
        consume: async ({ group, body }) => {
          seen.set(group, [...(seen.get(group) ?? []), body]);
          return done;
        },
        concurrency: 16,
        clock: { now: Date.now },
        deadlineMs: 25_000,
        onVerdict: () => {
          left -= 1;
          if (left === 0) void worker.stop().then(through);
        },
        onFailure: (error) => {
          throw error;
        },
      });
      for (const body of bodies)
        for (const chat of chats) void queues.send('flex-events', { group: chat, dedupe: body, body });
    });
    for (const chat of chats) expect(seen.get(chat)).toEqual(bodies);
    await database.close();
    await folder.remove();
  });
});
