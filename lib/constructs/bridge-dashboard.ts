import { Duration, Stack } from 'aws-cdk-lib';
import { Dashboard, GraphWidget, type IWidget, type Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { CALLED_SIDES, METRICS, OUTCOMES, type QueueName } from '../../src/contract.ts';
import type { FunctionName } from '../functions.ts';
import type { Stage } from '../stage.ts';
import type { EventQueue } from './event-queue.ts';
import { bridgeMetric, delayMetric, outcomeMetric, sideMetric } from './metrics.ts';
import type { WebhookApi } from './webhook-api.ts';

const lanes = ['toFrontline', 'toFlex', 'forward'] as const;

const graph = (title: string, left: Metric[]): IWidget =>
  new GraphWidget({ title, left, width: 12, height: 6, period: Duration.minutes(1) });

const sum = { statistic: Stats.SUM };
const longest = { statistic: Stats.MAXIMUM };

/** One page: what comes in, how it ends, how late it is, what waits and what fails. */
export const bridgeDashboard = (
  scope: Construct,
  id: string,
  shown: {
    readonly stage: Stage;
    readonly api: WebhookApi;
    readonly queues: Readonly<Record<QueueName, EventQueue>>;
    readonly functions: Readonly<Record<FunctionName, IFunction>>;
    readonly table: Table;
  },
): Dashboard =>
  new Dashboard(scope, id, {
    // Dashboards are an account's, whatever their region.
    dashboardName: `${shown.stage.stackName}-${Stack.of(scope).region}`,
    widgets: [
      webhooks(shown.api),
      events(shown.stage),
      chatsAndSides(shown.stage),
      waiting(shown.queues),
      [failures(shown.functions), state(shown.table)],
    ],
  });

const webhooks = ({ api, throttled }: WebhookApi): IWidget[] => [
  graph('Webhooks', [
    api.metricCount({ ...sum, label: 'received' }),
    api.metricClientError({ ...sum, label: '4xx' }),
    api.metricServerError({ ...sum, label: '5xx' }),
    throttled.with({ label: 'throttled' }),
  ]),
  graph('Time to acknowledge a webhook (ms)', [
    api.metricLatency({ statistic: 'p50', label: 'p50' }),
    api.metricLatency({ statistic: 'p99', label: 'p99' }),
  ]),
];

const events = (stage: Stage): IWidget[] => [
  graph(
    'How events ended',
    OUTCOMES.map((label) => outcomeMetric(stage, label).with({ label })),
  ),
  graph(
    'From webhook to the other side (ms)',
    lanes.flatMap((lane) => [delayMetric(stage, lane, 50), delayMetric(stage, lane, 95)]),
  ),
];

const chatsAndSides = (stage: Stage): IWidget[] => [
  graph('Chats that wait, are held or repaired', [
    bridgeMetric(stage, METRICS.dirtyLanes, Stats.MAXIMUM).with({ label: 'lanes not up to date' }),
    bridgeMetric(stage, METRICS.held).with({ label: 'events of held chats' }),
    bridgeMetric(stage, METRICS.repairs).with({ label: 'found to repair' }),
    bridgeMetric(stage, METRICS.notCompared).with({ label: 'not to be compared' }),
    bridgeMetric(stage, METRICS.sweeps).with({ label: 'runs of the sweep' }),
  ]),
  graph(
    'Sides found dead and left alone',
    CALLED_SIDES.map((label) => sideMetric(stage, label).with({ label })),
  ),
];

const waiting = (of: Readonly<Record<QueueName, EventQueue>>): IWidget[] => {
  const queues = Object.entries(of);
  return [
    graph(
      'Age of the oldest event (s)',
      queues.map(([label, { queue }]) => queue.metricApproximateAgeOfOldestMessage({ ...longest, label })),
    ),
    graph(
      'Dead letters',
      queues.map(([label, { dead }]) => dead.metricApproximateNumberOfMessagesVisible({ ...longest, label })),
    ),
  ];
};

const failures = (of: Readonly<Record<FunctionName, IFunction>>): IWidget => {
  const functions = [
    ['webhook', of.Webhook],
    ['callbacks', of.Callbacks],
    ['Flex -> Frontline', of.ReplicateFlex],
    ['Frontline -> Flex', of.ReplicateFrontline],
    ['forward', of.Forward],
    ['sweep', of.Sweep],
  ] as const;
  return graph('Failures of functions', [
    ...functions.map(([label, fn]) => fn.metricErrors({ ...sum, label })),
    ...functions.map(([label, fn]) => fn.metricThrottles({ ...sum, label: `${label} throttled` })),
  ]);
};

const state = (table: Table): IWidget =>
  graph('State', [
    table.metricConsumedWriteCapacityUnits({ label: 'written' }),
    table.metricConsumedReadCapacityUnits({ label: 'read' }),
    table.metricUserErrors({ label: 'errors' }),
  ]);
