import { QUEUES, type QueueName, TIMES } from '../../contract.ts';
import type { Clock } from '../../core/ports/clock.ts';
import { createListeners } from '../in-process/listeners.ts';
import type { Counts, Dead, LocalQueues, QueueSource, Received } from '../in-process/source.ts';

const DEDUPE_MS = 5 * 60 * 1000;

type Waiting = Omit<Received, 'firstReceivedAt'> & { readonly firstReceivedAt: number | undefined };
type Lane = { messages: readonly Waiting[]; visibleAt: number; inFlight: boolean };
type Held = {
  readonly lanes: Map<string, Lane>;
  readonly seen: Map<string, number>;
  readonly dead: Dead[];
};

/** Queues that live as long as the process, with the meaning of SQS FIFO: for tests, by hand or with a worker. */
export const createMemoryQueues = (at: { readonly clock: Pick<Clock, 'now'> }): LocalQueues => {
  const { now } = at.clock;
  const sent = createListeners<QueueName>();
  const queues = new Map<QueueName, Held>(
    QUEUES.map((name) => [name, { lanes: new Map(), seen: new Map(), dead: [] }]),
  );
  let ids = 0;

  const held = (name: QueueName): Held => {
    const queue = queues.get(name);
    if (queue === undefined) throw new Error(`no queue ${name}`);
    return queue;
  };

  const source = (name: QueueName): QueueSource => {
    const { lanes, dead } = held(name);
    /** The lane while the receipt is good. */
    const laneOf = ({ id, group, attempts }: Received): Lane | undefined => {
      const lane = lanes.get(group);
      const head = lane?.messages[0];
      return head?.id === id && head.attempts === attempts ? lane : undefined;
    };
    const forget = (lane: Lane, group: string): void => {
      lane.messages = lane.messages.slice(1);
      lane.visibleAt = now();
      lane.inFlight = false;
      if (lane.messages.length === 0) lanes.delete(group);
    };
    const take = (lane: Lane): readonly Received[] => {
      const [head, ...others] = lane.messages;
      if (head === undefined) return [];
      const received = { ...head, attempts: head.attempts + 1, firstReceivedAt: head.firstReceivedAt ?? now() };
      lane.messages = [received, ...others];
      lane.visibleAt = now() + TIMES.visibility * 1000;
      lane.inFlight = true;
      return [received];
    };
    return {
      receive: async (limit) =>
        [...lanes.values()]
          .filter((lane) => lane.visibleAt <= now())
          .sort((a, b) => a.visibleAt - b.visibleAt)
          .slice(0, limit)
          .flatMap(take),
      done: async (message) => {
        const lane = laneOf(message);
        if (lane !== undefined) forget(lane, message.group);
      },
      retry: async (message, afterSeconds) => {
        const lane = laneOf(message);
        if (lane === undefined) return;
        lane.visibleAt = now() + Math.round(afterSeconds * 1000);
        lane.inFlight = false;
      },
      park: async (message, reason) => {
        const lane = laneOf(message);
        if (lane === undefined) return;
        const { group, dedupe, body } = message;
        dead.push({ group, dedupe, body, reason, buriedAt: now() });
        forget(lane, group);
      },
      nextVisibleAt: async () =>
        lanes.size === 0 ? undefined : Math.min(...[...lanes.values()].map((lane) => lane.visibleAt)),
      onSent: (listener) => sent.add(name, listener),
    };
  };

  const counted = ({ lanes, dead }: Held): Counts => ({
    waiting: [...lanes.values()].reduce((sum, lane) => sum + lane.messages.length, 0),
    inFlight: [...lanes.values()].filter((lane) => lane.inFlight).length,
    dead: dead.length,
  });

  return {
    send: async (name, { group, dedupe, body }) => {
      const { seen, lanes } = held(name);
      const key = JSON.stringify([group, dedupe]);
      if ((seen.get(key) ?? Number.NEGATIVE_INFINITY) > now()) return;
      seen.set(key, now() + DEDUPE_MS);
      const lane = lanes.get(group) ?? { messages: [], visibleAt: now(), inFlight: false };
      lane.messages = [
        ...lane.messages,
        { id: String(++ids), group, dedupe, body, firstReceivedAt: undefined, attempts: 0 },
      ];
      lanes.set(group, lane);
      sent.announce(name);
    },
    deadLetter: async (name, { group, dedupe, body, reason }) => {
      held(name).dead.push({ group, dedupe, body, reason, buriedAt: now() });
    },
    source,
    counts: async () =>
      Object.fromEntries(QUEUES.map((name) => [name, counted(held(name))])) as Record<QueueName, Counts>,
    dead: async (name) => [...held(name).dead],
  };
};
