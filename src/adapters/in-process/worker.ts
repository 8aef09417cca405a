import { redeliveryDelay } from '../../core/model/retry-delay.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { Consumer, Delivery, Disposition } from '../../core/ports/queues.ts';
import type { QueueSource, ReceivedMessage } from './source.ts';

/** Rings once after so many milliseconds unless it is called off. */
export type Alarm = (ms: number, ring: () => void) => () => void;

/**
 * setTimeout rings at once when asked for more than 2^31 ms, and a clock that was set back is noticed within this time.
 */
const LONGEST_MS = 60_000;
const AFTER_FAILURE_MS = 1000;

const timer: Alarm = (ms, ring) => {
  const handle = setTimeout(ring, ms);
  return () => clearTimeout(handle);
};

export type WorkerDeps = {
  readonly queue: QueueSource;
  readonly consume: Consumer;
  /** So many groups side by side. */
  readonly concurrency: number;
  readonly clock: Pick<Clock, 'now'>;
  /** A delivery's deadline is so far ahead. Below the queue's visibility timeout, or a group gets two consumers. */
  readonly deadlineMs: number;
  /** After the verdict was stored. */
  readonly onVerdict: (delivery: Delivery, verdict: Disposition) => void;
  /** The consumer threw (its message is tried again), or the queue could not be read or written. */
  readonly onFailure: (error: unknown, delivery: Delivery | undefined) => void;
  readonly alarm?: Alarm;
};

export type QueueWorker = {
  /** Takes no more messages, and resolves when those in flight are through. */
  readonly stop: () => Promise<void>;
};

/** One message: consumed, and what its consumer says of it done to the queue. Never rejects. */
const workOn = async (deps: WorkerDeps, message: ReceivedMessage): Promise<void> => {
  const { id, group, body, firstReceivedAt, attempts } = message;
  const delivery = { id, group, body, firstReceivedAt, attempts, deadline: deps.clock.now() + deps.deadlineMs };
  const verdict = await consumeSafely(deps, delivery);
  try {
    await settle(deps.queue, message, verdict);
    deps.onVerdict(delivery, verdict);
  } catch (error) {
    deps.onFailure(error, delivery);
  }
};

const consumeSafely = async (deps: WorkerDeps, delivery: Delivery): Promise<Disposition> => {
  try {
    return await deps.consume(delivery);
  } catch (error) {
    deps.onFailure(error, delivery);
    return { verdict: 'retry', afterSeconds: redeliveryDelay(delivery.attempts) };
  }
};

const settle = (queue: QueueSource, message: ReceivedMessage, verdict: Disposition): Promise<void> => {
  if (verdict.verdict === 'done') return queue.done(message);
  if (verdict.verdict === 'park') return queue.park(message, verdict.reason);
  return queue.retry(message, verdict.afterSeconds);
};

/** One wake-up at a time; none after its end. */
const createWakeUp = (alarm: Alarm, ring: () => void) => {
  let callOff = (): void => {};
  let ended = false;
  return {
    in: (ms: number): void => {
      callOff();
      callOff = ended ? () => {} : alarm(Math.min(Math.max(ms, 0), LONGEST_MS), ring);
    },
    cancel: (): void => callOff(),
    end: (): void => {
      ended = true;
      callOff();
    },
  };
};

/**
 * Feeds a consumer from a queue: groups side by side, each in order. Woken by what is sent and by the next visibility.
 */
export const startWorker = (deps: WorkerDeps): QueueWorker => {
  const { queue, clock } = deps;
  const wakeUp = createWakeUp(deps.alarm ?? timer, () => look());
  const inFlight = new Set<Promise<void>>();
  let stopped = false;
  let looking: Promise<void> | undefined;
  let lookAgain = false;

  const start = (message: ReceivedMessage): void => {
    const one = workOn(deps, message).finally(() => {
      inFlight.delete(one);
      look();
    });
    inFlight.add(one);
  };

  const takeWhatIsThere = async (): Promise<void> => {
    while (lookAgain && !stopped && inFlight.size < deps.concurrency) {
      lookAgain = false;
      const free = deps.concurrency - inFlight.size;
      const received = await queue.receive(free);
      if (stopped) await Promise.all(received.map((message) => queue.retry(message, 0)));
      else received.forEach(start);
      if (received.length === free || stopped) continue;
      const next = await queue.nextVisibleAt();
      if (next === undefined) wakeUp.cancel();
      else wakeUp.in(next - clock.now());
    }
  };

  /** One look at a time; a request during one is granted another after it. */
  const look = (): void => {
    lookAgain = true;
    if (looking !== undefined || stopped) return;
    looking = takeWhatIsThere()
      .catch((error: unknown) => {
        deps.onFailure(error, undefined);
        wakeUp.in(AFTER_FAILURE_MS);
      })
      .finally(() => {
        looking = undefined;
        if (lookAgain && inFlight.size < deps.concurrency) look();
      });
  };

  const endListening = queue.onSent(look);
  look();
  return {
    stop: async () => {
      stopped = true;
      endListening();
      wakeUp.end();
      await looking;
      await Promise.all(inFlight);
    },
  };
};
