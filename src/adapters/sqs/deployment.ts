import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { QUEUES, type QueueName } from '../../contract.ts';
import type { DeadLetter, DeploymentAccess, QueueCount } from '../../core/operate/operator.ts';
import type { Oldest } from './oldest.ts';

type Urls = Readonly<Record<QueueName, string>>;

/** The most that one call receives or deletes. */
const BATCH = 10;
/**
 * Seconds for which a dead letter that was looked at is hidden; its alarm sees it again afterwards. Only so long its
 * receipt is good, so all of them must be read within this time, and what became of each found out: of thousands, one
 * after the other, over a line of an office. https://repost.aws/knowledge-center/sqs-receipt-handle-error
 */
const LOOK_SECONDS = 900;
/** A queue that never says it is empty is left alone at some point. */
const MOST_DEAD_LETTERS = 10_000;

const withAge = (count: QueueCount, oldest: Oldest | undefined): QueueCount => {
  if (count.waiting === 0 || oldest === undefined) return count;
  return 'at' in oldest ? { ...count, oldestAt: oldest.at } : { ...count, oldestUnknown: oldest.unknown };
};

type QueueDepth = { readonly waiting: number; readonly inFlight: number };

const readDepth = async (client: SQSClient, QueueUrl: string): Promise<QueueDepth> => {
  const { Attributes = {} } = await client.send(
    new GetQueueAttributesCommand({
      QueueUrl,
      AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
    }),
  );
  const inFlight = Number(Attributes.ApproximateNumberOfMessagesNotVisible ?? 0);
  return { inFlight, waiting: Number(Attributes.ApproximateNumberOfMessages ?? 0) + inFlight };
};

/**
 * Ten of a chat at most: while these are in flight, a FIFO queue shows no other of it. Its count says that there are
 * some. Each once, with its last receipt: who takes a letter that is shown again for a second one of the same removes
 * both.
 */
const readDeadLetters = async (client: SQSClient, QueueUrl: string): Promise<readonly DeadLetter[]> => {
  const found = new Map<string, DeadLetter>();
  let shownAgain = false;
  while (found.size < MOST_DEAD_LETTERS && !shownAgain) {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: BATCH,
        VisibilityTimeout: LOOK_SECONDS,
        MessageAttributeNames: ['reason'],
        // A short poll asks only some of the servers that hold the queue.
        WaitTimeSeconds: 1,
      }),
    );
    if (Messages.length === 0) break;
    for (const { MessageId: id, ReceiptHandle: handle, Body: body, MessageAttributes } of Messages) {
      if (id === undefined || handle === undefined || body === undefined) continue;
      // The time of the first is over, and the others follow: there would be no end.
      shownAgain ||= found.has(id);
      found.set(id, { handle, body, reason: MessageAttributes?.reason?.StringValue });
    }
  }
  return [...found.values()];
};

const inBatches = (handles: readonly string[]): readonly (readonly string[])[] =>
  Array.from({ length: Math.ceil(handles.length / BATCH) }, (_, n) => handles.slice(n * BATCH, (n + 1) * BATCH));

/**
 * What an operator sees of the queues. SQS counts about right, and says nothing of a message's age but to CloudWatch
 * (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html).
 * @param at.oldest - see oldest.ts; asked only while something waits.
 */
export const sqsDeployment = (at: {
  readonly client: SQSClient;
  readonly urls: Urls;
  readonly deadUrls: Urls;
  readonly oldest: () => Promise<Readonly<Record<QueueName, Oldest>>>;
}): Pick<DeploymentAccess, 'counts' | 'deadLetters' | 'removeDead' | 'leaveDead'> => {
  const { client, urls, deadUrls } = at;
  const countOf = async (queue: QueueName): Promise<[QueueName, QueueCount]> => {
    const [live, dead] = await Promise.all([readDepth(client, urls[queue]), readDepth(client, deadUrls[queue])]);
    return [queue, { ...live, dead: dead.waiting, oldestAt: undefined }];
  };
  return {
    counts: async () => {
      const counted = await Promise.all(QUEUES.map(countOf));
      const oldest = counted.some(([, { waiting }]) => waiting > 0) ? await at.oldest() : undefined;
      const aged = counted.map(([queue, count]) => [queue, withAge(count, oldest?.[queue])] as const);
      return Object.fromEntries(aged) as Record<QueueName, QueueCount>;
    },
    deadLetters: (queue) => readDeadLetters(client, deadUrls[queue]),
    removeDead: async (queue, handles) => {
      let failed = 0;
      for (const batch of inBatches(handles)) {
        const Entries = batch.map((ReceiptHandle, n) => ({ Id: String(n), ReceiptHandle }));
        const { Failed = [] } = await client.send(
          new DeleteMessageBatchCommand({ QueueUrl: deadUrls[queue], Entries }),
        );
        failed += Failed.length;
      }
      if (failed > 0) throw new Error(`${failed} dead letters of ${queue} could not be removed`);
    },
    leaveDead: async (queue, handles) => {
      for (const batch of inBatches(handles)) {
        const Entries = batch.map((ReceiptHandle, n) => ({ Id: String(n), ReceiptHandle, VisibilityTimeout: 0 }));
        // One that fails is seen again when its time is over.
        await client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: deadUrls[queue], Entries }));
      }
    },
  };
};
