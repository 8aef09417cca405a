import { describe, expect, test } from '@jest/globals';
import { createTime } from '../../../sim/time.ts';
import { createMemoryStore } from '../../../src/adapters/memory/store.ts';
import { readForm } from '../../../src/adapters/twilio/webhook/form.ts';
import { readFlexTaskRouter } from '../../../src/adapters/twilio/webhook/taskrouter.ts';
import { decodeEnvelope } from '../../../src/core/jobs/envelope.ts';
import type { ChannelSid } from '../../../src/core/model/sids.ts';
import { TwilioError } from '../../../src/core/model/twilio-error.ts';
import type { Entry } from '../../../src/core/ports/journal.ts';
import type { QueueMessage } from '../../../src/core/ports/queues.ts';
import type { Acceptance, AcceptedTasks, AssignedTask, TaskChat } from '../../../src/core/ports/tasks.ts';
import { pairId, pairKey } from '../../../src/core/state/items.ts';
import { createAcceptSweep } from '../../../src/core/sweep/lost-accepts/sweep.ts';
import { eventPlacement } from '../../../src/edge/placement.ts';
import { sid } from '../../support/sid.ts';

const START = Date.UTC(2026, 2, 14, 9);
const MINUTE = 60_000;
const [task, channel, reservation, worker] = [sid('WT', 1), sid('CH', 1), sid('WR', 1), sid('WK', 1)] as const;
const WORKSPACE = sid('WS', 1);

/** A workspace as the test says, a store that counts its reads, and a clock that stands still between two sweeps. */
const openScene = (workspace: 'named' | 'unknown' = 'named') => {
  const time = createTime(START);
  let nonces = 0;
  let asked: string[] = [];
  let reads = 0;
  let failure: Error | undefined;
  const open = new Map<string, AssignedTask>();
  const acceptances = new Map<string, Acceptance>();
  const hidden = new Map<string, TaskChat>();
  const failing = new Map<string, Error>();
  const identities = new Map<string, string>([[worker, 'ann_40example_2Ecom']]);
  const store = createMemoryStore();
  const sent: { readonly queue: string; readonly message: QueueMessage }[] = [];
  const entries: Entry[] = [];
  let pageSize = 1000;

  const say = <T>(what: string, answer: T): Promise<T> => {
    asked.push(what);
    const trouble = failure ?? failing.get(what);
    return trouble === undefined ? Promise.resolve(answer) : Promise.reject(trouble);
  };
  const tasks: AcceptedTasks = {
    workspace: WORKSPACE,
    listAssigned: (from) => {
      const rows = [...open.values()];
      const begin = Number(from ?? 0);
      const more = begin + pageSize < rows.length;
      return say('list', {
        tasks: rows.slice(begin, begin + pageSize),
        next: more ? `${begin + pageSize}` : undefined,
      });
    },
    chat: (of) => say(`chat ${of}`, hidden.get(of)),
    acceptance: (of) => say(`acceptance ${of}`, acceptances.get(of)),
    read: async () => undefined,
    ofChannel: async () => [],
    reservationStatus: async () => undefined,
    complete: async () => {},
    workerIdentity: (of) => say(`worker ${of}`, identities.get(of)),
  };
  // Nothing else runs meanwhile: a sleep is over at once.
  const clock = { now: time.now, sleep: async (ms: number) => time.advance(ms) };
  const born = () =>
    createAcceptSweep({
      store: {
        ...store,
        get: (key) => {
          reads += 1;
          return store.get(key);
        },
      },
      queues: {
        send: async (queue, message) => void sent.push({ queue, message }),
        sendMany: () => Promise.reject(new Error('sends one by one')),
        deadLetter: () => Promise.reject(new Error('buries nothing')),
      },
      tasks: workspace === 'named' ? tasks : undefined,
      settings: { settleMs: 60_000 },
      clock,
      nonce: () => `n${++nonces}`,
      journal: (entry) => entries.push(entry),
    });
  let sweep = born();

  const scene = {
    /** A function starts anew: it remembers nothing. */
    forget: () => {
      sweep = born();
    },
    sweep: (ms = 10_000) => {
      asked = [];
      reads = 0;
      return sweep(time.now() + ms);
    },
    pass: time.advance,
    now: time.now,
    /** A worker accepts a task now. */
    accepted: (n = 1, over: Partial<AssignedTask> = {}): void => {
      const whole = Math.floor(time.now() / 1000) * 1000;
      const chat = { container: sid('CH', n), customerName: 'Jo' };
      open.set(sid('WT', n), { sid: sid('WT', n), chat, updatedAt: whole, ...over });
      acceptances.set(sid('WT', n), { reservation: sid('WR', n), worker, at: whole });
    },
    /** Somebody writes the task's attributes now. */
    changed: (n = 1): void => {
      const before = open.get(sid('WT', n));
      if (before !== undefined) open.set(before.sid, { ...before, updatedAt: time.now() });
    },
    linked: (container: ChannelSid, by: string) =>
      store.write(pairKey(pairId('flex', container)), {
        when: [],
        set: { state: 'open', linked: 1, flex: container, task: by },
        nonce: ['n', 'x'],
      }),
    counterpart: (container: ChannelSid) =>
      store.write(pairKey(pairId('flex', container)), { when: [], set: { pair: 'frontline#CH' }, nonce: ['n', 'x'] }),
    fails: (error: Error | undefined): void => {
      failure = error;
    },
    pages: (size: number): void => {
      pageSize = size;
    },
    asked: () => asked,
    reads: () => reads,
    ...{ store, sent, entries, open, acceptances, hidden, failing, identities },
  };
  return scene;
};

