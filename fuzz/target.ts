import { createForwarder } from '../src/core/forward/forwarder.ts';
import { createReplicator } from '../src/core/replicator.ts';
import { createWebhook } from '../src/edge/routes.ts';

/** What is fired at. A test puts something broken in its place, to see that the oracles notice. */
export type Target = {
  readonly webhook: typeof createWebhook;
  readonly replicator: typeof createReplicator;
  readonly forwarder: typeof createForwarder;
};

export const REAL: Target = { webhook: createWebhook, replicator: createReplicator, forwarder: createForwarder };
