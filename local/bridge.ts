/** The bridge on one machine: the ports made real on one SQLite file, and a worker for each queue. */

import { randomUUID } from 'node:crypto';
import type { LocalQueues } from '../src/adapters/in-process/source.ts';
import { startWorker } from '../src/adapters/in-process/worker.ts';
import type { Database } from '../src/adapters/sqlite/open.ts';
import { createAccounts } from '../src/adapters/twilio/accounts.ts';
import { createCallbackAccounts } from '../src/adapters/twilio/callback-accounts.ts';
import { createGuards } from '../src/adapters/twilio/http/guards.ts';
import type { HttpCall } from '../src/adapters/twilio/http/http.ts';
import { QUEUES, type QueueName, TIMES } from '../src/contract.ts';
import { createForwarder } from '../src/core/forward/forwarder.ts';
import { errorName } from '../src/core/model/error-name.ts';
import type { Clock } from '../src/core/ports/clock.ts';
import type { Journal } from '../src/core/ports/journal.ts';
import type { Consumer } from '../src/core/ports/queues.ts';
import type { Store } from '../src/core/ports/store.ts';
import { createReplicator } from '../src/core/replicator.ts';
import { createWholeSweep } from '../src/core/sweep/whole-sweep.ts';
import { callbackRoutes } from '../src/edge/callbacks/routes.ts';
import { createEndpoint } from '../src/edge/endpoint.ts';
import { webhookRoutes } from '../src/edge/routes.ts';
import { bridgeSettings } from '../src/runtime/bridge-settings.ts';
import type { Secrets } from '../src/runtime/secrets.ts';
import type { Config } from '../src/runtime/settings.ts';
import type { TemplateCategory } from '../src/templates.ts';
import { everyNowAndThen } from './chores.ts';

/** So many chats side by side, on each queue. */
const CHATS = 200;

const HOURLY_MS = 3_600_000;

export type LocalBridgeDeps = {
  readonly config: Config;
  readonly secrets: Secrets;
  readonly database: Database;
  readonly store: Store;
  readonly queues: LocalQueues;
  readonly http: HttpCall;
  /** For the CRM behind the bridge: reads no longer answer than Frontline takes. */
  readonly crmHttp: HttpCall;
  readonly templates: readonly TemplateCategory[];
  readonly clock: Clock;
  readonly journal: Journal;
  readonly sweepMs: number;
};

export type RunningBridge = {
  readonly webhook: (request: Request) => Promise<Response>;
  /** Takes nothing new, and resolves when what is under way is through. */
  readonly stop: () => Promise<void>;
};

export const startBridge = (parts: LocalBridgeDeps): RunningBridge => {
  const { config, secrets, database, store, queues, clock, journal } = parts;
  const rest = {
    ...{ config, http: parts.http, guards: createGuards({ clock, journal }) },
    secrets: async () => secrets,
  };
  const deps = {
    ...{ store, queues, clock, journal, nonce: randomUUID },
    ...createAccounts(rest),
    settings: bridgeSettings(config, secrets.stampKey),
  };

  const replicate = createReplicator(deps);
  const consumers: Readonly<Record<QueueName, Consumer>> = {
    'flex-events': replicate,
    'frontline-events': replicate,
    'default-webhook': createForwarder(deps),
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
      onFailure: (error, delivery) => failed(queue, delivery === undefined ? [] : [delivery.group])(error),
    }),
  );
  const endSweep = everyNowAndThen(parts.sweepMs, createWholeSweep(deps), failed('sweep', []));
  const endRemoval = everyNowAndThen(HOURLY_MS, database.removeExpired, failed('expired rows', []));
  const edge = { queues, journal, clock, config, secrets: rest.secrets };
  const callbacks = callbackRoutes({
    ...{ store, queues, clock, config, nonce: randomUUID, templates: parts.templates },
    // With guards of their own, as on AWS: what the app cannot wait for is no reason to leave the chats' side alone.
    accounts: createCallbackAccounts({ ...rest, guards: createGuards({ clock, journal }), crmHttp: parts.crmHttp }),
  });
  return {
    webhook: createEndpoint(edge, new Map([...webhookRoutes(edge), ...callbacks])),
    stop: async () => {
      await Promise.all([endSweep(), endRemoval(), ...workers.map((worker) => worker.stop())]);
    },
  };
};
