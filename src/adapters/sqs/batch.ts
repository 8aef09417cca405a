import type { SQSClient } from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { QueueName } from '../../contract.ts';
import { errorName } from '../../core/model/error-name.ts';
import { redeliveryDelay } from '../../core/model/retry-delay.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { Journal } from '../../core/ports/journal.ts';
import type { Consumer, Delivery, Disposition, Queues } from '../../core/ports/queues.ts';
import { redeliverAfter } from './visibility.ts';

export type BatchDeps = {
  readonly consume: Consumer;
  readonly client: SQSClient;
  readonly queueUrl: string;
  readonly queueName: QueueName;
  readonly deadLetter: Queues['deadLetter'];
  readonly clock: Pick<Clock, 'now'>;
  /** A delivery's deadline is so long before the function is cut off: time to report and to change visibility. */
  readonly deadlineMarginMs: number;
  /** A message is not begun with less than this until its deadline. One call to Twilio (10 s at most) and its writes. */
  readonly leastMs?: number;
  readonly journal: Journal;
};

const LEAST_MS = 12_000;

/** A message without a group is a group by itself. */
const groupOf = (record: SQSRecord): string => record.attributes.MessageGroupId ?? record.messageId;

/** Consumes an SQS event. @param remainingMs until the function is cut off (`context.getRemainingTimeInMillis()`) */
export type BatchHandler = (event: SQSEvent, remainingMs: number) => Promise<SQSBatchResponse>;

/**
 * Feeds a consumer from an SQS FIFO event source with partial batch responses: the groups of a batch side by side, each
 * in order. The first message of a group that does not end takes all behind it back with it, and all of them come again
 * at the same time. Never throws: that would send the whole batch around again
 * (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html).
 */
export const createBatchHandler = (deps: BatchDeps): BatchHandler => {
  const { clock, leastMs = LEAST_MS } = deps;

  const failed = (error: unknown, group: string): void =>
    deps.journal({
      step: 'failed',
      type: deps.queueName,
      reason: errorName(error),
      sids: [group],
    });

  const delivery = (record: SQSRecord, deadline: number): Delivery => ({
    id: record.messageId,
    group: groupOf(record),
    body: record.body,
    firstReceivedAt: Number(record.attributes.ApproximateFirstReceiveTimestamp),
    attempts: Number(record.attributes.ApproximateReceiveCount),
    deadline,
  });

  /** The verdict, once it is carried out as far as this side can: what is parked has been buried. */
  const verdictOn = async (record: SQSRecord, deadline: number): Promise<Disposition> => {
    const delivered = delivery(record, deadline);
    try {
      const verdict = await deps.consume(delivered);
      if (verdict.verdict === 'park')
        await deps.deadLetter(deps.queueName, {
          group: delivered.group,
          dedupe: record.attributes.MessageDeduplicationId ?? record.messageId,
          body: record.body,
          reason: verdict.reason,
        });
      return verdict;
    } catch (error) {
      failed(error, delivered.group);
      return { verdict: 'retry', afterSeconds: redeliveryDelay(delivered.attempts) };
    }
  };

  /** @returns the message ids of those that did not end. */
  const workOff = async (records: readonly SQSRecord[], deadline: number): Promise<readonly string[]> => {
    for (const [index, record] of records.entries()) {
      const verdict: Disposition =
        clock.now() + leastMs > deadline ? { verdict: 'retry', afterSeconds: 0 } : await verdictOn(record, deadline);
      if (verdict.verdict !== 'retry') continue;
      const left = records.slice(index);
      try {
        await redeliverAfter(
          deps,
          left.map(({ receiptHandle }) => receiptHandle),
          verdict.afterSeconds,
        );
      } catch (error) {
        failed(error, groupOf(record));
      }
      return left.map(({ messageId }) => messageId);
    }
    return [];
  };

  return async (event, remainingMs) => {
    const deadline = clock.now() + remainingMs - deps.deadlineMarginMs;
    const groups = Map.groupBy(event.Records, groupOf);
    const left = await Promise.all([...groups.values()].map((records) => workOff(records, deadline)));
    return { batchItemFailures: left.flat().map((itemIdentifier) => ({ itemIdentifier })) };
  };
};
