import { createBatchHandler } from '../../src/adapters/sqs/batch.ts';
import { createForwarder } from '../../src/core/forward/forwarder.ts';
import { DEADLINE_MARGIN_MS } from '../../src/core/model/times.ts';
import { bridgeTimes } from '../../src/runtime/bridge-settings.ts';
import { functionBase } from '../compose-base.ts';
import { accounts, nonce, queues, store } from '../compose-bridge.ts';
import { createForwardHandler } from './handler.ts';

const { settings, sqs: client, urls, clock, journal } = functionBase;
const { flex, defaultWebhook } = accounts;

export const handler = createForwardHandler({
  batch: createBatchHandler({
    consume: createForwarder({
      ...{ store, queues, defaultWebhook, flex, clock, nonce, journal },
      settings: bridgeTimes(settings),
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
