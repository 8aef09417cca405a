/** The bridge on one machine: the ports made real on one SQLite file, and a worker for each queue. */

import { randomUUID } from 'node:crypto';
import type { LocalQueues } from '../src/adapters/in-process/source.ts';
import { startWorker } from '../src/adapters/in-process/worker.ts';
import type { Database } from '../src/adapters/sqlite/open.ts';
import { type BreakerDeps, createBreaker } from '../src/adapters/twilio/http/breaker.ts';
import type { HttpCall } from '../src/adapters/twilio/http/http.ts';
import { createDefaultWebhook } from '../src/adapters/twilio/rest/default-webhook.ts';
import { createFlexSide } from '../src/adapters/twilio/rest/flex-side.ts';
import { createFrontlineSide } from '../src/adapters/twilio/rest/frontline-side.ts';
import { createTaskSide } from '../src/adapters/twilio/rest/task-side.ts';
import { QUEUES, type QueueName, TIMES } from '../src/contract.ts';
import type { BridgeDeps } from '../src/core/deps.ts';
import { createForwarder } from '../src/core/forward/forwarder.ts';
import { errorName } from '../src/core/model/error-name.ts';
import { ACCEPTS_MS, requestMsFor } from '../src/core/model/times.ts';
import type { Clock } from '../src/core/ports/clock.ts';
import type { Journal } from '../src/core/ports/journal.ts';
import type { Consumer } from '../src/core/ports/queues.ts';
import type { Store } from '../src/core/ports/store.ts';
import { createReplicator } from '../src/core/replicator.ts';
import { createAcceptSweep } from '../src/core/sweep/lost-accepts/sweep.ts';
import { createSweep } from '../src/core/sweep/sweep.ts';
import { createWebhook } from '../src/edge/routes.ts';
import type { Secrets } from '../src/runtime/secrets.ts';
import type { Config } from '../src/runtime/settings.ts';
import { everyNowAndThen } from './chores.ts';

/** So many chats side by side, on each queue. */
const CHATS = 200;

const HOURLY_MS = 3_600_000;

export type BridgeParts = {
  readonly config: Config;
  readonly secrets: Secrets;
  readonly database: Database;
  readonly store: Store;
  readonly queues: LocalQueues;
  readonly http: HttpCall;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly sweepMs: number;
};

export type RunningBridge = {
  readonly webhook: (request: Request) => Promise<Response>;
  /** Takes nothing new, and resolves when what is under way is through. */
  readonly stop: () => Promise<void>;
};

export const startBridge = (parts: BridgeParts): RunningBridge => {
  const { config, secrets, database, store, queues, clock, journal } = parts;
  const requestMs = requestMsFor(config.leaseMs);
  const calls = { requestMs, baseUrl: config.twilioBaseUrl };
  const callsTo = (of: BreakerDeps['of']): HttpCall => createBreaker({ clock, journal, of })(parts.http);
  const deps: BridgeDeps = {
    store,
    queues,
    clock,
    journal,
    nonce: randomUUID,
    flex: createFlexSide({ ...calls, http: callsTo('flex'), ...config.flex, secrets: async () => secrets.flex }),
    frontline: createFrontlineSide({
      ...calls,
      http: callsTo('frontline'),
      ...config.frontline,
      secrets: async () => secrets.frontline,
    }),
    settings: {
      deployment: config.deployment,
      stampKey: secrets.stampKey,
      settleMs: config.settleMs,
      leaseMs: config.leaseMs,
      requestMs,
      forwards: config.flex.defaultWebhook !== undefined,
    },
  };
  const { workspaceSid } = config.flex;
  const tasks =
    workspaceSid === undefined
      ? undefined
      : createTaskSide({
          ...calls,
          http: callsTo('taskrouter'),
          accountSid: config.flex.accountSid,
          workspaceSid,
          secrets: async () => secrets.flex,
        });
  const { defaultWebhook: url } = config.flex;
  const webhook =
    url === undefined
      ? undefined
      : createDefaultWebhook({
          http: callsTo('default webhook'),
          url,
          secrets: async () => secrets.flex,
          timeoutMs: requestMs,
          baseUrl: config.twilioBaseUrl,
        });

  const replicate = createReplicator(deps);
  const consumers: Readonly<Record<QueueName, Consumer>> = {
    'flex-events': replicate,
    'frontline-events': replicate,
    'default-webhook': createForwarder({ ...deps, webhook }),
  };
  const failed = (type: string, sids: readonly string[]) => (error: unknown) =>
    journal({ step: 'failed', type, reason: errorName(error), sids });
  const workers = QUEUES.map((queue) =>
    startWorker({
      queue: queues.source(queue),
      consume: consumers[queue],
      concurrency: CHATS,
      clock,
      deadlineMs: TIMES.functionTimeout * 1000,
      onVerdict: () => {},
      onTrouble: (error, delivery) => failed(queue, delivery === undefined ? [] : [delivery.group])(error),
    }),
  );
  const sweep = createSweep(deps);
  const sweepAccepts = createAcceptSweep({ ...deps, tasks });
  const sweepAll = async (): Promise<void> => {
    await sweepAccepts(clock.now() + ACCEPTS_MS);
    await sweep();
  };
  const endSweep = everyNowAndThen(parts.sweepMs, sweepAll, failed('sweep', []));
  const endRemoval = everyNowAndThen(HOURLY_MS, database.removeExpired, failed('expired rows', []));
  return {
    webhook: createWebhook({ queues, journal, clock, config, secrets: async () => secrets }),
    stop: async () => {
      await Promise.all([endSweep(), endRemoval(), ...workers.map((worker) => worker.stop())]);
    },
  };
};