/** The deployment has been running, without anything open, for an hour. */
const openOldScene = async () => {
  const scene = openScene();
  await scene.sweep();
  scene.pass(60 * MINUTE);
  scene.entries.length = 0;
  return scene;
};

const trouble = (
  status: number,
  more: { retryAfter?: number; remedy?: 'retry' | 'park' | 'reconfigure'; effect?: 'unknown' | 'unsent' } = {},
) => new TwilioError('GET /v1/Workspaces', { remedy: 'retry', effect: 'refused', status, ...more });

describe('an accept whose webhook was lost', () => {
  test('goes the way that its webhook would have gone: same queue, group, name and event', async () => {
    const scene = await openOldScene();
    scene.accepted();
    scene.pass(MINUTE);
    expect(await scene.sweep()).toEqual({ verdict: 'repairing' });

    const parameters = {
      EventType: 'reservation.accepted',
      Timestamp: '1773482400',
      WorkspaceSid: WORKSPACE,
      TaskSid: task,
      TaskChannelUniqueName: 'chat',
      TaskAttributes: JSON.stringify({ channelSid: channel, name: 'Jo' }),
      ReservationSid: reservation,
      WorkerSid: worker,
      WorkerAttributes: '{"contact_uri":"client:ann_40example_2Ecom"}',
    };
    const read = readForm(new TextEncoder().encode(new URLSearchParams(parameters).toString()));
    if (typeof read === 'string') throw new Error(read);
    const reading = readFlexTaskRouter('reservation.accepted', read.form);
    if (reading.kind !== 'event' || reading.event === undefined) throw new Error('no event');
    const { queue, message } = eventPlacement(reading, reading.event, { receivedAt: 0, form: read.form });

    expect(scene.sent).toHaveLength(1);
    const [found] = scene.sent;
    expect(found).toMatchObject({ queue, message: { group: message.group, dedupe: message.dedupe } });
    expect(decodeEnvelope(found?.message.body ?? '')?.work).toEqual(decodeEnvelope(message.body)?.work);
    expect(scene.entries).toEqual([
      {
        step: 'queued',
        type: 'reservation.accepted',
        reason: 'found_by_sweep',
        sids: [reservation, task, worker, channel],
      },
      { step: 'swept', type: 'accepts', reason: 'repairing', sids: [], count: 1 },
    ]);
  });

  test('is given a minute, for its webhook may be on its way', async () => {
    const scene = await openOldScene();
    scene.accepted();
    scene.pass(50_000);
    expect(await scene.sweep()).toEqual({ verdict: 'clean' });
    expect(scene.sent).toEqual([]);
    scene.pass(MINUTE);
    await scene.sweep();
    expect(scene.sent).toHaveLength(1);
  });

  test('is looked for on every page of the list', async () => {
    const scene = await openOldScene();
    scene.pages(2);
    for (let n = 1; n <= 5; n += 1) scene.accepted(n);
    scene.pass(MINUTE);
    await scene.sweep();
    expect(scene.sent.map(({ message }) => message.group)).toEqual([1, 2, 3, 4, 5].map((n) => sid('CH', n)));
    expect(scene.asked().filter((what) => what === 'list')).toHaveLength(3);
    expect(scene.asked().filter((what) => what.startsWith('worker'))).toHaveLength(1);
  });

  test('is found where the list keeps the attributes back; each task is asked for once', async () => {
    const scene = await openOldScene();
    scene.accepted(1, { chat: 'unshown' });
    scene.accepted(2, { chat: 'unshown' });
    scene.hidden.set(task, { container: channel, customerName: 'Jo' });
    scene.pass(MINUTE);
    await scene.sweep();
    expect(scene.sent.map(({ message }) => message.group)).toEqual([channel]);
    await scene.sweep();
    expect(scene.asked()).toEqual(['list']);
  });
});

