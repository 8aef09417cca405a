import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { QueueName } from '../../src/contract.ts';
import type { BridgeResources } from './resources.ts';
import type { IndexAction, ItemAction } from './state-table.ts';

/** What a function's role may do with the stack's resources. What is not named here is not granted. */
export type Access = {
  /** The queue that feeds the function. What the function gives up goes on this queue's dead-letter queue. */
  readonly consumes?: QueueName;
  /** The queues that the function puts messages on. */
  readonly sends?: readonly QueueName[];
  /** Actions on the table's items. */
  readonly table?: readonly ItemAction[];
  /** Actions on the table's index of what is due. */
  readonly listIndex?: readonly IndexAction[];
  /** Tokens, API keys and the stamp key. */
  readonly secret?: 'read';
};

/**
 * Grants just what is declared, and is the only place that grants anything on a queue, the table or the secret. (The
 * event source of a consumer grants, too, but only what `consumes` already means.)
 */
export const grantAccess = (grantee: IGrantable, access: Access, { queues, table, secret }: BridgeResources): void => {
  if (access.consumes !== undefined) {
    const { queue, dead } = queues[access.consumes];
    queue.grantConsumeMessages(grantee);
    dead.grantSendMessages(grantee);
  }
  for (const name of access.sends ?? []) queues[name].queue.grantSendMessages(grantee);
  if (access.table !== undefined) table.grantOnItems(grantee, access.table);
  if (access.listIndex !== undefined) table.grantOnListIndex(grantee, access.listIndex);
  if (access.secret === 'read') secret.grantRead(grantee);
};
