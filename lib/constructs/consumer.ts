import { Validations } from 'aws-cdk-lib';
import type { EventSourceMapping, IFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { EventQueue } from './event-queue.ts';

/**
 * Feeds a queue to a function. Small batches, for a batch is given back together when its function dies; the limit is
 * the mapping's, for reserved concurrency would count refused calls as receives.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
 */
export const consume = (consumer: IFunction, { queue }: EventQueue): void => {
  consumer.addEventSource(
    new SqsEventSource(queue, { batchSize: 10, reportBatchItemFailures: true, maxConcurrency: 50 }),
  );
  for (const child of consumer.node.findAll())
    if (child.node.id.startsWith('SqsEventSource'))
      Validations.of(child as EventSourceMapping).acknowledge({
        id: 'Serverless-LambdaEventSourceMappingDestination',
        reason: 'The queue has its own dead-letter queue; a mapping on a queue has no destination of its own.',
      });
};
