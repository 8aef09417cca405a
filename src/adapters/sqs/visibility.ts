import { ChangeMessageVisibilityBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { TIMES } from '../../contract.ts';
import { LONGEST_VISIBILITY_SECONDS } from '../../core/model/times.ts';

/** SQS counts its 12 hours from the receive, so what may have gone by since is left out. */
const LONGEST_SECONDS = LONGEST_VISIBILITY_SECONDS - TIMES.visibility;

/**
 * Has messages come again after so many whole seconds, all at the same time: one that came later would hold up its
 * group. At most 10 receipts, as many as a batch from a FIFO queue has
 * (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibilityBatch.html).
 * @throws when SQS did not do it for all; what it did not comes again after the queue's visibility timeout.
 */
export const redeliverAfter = async (
  at: { readonly client: SQSClient; readonly queueUrl: string },
  receipts: readonly string[],
  afterSeconds: number,
): Promise<void> => {
  const VisibilityTimeout = Math.max(0, Math.min(LONGEST_SECONDS, Math.ceil(afterSeconds)));
  const { Failed = [] } = await at.client.send(
    new ChangeMessageVisibilityBatchCommand({
      QueueUrl: at.queueUrl,
      Entries: receipts.map((ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle, VisibilityTimeout })),
    }),
  );
  if (Failed.length > 0) throw new Error(`visibility not changed: ${Failed[0]?.Code ?? 'no code'}`);
};
