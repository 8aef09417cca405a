import { QUEUES, type QueueName, TIMES } from '../../contract.ts';
import { DEDUPE_MS } from '../../core/model/times.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { QueueMessage } from '../../core/ports/queues.ts';
import { createListeners } from '../in-process/listeners.ts';
import type { LocalQueues, QueueCounts, QueueSource, ReceivedMessage, StoredDeadLetter } from '../in-process/source.ts';

type Waiting = Omit<ReceivedMessage, 'firstReceivedAt'> & { readonly firstReceivedAt: number | undefined };
type Line = { messages: readonly Waiting[]; visibleAt: number; inFlight: boolean };
type MemoryQueue = {
  readonly lines: Map<string, Line>;
  readonly seen: Map<string, number>;
  readonly dead: StoredDeadLetter[];
};

const forget = (lines: MemoryQueue['lines'], line: Line, group: string, now: number): void => {
  line.messages = line.messages.slice(1);
  line.visibleAt = now;
  line.inFlight = false;
  if (line.messages.length === 0) lines.delete(group);
};

const take = (line: Line, now: number): readonly ReceivedMessage[] => {
  const [head, ...others] = line.messages;
  if (head === undefined) return [];
  const received = { ...head, attempts: head.attempts + 1, firstReceivedAt: head.firstReceivedAt ?? now };
  line.messages = [received, ...others];
  line.visibleAt = now + TIMES.visibility * 1000;
  line.inFlight = true;
  return [received];
};

const createSource = ({ lines, dead }: MemoryQueue, now: () => number, onSent: QueueSource['onSent']): QueueSource => {
  /** The line while the receipt is good. */
  const lineOf = ({ id, group, attempts }: ReceivedMessage): Line | undefined => {
    const line = lines.get(group);
    const head = line?.messages[0];
    return head?.id === id && head.attempts === attempts ? line : undefined;
  };
  return {
    receive: async (limit) =>
      [...lines.values()]
        .filter((line) => line.visibleAt <= now())
        .sort((a, b) => a.visibleAt - b.visibleAt)
        .slice(0, limit)
        .flatMap((line) => take(line, now())),
    done: async (message) => {
      const line = lineOf(message);
      if (line !== undefined) forget(lines, line, message.group, now());
    },
    retry: async (message, afterSeconds) => {
      const line = lineOf(message);
      if (line === undefined) return;
      line.visibleAt = now() + Math.round(afterSeconds * 1000);
      line.inFlight = false;
    },
    park: async (message, reason) => {
      const line = lineOf(message);
      if (line === undefined) return;
      const { group, dedupe, body } = message;
      dead.push({ group, dedupe, body, reason, parkedAt: now() });
      forget(lines, line, group, now());
    },
    nextVisibleAt: async () =>
      lines.size === 0 ? undefined : Math.min(...[...lines.values()].map((line) => line.visibleAt)),
    onSent,
  };
};

const counted = ({ lines, dead }: MemoryQueue): QueueCounts => ({
  waiting: [...lines.values()].reduce((sum, line) => sum + line.messages.length, 0),
  inFlight: [...lines.values()].filter((line) => line.inFlight).length,
  dead: dead.length,
});

/** Queues that live as long as the process, with the meaning of SQS FIFO: for tests, by hand or with a worker. */
export const createMemoryQueues = (at: { readonly clock: Pick<Clock, 'now'> }): LocalQueues => {
  const { now } = at.clock;
  const sent = createListeners<QueueName>();
  const queues = new Map<QueueName, MemoryQueue>(
    QUEUES.map((name) => [name, { lines: new Map(), seen: new Map(), dead: [] }]),
  );
  let ids = 0;

  const held = (name: QueueName): MemoryQueue => {
    const queue = queues.get(name);
    if (queue === undefined) throw new Error(`no queue ${name}`);
    return queue;
  };

  const send = async (name: QueueName, { group, dedupe, body }: QueueMessage): Promise<void> => {
    const { seen, lines } = held(name);
    const key = JSON.stringify([group, dedupe]);
    if ((seen.get(key) ?? Number.NEGATIVE_INFINITY) > now()) return;
    seen.set(key, now() + DEDUPE_MS);
    const line = lines.get(group) ?? { messages: [], visibleAt: now(), inFlight: false };
    line.messages = [
      ...line.messages,
      { id: String(++ids), group, dedupe, body, firstReceivedAt: undefined, attempts: 0 },
    ];
    lines.set(group, line);
    sent.announce(name);
  };

  return {
    send,
    sendMany: async (name, messages) => {
      for (const message of messages) await send(name, message);
      return [];
    },
    deadLetter: async (name, { group, dedupe, body, reason }) => {
      held(name).dead.push({ group, dedupe, body, reason, parkedAt: now() });
    },
    source: (name) => createSource(held(name), now, (listener) => sent.add(name, listener)),
    counts: async () =>
      Object.fromEntries(QUEUES.map((name) => [name, counted(held(name))])) as Record<QueueName, QueueCounts>,
    dead: async (name) => [...held(name).dead],
  };
};
