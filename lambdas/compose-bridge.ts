/** What the functions behind the queues are composed of besides. */
import { createDynamoClient } from '../src/adapters/dynamodb/client.ts';
import { createDynamoStore } from '../src/adapters/dynamodb/store.ts';
import { createSqsClient } from '../src/adapters/sqs/client.ts';
import { createSqsQueues } from '../src/adapters/sqs/queues.ts';
import { type BreakerDeps, createBreaker } from '../src/adapters/twilio/http/breaker.ts';
import { createHttp, type HttpCall } from '../src/adapters/twilio/http/http.ts';
import { createFlexSide } from '../src/adapters/twilio/rest/flex-side.ts';
import { createFrontlineSide } from '../src/adapters/twilio/rest/frontline-side.ts';
import { createTaskSide } from '../src/adapters/twilio/rest/task-side.ts';
import type { BridgeDeps } from '../src/core/deps.ts';
import { requestMsFor } from '../src/core/model/times.ts';
import type { TaskSide } from '../src/core/ports/tasks.ts';
import { queueUrls } from '../src/runtime/resources.ts';
import { basis } from './compose-base.ts';
import { createNonce } from './nonce.ts';

const { settings, resources, secrets, clock, journal } = basis;

/**
 * Jobs and dead letters are sent by the hundred when a side is back, by a process with a fraction of a processor: it is
 * busy for longer than a webhook may wait, and a socket that stands all the same must not be taken for a dead one.
 */
const patient = { connectionTimeout: 5_000, requestTimeout: 5_000, throwOnRequestTimeout: true };
const { live: urls, dead: deadUrls } = queueUrls(resources);
export const queues = createSqsQueues({ client: createSqsClient({ requestHandler: patient }), urls, deadUrls });

export const requestMs = requestMsFor(settings.leaseMs);

const http = createHttp(clock).call;
/** Make it once for each: what failed before is remembered there. */
export const callsTo = (of: BreakerDeps['of']): HttpCall => createBreaker({ clock, journal, of })(http);
export const store = createDynamoStore({ client: createDynamoClient(), tableName: resources.TABLE_NAME });
export const nonce = createNonce;

const calls = { requestMs, baseUrl: settings.twilioBaseUrl };

export const bridgeDeps = async (): Promise<BridgeDeps> => ({
  store,
  queues,
  clock,
  journal,
  nonce,
  flex: createFlexSide({
    ...calls,
    http: callsTo('flex'),
    ...settings.flex,
    secrets: async () => (await secrets()).flex,
  }),
  frontline: createFrontlineSide({
    ...calls,
    http: callsTo('frontline'),
    ...settings.frontline,
    secrets: async () => (await secrets()).frontline,
  }),
  settings: {
    deployment: settings.deployment,
    stampKey: (await secrets()).stampKey,
    settleMs: settings.settleMs,
    leaseMs: settings.leaseMs,
    requestMs,
    forwards: settings.flex.defaultWebhook !== undefined,
  },
});

/** undefined when the settings do not name the TaskRouter workspace. */
export const taskSide = (): TaskSide | undefined => {
  const { accountSid, workspaceSid } = settings.flex;
  if (workspaceSid === undefined) return undefined;
  return createTaskSide({
    ...calls,
    http: callsTo('taskrouter'),
    accountSid,
    workspaceSid,
    secrets: async () => (await secrets()).flex,
  });
};
