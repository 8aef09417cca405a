/** What the operator's commands need of a deployment, wherever it runs. */
import type { QueueName } from '../../contract.ts';
import type { Clock, Nonce } from '../ports/clock.ts';
import type { Queues } from '../ports/queues.ts';
import type { Store } from '../ports/store.ts';

export type QueueCount = {
  /** Not done yet, those in flight among them. */
  readonly waiting: number;
  readonly inFlight: number;
  readonly dead: number;
  /** When the oldest waiting one came, in milliseconds since 1970; undefined when none waits, or it is not known. */
  readonly oldestAt: number | undefined;
  /** Why that is not known, though something waits. */
  readonly oldestUnknown?: string;
};

/** `handle` names it to the calls below, for half a minute at least. `reason` is missing when its queue gave it up. */
export type DeadLetter = { readonly handle: string; readonly body: string; readonly reason: string | undefined };

export type DeploymentAccess = {
  readonly store: Store;
  readonly queues: Pick<Queues, 'send'>;
  readonly counts: () => Promise<Readonly<Record<QueueName, QueueCount>>>;
  /** May miss some that another command looks at right now. */
  readonly deadLetters: (queue: QueueName) => Promise<readonly DeadLetter[]>;
  readonly removeDead: (queue: QueueName, handles: readonly string[]) => Promise<void>;
  /** Looked at and left where they are: the next look sees them, and their alarm goes on. */
  readonly leaveDead: (queue: QueueName, handles: readonly string[]) => Promise<void>;
};

export type Operator = DeploymentAccess & {
  readonly clock: Clock;
  readonly nonce: Nonce;
  /** Whether anything takes jobs from the queues now. */
  readonly consumed: boolean;
};
