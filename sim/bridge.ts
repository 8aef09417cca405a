/**
 * One process of the bridge, made as production makes it, over a store, queues, a wire and a clock that it is handed.
 */
import type { WebhookCall } from '../local-twilio/world.ts';
import type { LocalQueues } from '../src/adapters/in-process/source.ts';
import { startWorker, type WorkerDeps } from '../src/adapters/in-process/worker.ts';
import { type Accounts, createAccounts } from '../src/adapters/twilio/accounts.ts';
import type { Guards } from '../src/adapters/twilio/http/guards.ts';
import type { HttpCall } from '../src/adapters/twilio/http/http.ts';
import { type QueueName, TIMES } from '../src/contract.ts';
import type { BridgeDeps } from '../src/core/deps.ts';
import { createForwarder } from '../src/core/forward/forwarder.ts';
import type { Consumer } from '../src/core/ports/queues.ts';
import { createReplicator } from '../src/core/replicator.ts';
import { createWebhook } from '../src/edge/routes.ts';
import type { WebhookDeps } from '../src/edge/webhook.ts';
import { bridgeSettings } from '../src/runtime/bridge-settings.ts';
import type { Secrets } from '../src/runtime/secrets.ts';
import type { Config } from '../src/runtime/settings.ts';
import type { SimTime } from './time.ts';

export type ProcessPorts = Pick<BridgeDeps, 'store' | 'queues' | 'clock' | 'nonce' | 'journal'> & {
  readonly config: Config;
  readonly secrets: Secrets;
  readonly http: HttpCall;
  readonly guards: Guards;
};

/** What core, the forwarder and the sweep are handed in this process. */
export const depsOf = ({ config, secrets, http, guards, ...ports }: ProcessPorts): BridgeDeps & Accounts => ({
  ...ports,
  ...createAccounts({ config, http, guards, secrets: async () => secrets }),
  settings: bridgeSettings(config, secrets.stampKey),
});

export const webhookOf = (
  { queues, journal, clock, config, secrets }: ProcessPorts,
  deadline: NonNullable<WebhookDeps['deadline']>,
) => createWebhook({ queues, journal, clock, config, secrets: async () => secrets, deadline });

/** What the local Twilio sends, as the bridge's edge takes it. */
export const webhookRequest = ({ url, method, headers, body }: WebhookCall): Request =>
  new Request(url, { method, headers, body });

export const consumerOf = (deps: BridgeDeps & Accounts, queue: QueueName): Consumer =>
  queue === 'default-webhook' ? createForwarder(deps) : createReplicator(deps);

/** Works a queue off in the time that is moved by hand. */
export const startSimWorker = (
  queue: QueueName,
  of: { readonly queues: LocalQueues; readonly time: SimTime } & Pick<WorkerDeps, 'consume' | 'onFailure'> &
    Partial<Pick<WorkerDeps, 'concurrency'>>,
): void => {
  const { queues, time, ...worker } = of;
  startWorker({
    // More than there are chats: none waits for another.
    concurrency: 10_000,
    ...worker,
    queue: queues.source(queue),
    clock: time,
    deadlineMs: TIMES.functionTimeout * 1000,
    onVerdict: () => {},
    alarm: time.after,
  });
};
