import { createBatchHandler } from '../../src/adapters/sqs/batch.ts';
import { DEADLINE_MARGIN_MS } from '../../src/core/model/times.ts';
import type { Consumer } from '../../src/core/ports/queues.ts';
import { createReplicator } from '../../src/core/replicator.ts';
import { lazily } from '../../src/runtime/lazily.ts';
import { functionBase } from '../compose-base.ts';
import { bridgeDeps, queues } from '../compose-bridge.ts';
import { createReplicateHandler } from './handler.ts';

const { sqs: client, urls, clock, journal } = functionBase;

const replicator = lazily(async () => createReplicator(await bridgeDeps()));
const consume: Consumer = async (delivery) => (await replicator())(delivery);

const batch = (queueName: 'flex-events' | 'frontline-events') => {
  const queueUrl = urls[queueName];
  const { deadLetter } = queues;
  const handler = createBatchHandler({
    consume,
    client,
    queueUrl,
    queueName,
    deadLetter,
    clock,
    deadlineMarginMs: DEADLINE_MARGIN_MS,
    journal,
  });
  return [queueUrl, handler] as const;
};

export const handler = createReplicateHandler({ batches: new Map([batch('flex-events'), batch('frontline-events')]) });
