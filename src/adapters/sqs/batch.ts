import type { SQSClient } from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { QueueName } from '../../contract.ts';
import { errorName } from '../../core/model/error-name.ts';
import { redeliveryDelay } from '../../core/model/retry-delay.ts';
import { LEAST_DELIVERY_MS, SLOW_BATCH_MS } from '../../core/model/times.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { Journal } from '../../core/ports/journal.ts';
import type { Consumer, Delivery, Disposition, Queues } from '../../core/ports/queues.ts';
import { deleteMessages } from './delete-messages.ts';
import { redeliverAfter } from './visibility.ts';

export type BatchDeps = {
  readonly consume: Consumer;
  readonly client: SQSClient;
  readonly queueUrl: string;
  readonly queueName: QueueName;
  readonly deadLetter: Queues['deadLetter'];
  readonly clock: Clock;
  /** A delivery's deadline is so long before the function is cut off: time to report and to change visibility. */
  readonly deadlineMarginMs: number;
  /**
   * A message is not begun with less than this until its deadline. One call to Twilio (10 s at most) and its writes.
   */
  readonly leastMs?: number;
  readonly journal: Journal;
};

/** A message without a group is a group by itself. */
const groupOf = (record: SQSRecord): string => record.attributes.MessageGroupId ?? record.messageId;

const deliveryOf = (record: SQSRecord, deadline: number): Delivery => ({
  id: record.messageId,
  group: groupOf(record),
  body: record.body,
  firstReceivedAt: Number(record.attributes.ApproximateFirstReceiveTimestamp),
  attempts: Number(record.attributes.ApproximateReceiveCount),
  deadline,
});

const logFailure = ({ journal, queueName }: BatchDeps, error: unknown, group: string): void =>
  journal({ step: 'failed', type: queueName, reason: errorName(error), sids: [group] });

/** The verdict, carried out as far as this side can: what is parked is among the dead letters. Never rejects. */
const verdictOn = async (deps: BatchDeps, record: SQSRecord, deadline: number): Promise<Disposition> => {
  const delivery = deliveryOf(record, deadline);
  try {
    const verdict = await deps.consume(delivery);
    if (verdict.verdict === 'park')
      await deps.deadLetter(deps.queueName, {
        group: delivery.group,
        dedupe: record.attributes.MessageDeduplicationId ?? record.messageId,
        body: record.body,
        reason: verdict.reason,
      });
    return verdict;
  } catch (error) {
    logFailure(deps, error, delivery.group);
    return { verdict: 'retry', afterSeconds: redeliveryDelay(delivery.attempts) };
  }
};

/** @param ended grows while the batch is worked off. */
const deleteWhile = async (deps: BatchDeps, working: Promise<unknown>, ended: SQSRecord[]): Promise<void> => {
  const over = working.then(() => 'over' as const);
  while ((await Promise.race([over, deps.clock.sleep(SLOW_BATCH_MS)])) !== 'over') {
    const quick = ended.splice(0);
    try {
      await deleteMessages(
        deps,
        quick.map(({ receiptHandle }) => receiptHandle),
      );
    } catch (error) {
      // They go with the batch.
      for (const record of quick) logFailure(deps, error, groupOf(record));
    }
  }
};

/** Consumes an SQS event. @param remainingMs until the function is cut off (`context.getRemainingTimeInMillis()`) */
export type BatchHandler = (event: SQSEvent, remainingMs: number) => Promise<SQSBatchResponse>;

/**
 * Feeds a consumer from an SQS FIFO event source with partial batch responses: the groups of a batch side by side, each
 * in order. The first message of a group that does not end takes all behind it back with it, and all of them come again
 * at the same time. What has ended goes from the queue while slower groups of the batch are still at work, or the next
 * messages of its chats would wait for them: Lambda deletes at the end of the whole batch. Never throws: that would
 * send the whole batch around again
 * (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html).
 */
export const createBatchHandler = (deps: BatchDeps): BatchHandler => {
  const { clock, leastMs = LEAST_DELIVERY_MS } = deps;

  /** @returns the message ids of those that did not end. */
  const workOff = async (records: readonly SQSRecord[], deadline: number): Promise<readonly string[]> => {
    for (const [index, record] of records.entries()) {
      const verdict: Disposition =
        clock.now() + leastMs > deadline
          ? { verdict: 'retry', afterSeconds: 0 }
          : await verdictOn(deps, record, deadline);
      if (verdict.verdict !== 'retry') continue;
      const left = records.slice(index);
      try {
        await redeliverAfter(
          deps,
          left.map(({ receiptHandle }) => receiptHandle),
          verdict.afterSeconds,
        );
      } catch (error) {
        logFailure(deps, error, groupOf(record));
      }
      return left.map(({ messageId }) => messageId);
    }
    return [];
  };

  return async (event, remainingMs) => {
    const deadline = clock.now() + remainingMs - deps.deadlineMarginMs;
    const groups = [...Map.groupBy(event.Records, groupOf).values()];
    const ended: SQSRecord[] = [];
    const working = Promise.all(
      groups.map(async (records) => {
        const left = await workOff(records, deadline);
        if (left.length === 0) ended.push(...records);
        return left;
      }),
    );
    if (groups.length > 1) await deleteWhile(deps, working, ended);
    const left = await working;
    return { batchItemFailures: left.flat().map((itemIdentifier) => ({ itemIdentifier })) };
  };
};
