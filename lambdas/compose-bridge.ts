/** What the functions behind the queues are composed of besides. */
import { createDynamoClient } from '../src/adapters/dynamodb/client.ts';
import { createDynamoStore } from '../src/adapters/dynamodb/store.ts';
import { createSqsClient } from '../src/adapters/sqs/client.ts';
import { createSqsQueues } from '../src/adapters/sqs/queues.ts';
import { type Accounts, createAccounts } from '../src/adapters/twilio/accounts.ts';
import { createGuards } from '../src/adapters/twilio/http/guards.ts';
import { createHttp } from '../src/adapters/twilio/http/http.ts';
import type { BridgeDeps } from '../src/core/deps.ts';
import { bridgeSettings } from '../src/runtime/bridge-settings.ts';
import { queueUrls } from '../src/runtime/resources.ts';
import { functionBase } from './compose-base.ts';
import { createNonce } from './nonce.ts';

const { settings, resources, secrets, clock, journal } = functionBase;

/**
 * Jobs and dead letters are sent by the hundred when a side is back, by a process with a fraction of a processor: it is
 * busy for longer than a webhook may wait, and a socket that stands all the same must not be taken for a dead one.
 */
const patient = { connectionTimeout: 5_000, requestTimeout: 5_000, throwOnRequestTimeout: true };
const { live: urls, dead: deadUrls } = queueUrls(resources);
export const queues = createSqsQueues({ client: createSqsClient({ requestHandler: patient }), urls, deadUrls });

export const store = createDynamoStore({ client: createDynamoClient(), tableName: resources.TABLE_NAME });
export const nonce = createNonce;
export const accounts = createAccounts({
  ...{ config: settings, secrets },
  http: createHttp(clock).call,
  guards: createGuards({ clock, journal }),
});

export const bridgeDeps = async (): Promise<BridgeDeps & Accounts> => ({
  ...{ store, queues, clock, journal, nonce, ...accounts },
  settings: bridgeSettings(settings, (await secrets()).stampKey),
});
