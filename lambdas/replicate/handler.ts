import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { BatchHandler } from '../../src/adapters/sqs/batch.ts';

export type ReplicateHandlerDeps = {
  /** A queue's consumer by the queue's URL. */
  readonly batches: ReadonlyMap<string, BatchHandler>;
};

const lastOf = (text: string, separator: string): string => text.slice(text.lastIndexOf(separator) + 1);

/** One code for both event queues: the event's source says which one it is. @throws Error when it is neither's. */
export const createReplicateHandler =
  (deps: ReplicateHandlerDeps) =>
  async (event: SQSEvent, context: Pick<Context, 'getRemainingTimeInMillis'>): Promise<SQSBatchResponse> => {
    const name = lastOf(event.Records[0]?.eventSourceARN ?? '', ':');
    const [, batch] = [...deps.batches].find(([url]) => lastOf(url, '/') === name) ?? [];
    if (batch === undefined) throw new Error(`${name || 'no queue'} is not one of this deployment's event queues`);
    return batch(event, context.getRemainingTimeInMillis());
  };