describe('left alone is', () => {
  test('a chat that was accepted before the first start, though its task changes later', async () => {
    const scene = openScene();
    scene.accepted(1);
    scene.pass(5_000);
    expect(await scene.sweep()).toEqual({ verdict: 'clean' });
    expect(scene.asked()).toEqual(['list']);
    scene.pass(24 * 60 * MINUTE);
    scene.changed();
    scene.forget();
    for (let minute = 0; minute < 60; minute += 1) {
      await scene.sweep();
      scene.pass(MINUTE);
    }
    expect(scene.sent).toEqual([]);
  });

  test('a chat that its pair knows, a channel that the bridge made itself, and what is no chat', async () => {
    const scene = await openOldScene();
    for (let n = 1; n <= 3; n += 1) scene.accepted(n);
    scene.accepted(4, { chat: 'none' });
    await scene.linked(sid('CH', 1), sid('WT', 1));
    await scene.counterpart(sid('CH', 2));
    await scene.linked(sid('CH', 3), sid('WT', 99));
    scene.pass(MINUTE);
    await scene.sweep();
    expect(scene.sent.map(({ message }) => message.group)).toEqual([sid('CH', 3)]);
    expect(scene.asked()).toEqual(['list', `acceptance ${sid('WT', 3)}`, `worker ${worker}`]);
  });

  test('an older task whose channel has passed to a newer one', async () => {
    const scene = await openOldScene();
    const chat = { container: channel, customerName: 'Jo' };
    scene.accepted(1, { chat });
    scene.accepted(2, { chat });
    await scene.linked(channel, sid('WT', 2));
    scene.pass(MINUTE);
    expect(await scene.sweep()).toEqual({ verdict: 'clean' });
    expect(scene.sent).toEqual([]);
  });

  test('a task that nobody holds any more, or whose worker is gone', async () => {
    const scene = await openOldScene();
    scene.accepted(1);
    scene.accepted(2);
    scene.acceptances.delete(sid('WT', 1));
    scene.identities.clear();
    scene.pass(MINUTE);
    expect(await scene.sweep()).toEqual({ verdict: 'clean' });
    await scene.sweep();
    expect(scene.asked()).toEqual(['list']);
    expect(scene.sent).toEqual([]);
  });
});

