import { Duration, Validations } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { DeduplicationScope, FifoThroughputLimit, Queue, QueueEncryption, type QueueProps } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { METRICS, type QueueName, TIMES } from '../../src/contract.ts';
import type { Stage } from '../stage.ts';
import { BridgeAlarm } from './alarm.ts';
import { removalPolicy } from './log.ts';
import { bridgeMetric } from './metrics.ts';

export type EventQueueProps = {
  readonly queue: QueueName;
  readonly stage: Stage;
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

/** More than the quarter of an hour for which an event is retried. */
const LATE_SECONDS = 1_200;

/** SQS's own limit. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
const MAX_MESSAGE_BYTES = 1_048_576;

const fifo: QueueProps = {
  fifo: true,
  // High throughput: limits and deduplication count per chat.
  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/high-throughput-fifo.html
  deduplicationScope: DeduplicationScope.MESSAGE_GROUP,
  fifoThroughputLimit: FifoThroughputLimit.PER_MESSAGE_GROUP_ID,
  contentBasedDeduplication: false,
  encryption: QueueEncryption.SQS_MANAGED,
  enforceSSL: true,
  retentionPeriod: Duration.seconds(TIMES.retention),
  // SQS's own default may be a quarter of it, and a webhook's body may have 256 KB by itself.
  maxMessageSizeBytes: MAX_MESSAGE_BYTES,
};

/** A FIFO queue, its dead-letter queue, and an alarm on each. */
export class EventQueue extends Construct {
  readonly queue: Queue;
  readonly dead: Queue;

  constructor(scope: Construct, id: string, props: EventQueueProps) {
    super(scope, id);
    // What was given up lies nowhere else, and what waits is in no table.
    const kept: QueueProps = { ...fifo, removalPolicy: removalPolicy(props.stage) };
    this.dead = new Queue(this, 'Dead', kept);
    Validations.of(this.dead).acknowledge({
      id: 'Serverless-SQSRedrivePolicy',
      reason: 'It is the dead-letter queue; an alarm rings for what lies here.',
    });
    this.queue = new Queue(this, 'Queue', {
      ...kept,
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
      ...lateness(props, this.queue),
      harm: props.lateHarm,
      runbook: `Late events on ${props.queue}`,
      topic: props.topic,
    });
  }
}

/** Without a label, which would make a sum of metrics of it (docs/adr/0106). */
const forwardDelay = (stage: Stage) =>
  bridgeMetric(stage, METRICS.delay, Stats.percentile(95)).with({ dimensionsMap: { Lane: 'forward' } });

/**
 * One sick chat is no backlog. An event of a lane is retried for as long as patience lasts, so what is older waits for
 * a consumer that does not come. An SMS may hold up its own chat for a day: there it counts how late those are that
 * get through.
 */
const lateness = ({ queue, stage }: EventQueueProps, waiting: Queue) =>
  queue === 'default-webhook'
    ? { metric: forwardDelay(stage), above: 300_000, minutes: 3, ofMinutes: 5 }
    : {
        metric: waiting.metricApproximateAgeOfOldestMessage({ statistic: 'Maximum' }),
        above: LATE_SECONDS,
        minutes: 2,
      };
