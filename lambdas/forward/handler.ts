import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { BatchHandler } from '../../src/adapters/sqs/batch.ts';

export const createForwardHandler =
  (deps: { readonly batch: BatchHandler }) =>
  (event: SQSEvent, context: Pick<Context, 'getRemainingTimeInMillis'>): Promise<SQSBatchResponse> =>
    deps.batch(event, context.getRemainingTimeInMillis());
