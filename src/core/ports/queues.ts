/** What core needs of queues, and what a queue's host needs of core. */

import type { QueueName } from '../../contract.ts';
import type { Parked } from '../model/outcome.ts';

export type QueueMessage = {
  /** Messages of one group are handled in order. A real SID. */
  readonly group: string;
  /** A second message with the same id within 5 minutes is dropped. At most 128 of [A-Za-z0-9] and punctuation. */
  readonly dedupe: string;
  readonly body: string;
};

/** `why`: an error's name or a code of the queue's host, never what the message says. */
export type NotStored = { readonly message: QueueMessage; readonly why: string };

export type Queues = {
  /** Durable when it resolves; rejects when it could not be stored. */
  readonly send: (queue: QueueName, message: QueueMessage) => Promise<void>;
  /**
   * Many, in as few calls as the queue takes. What is not among those that come back is durable when it resolves;
   * behind one that was not stored none of its group is. Never rejects.
   */
  readonly sendMany: (queue: QueueName, messages: readonly QueueMessage[]) => Promise<readonly NotStored[]>;
  /** Puts a message on the queue's dead-letter queue; durable when it resolves. */
  readonly deadLetter: (queue: QueueName, message: QueueMessage & { readonly reason: string }) => Promise<void>;
};

/** One message in a consumer's hands. The host owns groups, batches and visibility. */
export type Delivery = {
  readonly id: string;
  readonly group: string;
  readonly body: string;
  /** Milliseconds since 1970. */
  readonly firstReceivedAt: number;
  /** 1 on the first try. */
  readonly attempts: number;
  /** Milliseconds since 1970: the consumer must have answered by then. */
  readonly deadline: number;
};

/** `park`: the host sends it to the dead-letter queue, then forgets it. */
export type Disposition =
  | { readonly verdict: 'done' }
  | { readonly verdict: 'retry'; readonly afterSeconds: number }
  | { readonly verdict: 'park'; readonly reason: Parked };
export type Consumer = (delivery: Delivery) => Promise<Disposition>;
