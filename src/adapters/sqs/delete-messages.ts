import { DeleteMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';

/**
 * At most 10 receipts, as many as a batch from a FIFO queue has; nothing is asked for none.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessageBatch.html
 * @throws when SQS did not do it for all.
 */
export const deleteMessages = async (
  at: { readonly client: SQSClient; readonly queueUrl: string },
  receipts: readonly string[],
): Promise<void> => {
  if (receipts.length === 0) return;
  const Entries = receipts.map((ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle }));
  const { Failed = [] } = await at.client.send(new DeleteMessageBatchCommand({ QueueUrl: at.queueUrl, Entries }));
  if (Failed.length > 0) throw new Error(`messages not deleted: ${Failed[0]?.Code ?? 'no code'}`);
};
