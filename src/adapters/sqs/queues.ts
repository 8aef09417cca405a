import { randomUUID } from 'node:crypto';
import {
  SendMessageBatchCommand,
  SendMessageCommand,
  type SendMessageCommandInput,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { QueueName } from '../../contract.ts';
import { errorName } from '../../core/model/error-name.ts';
import type { Nonce } from '../../core/ports/clock.ts';
import type { QueueMessage, Queues } from '../../core/ports/queues.ts';
import { type SendBatch, sendInBatches } from './send-many.ts';

/**
 * What SQS takes: #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF
 * (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html).
 */
const refused = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

const entryOf = ({ group, dedupe, body }: QueueMessage) => ({
  MessageGroupId: group,
  MessageDeduplicationId: dedupe,
  MessageBody: body,
});

const text = (value: string) => ({ DataType: 'String', StringValue: value });

/**
 * The three FIFO queues and their dead-letter queues. Both calls reject with the SDK's error when SQS could not be
 * reached in time, and with a plain one when the body holds characters that SQS refuses.
 */
export const createSqsQueues = (at: {
  readonly client: SQSClient;
  readonly urls: Readonly<Record<QueueName, string>>;
  readonly deadUrls: Readonly<Record<QueueName, string>>;
  /** Makes each dead letter a message of its own, though the same was sent a minute ago. */
  readonly nonce?: Nonce;
}): Queues => {
  const nonce = at.nonce ?? randomUUID;
  const send = async (queue: QueueName, input: SendMessageCommandInput): Promise<void> => {
    if (refused.test(input.MessageBody ?? ''))
      throw new Error(`a message for ${queue} holds characters that SQS refuses`);
    await at.client.send(new SendMessageCommand(input));
  };
  /** SQS says of each message by itself whether it was stored: a batch of which none was is a success, too. */
  const sendBatch =
    (queue: QueueName): SendBatch =>
    async (messages) => {
      const [odd, good] = [
        messages.filter(({ body }) => refused.test(body)),
        messages.filter(({ body }) => !refused.test(body)),
      ];
      const notSent = odd.map((message) => ({ message, why: 'characters_refused' }));
      if (good.length === 0) return notSent;
      const Entries = good.map((message, n) => ({ Id: String(n), ...entryOf(message) }));
      try {
        const { Failed = [] } = await at.client.send(
          new SendMessageBatchCommand({ QueueUrl: at.urls[queue], Entries }),
        );
        const why = new Map(Failed.map(({ Id, Code }) => [Id, Code ?? 'Failed']));
        return [
          ...notSent,
          ...good.flatMap((message, n) => {
            const code = why.get(String(n));
            return code === undefined ? [] : [{ message, why: code }];
          }),
        ];
      } catch (error) {
        return [...notSent, ...good.map((message) => ({ message, why: errorName(error) }))];
      }
    };
  return {
    sendMany: (queue, messages) => sendInBatches(messages, sendBatch(queue)),
    send: (queue, message) => send(queue, { QueueUrl: at.urls[queue], ...entryOf(message) }),
    deadLetter: (queue, { reason, ...message }) =>
      send(queue, {
        QueueUrl: at.deadUrls[queue],
        ...entryOf({ ...message, dedupe: nonce() }),
        MessageAttributes: { reason: text(reason), dedupe: text(message.dedupe) },
      }),
  };
};
