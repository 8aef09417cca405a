import { Duration, Validations } from 'aws-cdk-lib';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { DeduplicationScope, FifoThroughputLimit, Queue, QueueEncryption, type QueueProps } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { type QueueName, TIMES } from '../../src/contract.ts';
import { BridgeAlarm } from './alarm.ts';

export type EventQueueProps = {
  readonly queue: QueueName;
  /** Who is hurt while messages wait here. */
  readonly lateHarm: string;
  /** Who is hurt by a message that was given up. */
  readonly deadHarm: string;
  readonly topic: ITopic;
};

/**
 * After so many receives SQS itself moves a message to the dead-letter queue. Only a message on which its function
 * crashes every time gets there: the function parks what it gives up, and defers what needs more time.
 */
export const MAX_RECEIVE_COUNT = 1000;

const fifo: QueueProps = {
  fifo: true,
  // High throughput: limits and deduplication count per chat.
  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/high-throughput-fifo.html
  deduplicationScope: DeduplicationScope.MESSAGE_GROUP,
  fifoThroughputLimit: FifoThroughputLimit.PER_MESSAGE_GROUP_ID,
  contentBasedDeduplication: false,
  encryption: QueueEncryption.SQS_MANAGED,
  enforceSSL: true,
  retentionPeriod: Duration.days(14),
};

/** A FIFO queue, its dead-letter queue, and an alarm on each. */
export class EventQueue extends Construct {
  readonly queue: Queue;
  readonly dead: Queue;

  constructor(scope: Construct, id: string, props: EventQueueProps) {
    super(scope, id);
    this.dead = new Queue(this, 'Dead', fifo);
    Validations.of(this.dead).acknowledge({
      id: 'Serverless-SQSRedrivePolicy',
      reason: 'It is the dead-letter queue; an alarm rings for what lies here.',
    });
    this.queue = new Queue(this, 'Queue', {
      ...fifo,
      visibilityTimeout: Duration.seconds(TIMES.visibility),
      deadLetterQueue: { queue: this.dead, maxReceiveCount: MAX_RECEIVE_COUNT },
    });
    new BridgeAlarm(this, 'DeadLetters', {
      metric: this.dead.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum' }),
      above: 0,
      minutes: 1,
      harm: props.deadHarm,
      runbook: `Dead letters on ${props.queue}`,
      topic: props.topic,
    });
    new BridgeAlarm(this, 'Late', {
      metric: this.queue.metricApproximateAgeOfOldestMessage({ statistic: 'Maximum' }),
      above: 300,
      minutes: 2,
      harm: props.lateHarm,
      runbook: `Late events on ${props.queue}`,
      topic: props.topic,
    });
  }
}
