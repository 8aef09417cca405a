/** The consumer's end of a queue that lives in this process. */

import type { QueueName } from '../../contract.ts';
import type { Parked } from '../../core/model/outcome.ts';
import type { Queues } from '../../core/ports/queues.ts';
export type ReceivedMessage = {
  readonly id: string;
  readonly group: string;
  readonly dedupe: string;
  readonly body: string;
  /** Milliseconds since 1970. */
  readonly firstReceivedAt: number;
  /** 1 on the first try. */
  readonly attempts: number;
};

export type StoredDeadLetter = {
  readonly group: string;
  readonly dedupe: string;
  readonly body: string;
  readonly reason: string;
  /** Milliseconds since 1970. */
  readonly parkedAt: number;
};

export type QueueCounts = {
  /** Not done yet, those in flight among them. */
  readonly waiting: number;
  readonly inFlight: number;
  readonly dead: number;
};

/**
 * `done`, `retry` and `park` end a receipt. One whose message has since been received by another, because its time was
 * over, has no effect.
 */
export type QueueSource = {
  /** The first message of each group that has none in flight and none put off: one a group, at most `limit`. */
  readonly receive: (limit: number) => Promise<readonly ReceivedMessage[]>;
  readonly done: (message: ReceivedMessage) => Promise<void>;
  /** The message, and all after it in its group, are to be had again after so many seconds. */
  readonly retry: (message: ReceivedMessage, afterSeconds: number) => Promise<void>;
  /** To the dead letters, and done, in one step. */
  readonly park: (message: ReceivedMessage, reason: Parked) => Promise<void>;
  /**
   * When the next group can be received, in milliseconds since 1970; perhaps in the past; undefined when all is done.
   */
  readonly nextVisibleAt: () => Promise<number | undefined>;
  /** Called after each message that was stored. @returns what ends it. */
  readonly onSent: (listener: () => void) => () => void;
};

export type LocalQueues = Queues & {
  readonly source: (queue: QueueName) => QueueSource;
  readonly counts: () => Promise<Readonly<Record<QueueName, QueueCounts>>>;
  /** The dead letters, oldest first. */
  readonly dead: (queue: QueueName) => Promise<readonly StoredDeadLetter[]>;
};
