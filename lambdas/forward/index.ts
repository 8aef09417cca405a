import { createBatchHandler } from '../../src/adapters/sqs/batch.ts';
import { createDefaultWebhook } from '../../src/adapters/twilio/rest/default-webhook.ts';
import { createFlexSide } from '../../src/adapters/twilio/rest/flex-side.ts';
import { createForwarder } from '../../src/core/forward/forwarder.ts';
import { DEADLINE_MARGIN_MS } from '../../src/core/model/times.ts';
import { basis } from '../compose-base.ts';
import { callsTo, nonce, queues, requestMs, store } from '../compose-bridge.ts';
import { createForwardHandler } from './handler.ts';

const { settings, secrets, sqs: client, urls, clock, journal } = basis;
const { defaultWebhook: url } = settings.flex;

const calls = { secrets: async () => (await secrets()).flex, baseUrl: settings.twilioBaseUrl };
const webhook =
  url === undefined
    ? undefined
    : createDefaultWebhook({ ...calls, http: callsTo('default webhook'), url, timeoutMs: requestMs });
const flex = createFlexSide({ ...calls, http: callsTo('flex'), ...settings.flex, requestMs });

export const handler = createForwardHandler({
  batch: createBatchHandler({
    consume: createForwarder({
      ...{ store, queues, webhook, flex, clock, nonce, journal },
      settings: { settleMs: settings.settleMs, leaseMs: settings.leaseMs, requestMs },
    }),
    client,
    queueUrl: urls['default-webhook'],
    queueName: 'default-webhook',
    deadLetter: queues.deadLetter,
    clock,
    deadlineMarginMs: DEADLINE_MARGIN_MS,
    journal,
  }),
});
