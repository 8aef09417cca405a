import { createBatchHandler } from '../../src/adapters/sqs/batch.ts';
import { createDefaultWebhook } from '../../src/adapters/twilio/rest/default-webhook.ts';
import { createForwarder } from '../../src/core/forwarder.ts';
import { basis } from '../basis.ts';
import { deadlineMarginMs, http, nonce, requestMs, store } from '../bridge-parts.ts';
import { createHandler } from './handler.ts';

const { settings, secrets, sqs: client, urls, queues, clock, journal } = basis;
const { defaultWebhook: url } = settings.flex;

const webhook =
  url === undefined
    ? undefined
    : createDefaultWebhook({
        http,
        url,
        secrets: async () => (await secrets()).flex,
        timeoutMs: requestMs,
        baseUrl: settings.twilioBaseUrl,
      });

export const handler = createHandler({
  batch: createBatchHandler({
    consume: createForwarder({ store, queues, webhook, clock, nonce, journal }),
    client,
    queueUrl: urls['default-webhook'],
    queueName: 'default-webhook',
    bury: queues.bury,
    clock,
    deadlineMarginMs,
    journal,
  }),
});
