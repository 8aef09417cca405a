/** How long the queues' oldest messages wait: CloudWatch knows it, some minutes behind; SQS does not. */
import { type CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { QUEUES, type QueueName } from '../../contract.ts';

/** SQS tells CloudWatch once a minute; some minutes may pass until it can be read. */
const PERIOD_SECONDS = 60;
const LOOK_BACK_MS = 15 * 60_000;

/** When the oldest waiting message came, in milliseconds since 1970, as far as CloudWatch knows; or why it does not. */
export type Oldest = { readonly at: number } | { readonly unknown: string };

const unknown = (why: string): Record<QueueName, Oldest> =>
  Object.fromEntries(QUEUES.map((queue) => [queue, { unknown: why }])) as Record<QueueName, Oldest>;

const nameOf = (url: string): string => url.slice(url.lastIndexOf('/') + 1);

/**
 * The newest figure of `ApproximateAgeOfOldestMessage`. What came after the figure's minute is younger than that
 * (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html).
 * Never throws: an operator without the right to read metrics still sees the rest. Needs `cloudwatch:GetMetricData`.
 */
export const readOldest = async (
  client: Pick<CloudWatchClient, 'send'>,
  urls: Readonly<Record<QueueName, string>>,
  now: number,
): Promise<Readonly<Record<QueueName, Oldest>>> => {
  try {
    const { MetricDataResults = [] } = await client.send(
      new GetMetricDataCommand({
        StartTime: new Date(now - LOOK_BACK_MS),
        EndTime: new Date(now),
        ScanBy: 'TimestampDescending',
        MetricDataQueries: QUEUES.map((queue, n) => ({
          Id: `q${n}`,
          MetricStat: {
            Metric: {
              Namespace: 'AWS/SQS',
              MetricName: 'ApproximateAgeOfOldestMessage',
              Dimensions: [{ Name: 'QueueName', Value: nameOf(urls[queue]) }],
            },
            Period: PERIOD_SECONDS,
            Stat: 'Maximum',
          },
        })),
      }),
    );
    const of = (n: number): Oldest => {
      const { Timestamps = [], Values = [] } = MetricDataResults.find(({ Id }) => Id === `q${n}`) ?? {};
      const [at, seconds] = [Timestamps[0], Values[0]];
      if (at === undefined || seconds === undefined) return { unknown: 'CloudWatch has no figure of it yet' };
      return { at: at.getTime() - seconds * 1000 };
    };
    return Object.fromEntries(QUEUES.map((queue, n) => [queue, of(n)])) as Record<QueueName, Oldest>;
  } catch (error) {
    return unknown(`CloudWatch: ${error instanceof Error ? error.name : 'no answer'}`);
  }
};
