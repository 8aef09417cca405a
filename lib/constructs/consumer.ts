import { Validations } from 'aws-cdk-lib';
import type { EventSourceMapping, IFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { Stage } from '../stage.ts';
import type { EventQueue } from './event-queue.ts';

/**
 * Feeds a queue to a function. Batches are small: when the function crashes, all messages of its batch wait until they
 * are visible again. Concurrency is limited on the mapping: with a limit on the function, each call that Lambda refuses
 * would count as a receive of its messages.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
 */
export const consumeQueue = (consumer: IFunction, { queue }: EventQueue, { scale }: Stage): void => {
  consumer.addEventSource(
    new SqsEventSource(queue, {
      batchSize: 10,
      reportBatchItemFailures: true,
      maxConcurrency: scale.CONSUMERS_AT_ONCE,
    }),
  );
  for (const child of consumer.node.findAll())
    if (child.node.id.startsWith('SqsEventSource'))
      Validations.of(child as EventSourceMapping).acknowledge({
        id: 'Serverless-LambdaEventSourceMappingDestination',
        reason: 'The queue has its own dead-letter queue; a mapping on a queue has no destination of its own.',
      });
};
