import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { type CalledSide, METRICS, metricsNamespace, type OUTCOMES } from '../../src/contract.ts';
import type { Stage } from '../stage.ts';

/** A metric of the whole deployment: src/contract.ts says what each counts. */
export const bridgeMetric = (stage: Stage, metricName: string, statistic: string = Stats.SUM): Metric =>
  new Metric({ namespace: metricsNamespace(stage.settings.DEPLOYMENT_ID), metricName, statistic });

/** How often a function found the side down and stopped calling it: its breaker opened, under the name `side`. */
export const sideMetric = (stage: Stage, side: CalledSide): Metric =>
  bridgeMetric(stage, METRICS.breakerOpen).with({ dimensionsMap: { Side: side } });

/** How many events ended with this outcome. */
export const outcomeMetric = (stage: Stage, outcome: (typeof OUTCOMES)[number]): Metric =>
  bridgeMetric(stage, METRICS.outcome).with({ dimensionsMap: { Outcome: outcome } });

/** Milliseconds from the webhook's arrival until the event's end. */
export const delayMetric = (stage: Stage, lane: 'toFrontline' | 'toFlex' | 'forward', percentile: number): Metric =>
  bridgeMetric(stage, METRICS.delay, Stats.percentile(percentile)).with({
    dimensionsMap: { Lane: lane },
    label: `${lane} p${percentile}`,
  });
