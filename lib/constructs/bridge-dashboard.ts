import { Duration } from 'aws-cdk-lib';
import { Dashboard, GraphWidget, type IWidget, type Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { METRICS, OUTCOMES, type QueueName } from '../../src/contract.ts';
import type { Stage } from '../stage.ts';
import type { EventQueue } from './event-queue.ts';
import { bridgeMetric, delayMetric, outcomeMetric, sideMetric } from './metrics.ts';
import type { WebhookApi } from './webhook-api.ts';

const lanes = ['toFrontline', 'toFlex', 'forward'] as const;
const sides = ['flex', 'frontline', 'default webhook', 'taskrouter'];

const graph = (title: string, left: Metric[]): IWidget =>
  new GraphWidget({ title, left, width: 12, height: 6, period: Duration.minutes(1) });

/** One page: what comes in, how it ends, how late it is, what waits and what fails. */
export const bridgeDashboard = (
  scope: Construct,
  id: string,
  shown: {
    readonly stage: Stage;
    readonly api: WebhookApi;
    readonly queues: Readonly<Record<QueueName, EventQueue>>;
    readonly functions: Readonly<Record<string, IFunction>>;
    readonly table: Table;
  },
): Dashboard => {
  const { stage, api } = shown;
  const queues = Object.entries(shown.queues);
  const functions = Object.entries(shown.functions);
  const sum = { statistic: Stats.SUM };
  const longest = { statistic: Stats.MAXIMUM };
  return new Dashboard(scope, id, {
    dashboardName: stage.stackName,
    widgets: [
      [
        graph('Webhooks', [
          api.api.metricCount({ ...sum, label: 'received' }),
          api.api.metricClientError({ ...sum, label: '4xx' }),
          api.api.metricServerError({ ...sum, label: '5xx' }),
          api.throttled.with({ label: 'throttled' }),
        ]),
        graph('Time to acknowledge a webhook (ms)', [
          api.api.metricLatency({ statistic: 'p50', label: 'p50' }),
          api.api.metricLatency({ statistic: 'p99', label: 'p99' }),
        ]),
      ],
      [
        graph(
          'How events ended',
          OUTCOMES.map((label) => outcomeMetric(stage, label).with({ label })),
        ),
        graph(
          'From webhook to the other side (ms)',
          lanes.flatMap((lane) => [delayMetric(stage, lane, 50), delayMetric(stage, lane, 95)]),
        ),
      ],
      [
        graph('Chats that wait, are held or repaired', [
          bridgeMetric(stage, METRICS.dirtyLanes, Stats.MAXIMUM).with({ label: 'lanes not up to date' }),
          bridgeMetric(stage, METRICS.held).with({ label: 'events of held chats' }),
          bridgeMetric(stage, METRICS.repairs).with({ label: 'found to repair' }),
          bridgeMetric(stage, METRICS.notCompared).with({ label: 'not to be compared' }),
          bridgeMetric(stage, METRICS.sweeps).with({ label: 'runs of the sweep' }),
        ]),
        graph(
          'Sides found dead and left alone',
          sides.map((label) => sideMetric(stage, label).with({ label })),
        ),
      ],
      [
        graph(
          'Age of the oldest event (s)',
          queues.map(([label, { queue }]) => queue.metricApproximateAgeOfOldestMessage({ ...longest, label })),
        ),
        graph(
          'Dead letters',
          queues.map(([label, { dead }]) => dead.metricApproximateNumberOfMessagesVisible({ ...longest, label })),
        ),
      ],
      [
        graph('Failures of functions', [
          ...functions.map(([label, fn]) => fn.metricErrors({ ...sum, label })),
          ...functions.map(([label, fn]) => fn.metricThrottles({ ...sum, label: `${label} throttled` })),
        ]),
        graph('State', [
          shown.table.metricConsumedWriteCapacityUnits({ label: 'written' }),
          shown.table.metricConsumedReadCapacityUnits({ label: 'read' }),
          shown.table.metricUserErrors({ label: 'errors' }),
        ]),
      ],
    ],
  });
};