describe('an accept that leads to nothing, as a worker without a twin', () => {
  test.each(['remembers', 'forgets'] as const)('is tried less and less often, by a process that %s', async (how) => {
    const scene = await openOldScene();
    scene.accepted();
    const tries: number[] = [];
    for (let minute = 1; minute <= 24 * 60; minute += 1) {
      scene.pass(MINUTE);
      if (how === 'forgets') scene.forget();
      const before = scene.sent.length;
      await scene.sweep();
      if (scene.sent.length > before) tries.push(minute);
      else expect(scene.asked()).toEqual(['list']);
    }
    expect(tries.slice(0, 4)).toEqual([1, 11, 23, 47]);
    expect(tries.length).toBeLessThan(10);
  });

  test('is not tried again because its task has changed, but for a new reservation at once', async () => {
    const scene = await openOldScene();
    scene.accepted();
    scene.pass(MINUTE);
    await scene.sweep();
    scene.pass(MINUTE);
    scene.changed();
    await scene.sweep();
    expect(scene.asked()).toEqual(['list', `acceptance ${task}`]);
    scene.forget();
    await scene.sweep();
    expect(scene.asked()).toEqual(['list']);
    expect(scene.sent).toHaveLength(1);

    scene.acceptances.set(task, { reservation: sid('WR', 7), worker, at: scene.now() });
    scene.changed();
    scene.pass(MINUTE);
    await scene.sweep();
    expect(scene.sent.map(({ message }) => message.dedupe)).toEqual([
      `reservation.accepted:${reservation}`,
      `reservation.accepted:${sid('WR', 7)}`,
    ]);
  });
});

describe('the cost', () => {
  test('of 2 000 linked chats is two calls and no read of the store, once they are known', async () => {
    const scene = await openOldScene();
    for (let n = 1; n <= 2_000; n += 1) {
      scene.accepted(n);
      await scene.linked(sid('CH', n), sid('WT', n));
    }
    await scene.sweep();
    expect(scene.reads()).toBe(2_000);
    await scene.sweep();
    expect([scene.asked(), scene.reads()]).toEqual([['list', 'list'], 0]);
  });

  test('of a flood of lost accepts is bounded; the runs after it go on, and none of them is called clean', async () => {
    const scene = await openOldScene();
    for (let n = 1; n <= 500; n += 1) scene.accepted(n);
    scene.pass(MINUTE);
    const spent = { verdict: 'not_compared', why: 'budget_spent' };
    expect(await scene.sweep(MINUTE)).toEqual(spent);
    expect(scene.asked()).toHaveLength(300);
    expect(await scene.sweep(1_000)).toEqual(spent);
    expect(scene.asked().length).toBeLessThan(35);
    expect(await scene.sweep(MINUTE)).toEqual({ verdict: 'repairing' });
    expect(scene.sent).toHaveLength(500);
    expect(new Set(scene.sent.map(({ message }) => message.group)).size).toBe(500);
  });

  test('is nothing after the deadline', async () => {
    const scene = await openOldScene();
    expect(await scene.sweep(0)).toMatchObject({ verdict: 'not_compared' });
    expect(scene.asked()).toEqual([]);
  });
});

