import type { QueueName, Resource, Setting } from '../../src/contract.ts';
import type { BridgeSecret } from './bridge-secret.ts';
import type { EventQueue } from './event-queue.ts';
import type { StateTable } from './state-table.ts';

/** The stack's own resources that its functions work with. */
export type BridgeResources = {
  readonly secret: BridgeSecret;
  readonly table: StateTable;
  readonly queues: Readonly<Record<QueueName, EventQueue>>;
};

/** Every name of src/contract.ts: leave one out of the stack, and the type checker says so. */
export type FunctionEnvironment = Readonly<Record<Setting | Resource, string>>;

/** The environment of every function: the deployment's settings, and where the stack's resources are. */
export const functionEnvironment = (
  settings: Readonly<Record<Setting, string>>,
  { secret, table, queues }: BridgeResources,
): FunctionEnvironment => ({
  ...settings,
  SECRET_ARN: secret.secretArn,
  TABLE_NAME: table.tableName,
  FLEX_EVENTS_QUEUE_URL: queues['flex-events'].queue.queueUrl,
  FRONTLINE_EVENTS_QUEUE_URL: queues['frontline-events'].queue.queueUrl,
  DEFAULT_WEBHOOK_QUEUE_URL: queues['default-webhook'].queue.queueUrl,
  FLEX_EVENTS_DEAD_URL: queues['flex-events'].dead.queueUrl,
  FRONTLINE_EVENTS_DEAD_URL: queues['frontline-events'].dead.queueUrl,
  DEFAULT_WEBHOOK_DEAD_URL: queues['default-webhook'].dead.queueUrl,
});
