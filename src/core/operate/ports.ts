/** What the operator's commands need of a deployment, wherever it runs. */
import type { QueueName } from '../../contract.ts';
import type { Clock, Nonce, Queues, Store } from '../ports.ts';

export type QueueCount = {
  /** Not done yet, those in hands among them. */
  readonly waiting: number;
  readonly inHands: number;
  readonly dead: number;
  /** When the oldest waiting one came, in milliseconds since 1970; undefined when none waits, or it is not known. */
  readonly oldestAt: number | undefined;
  /** Why that is not known, though something waits. */
  readonly oldestUnknown?: string;
};

/** `handle` names it to {@link Deployment.removeDead}, for half a minute at least. */
export type DeadLetter = { readonly handle: string; readonly body: string };

export type Deployment = {
  readonly store: Store;
  readonly queues: Pick<Queues, 'send'>;
  readonly counts: () => Promise<Readonly<Record<QueueName, QueueCount>>>;
  /** May miss some that somebody else looks at right now. */
  readonly deadLetters: (queue: QueueName) => Promise<readonly DeadLetter[]>;
  readonly removeDead: (queue: QueueName, handles: readonly string[]) => Promise<void>;
};

export type Operator = Deployment & {
  readonly clock: Clock;
  readonly nonce: Nonce;
  /** Whether anything takes jobs from the queues now. */
  readonly consumed: boolean;
};