describe('trouble', () => {
  test.each([
    [trouble(429), { status: 429 }],
    [trouble(503), { status: 503 }],
    [new TwilioError('GET', { remedy: 'retry', effect: 'unknown' }), { effect: 'unknown' }],
  ])('of Twilio is told as not compared', async (error, said) => {
    const scene = await openOldScene();
    scene.accepted();
    scene.pass(MINUTE);
    scene.fails(error);
    expect(await scene.sweep()).toEqual({ verdict: 'not_compared', why: 'twilio', ...said });
    expect(scene.entries).toEqual([
      { step: 'swept', type: 'accepts', reason: 'not_compared', why: 'twilio', ...said, sids: [], count: 0 },
    ]);
    scene.fails(undefined);
    expect(await scene.sweep()).toEqual({ verdict: 'repairing' });
  });

  test('that asks to wait is obeyed', async () => {
    const scene = await openOldScene();
    scene.fails(trouble(429, { retryAfter: 90 }));
    await scene.sweep();
    scene.fails(undefined);
    scene.pass(MINUTE);
    expect(await scene.sweep()).toEqual({ verdict: 'not_compared', why: 'asked_to_wait' });
    expect(scene.asked()).toEqual([]);
    scene.pass(MINUTE);
    expect(await scene.sweep()).toEqual({ verdict: 'clean' });
  });

  const ownTrouble = [
    ['refused', trouble(400, { remedy: 'park' }), { status: 400 }],
    ['answered by 500', trouble(500, { effect: 'unknown' }), { status: 500 }],
    ['unreadable', new TwilioError('GET', { remedy: 'retry', effect: 'unknown' }), { effect: 'unknown' }],
    ['with no address', new TwilioError('GET', { remedy: 'park', effect: 'unsent' }), { effect: 'unsent' }],
  ] as const;

  test.each(ownTrouble.flatMap((one) => (['acceptance', 'chat'] as const).map((what) => [what, ...one] as const)))(
    'with the %s of one task (%s) keeps no other from being found, and is never called clean',
    async (what, _, error, said) => {
      const scene = await openOldScene();
      for (const n of [1, 2, 3]) {
        scene.accepted(n, { chat: 'unshown' });
        scene.hidden.set(sid('WT', n), { container: sid('CH', n), customerName: 'Jo' });
      }
      scene.failing.set(`${what} ${sid('WT', 2)}`, error);
      scene.pass(MINUTE);
      expect(await scene.sweep()).toEqual({ verdict: 'not_compared', why: 'twilio', ...said });
      expect(scene.sent.map(({ message }) => message.group)).toEqual([sid('CH', 1), sid('CH', 3)]);
      expect(await scene.sweep()).toEqual({ verdict: 'not_compared', why: 'twilio', ...said });
      scene.failing.clear();
      expect(await scene.sweep()).toEqual({ verdict: 'repairing' });
      expect(scene.sent.at(-1)?.message.group).toBe(sid('CH', 2));
    },
  );

  test.each([
    ['of a limit', trouble(429)],
    ['of credentials', trouble(401, { remedy: 'reconfigure' })],
    ['of a side that is left alone', trouble(0, { effect: 'unsent' })],
    ['that asks to wait', trouble(503, { effect: 'unknown', retryAfter: 30 })],
  ])('%s ends the run, whichever task it was met with', async (_, error) => {
    const scene = await openOldScene();
    for (const n of [1, 2]) {
      scene.accepted(n);
      scene.failing.set(`acceptance ${sid('WT', n)}`, error);
    }
    scene.pass(MINUTE);
    expect(await scene.sweep()).toMatchObject({ verdict: 'not_compared' });
    expect(scene.asked()).toEqual(['list', `acceptance ${task}`]);
  });

  test("with a task to which an older one's channel may have passed leaves the pair with whom it has", async () => {
    const scene = await openOldScene();
    scene.accepted(1, { chat: { container: channel, customerName: 'Jo' } });
    scene.accepted(2, { chat: 'unshown' });
    await scene.linked(channel, sid('WT', 2));
    scene.failing.set(`chat ${sid('WT', 2)}`, trouble(500, { effect: 'unknown' }));
    scene.pass(MINUTE);
    expect(await scene.sweep()).toEqual({ verdict: 'not_compared', why: 'twilio', status: 500 });
    expect(scene.sent).toEqual([]);
  });

  test('that nobody foresaw is told by its name, and the next sweep goes on', async () => {
    const scene = await openOldScene();
    scene.fails(new RangeError('may quote what people wrote'));
    expect(await scene.sweep()).toEqual({ verdict: 'not_compared', why: 'failed', error: 'RangeError' });
    expect(scene.entries[0]).toEqual({ step: 'failed', type: 'accepts', reason: 'RangeError', sids: [] });
  });

  test('of a workspace that nobody named is told once', async () => {
    const scene = openScene('unknown');
    for (let n = 0; n < 3; n += 1)
      expect(await scene.sweep()).toEqual({ verdict: 'not_compared', why: 'no_workspace' });
    expect(scene.entries).toEqual([
      { step: 'swept', type: 'accepts', reason: 'not_compared', why: 'no_workspace', sids: [], count: 0 },
    ]);
  });
});
