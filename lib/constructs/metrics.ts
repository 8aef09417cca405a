import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { METRICS } from '../../src/contract.ts';
import type { Stage } from '../stage.ts';

/** A figure of the whole deployment: src/contract.ts says what each is. */
export const bridgeMetric = (stage: Stage, metricName: string, statistic: string = Stats.SUM): Metric =>
  new Metric({
    namespace: METRICS.namespace,
    metricName,
    dimensionsMap: { Deployment: stage.settings.DEPLOYMENT_ID },
    statistic,
  });

/** How often calls to a side began to be refused, for it was found dead; src/adapters/twilio/rest/breaker.ts names them. */
export const sideMetric = (stage: Stage, side: string): Metric =>
  new Metric({
    namespace: METRICS.namespace,
    metricName: METRICS.breakerOpen,
    dimensionsMap: { Deployment: stage.settings.DEPLOYMENT_ID, Side: side },
    statistic: Stats.SUM,
  });

/** How many events ended so; the journal writes it (src/runtime/journal.ts). */
export const outcomeMetric = (stage: Stage, outcome: string): Metric =>
  new Metric({
    namespace: METRICS.namespace,
    metricName: METRICS.outcome,
    dimensionsMap: { Deployment: stage.settings.DEPLOYMENT_ID, Outcome: outcome },
    statistic: Stats.SUM,
  });

/** Milliseconds from the webhook's arrival until the event's end. */
export const delayMetric = (stage: Stage, lane: 'F' | 'B' | 'forward', percentile: number): Metric =>
  new Metric({
    namespace: METRICS.namespace,
    metricName: METRICS.delay,
    dimensionsMap: { Deployment: stage.settings.DEPLOYMENT_ID, Lane: lane },
    statistic: Stats.percentile(percentile),
    label: `${lane} p${percentile}`,
  });
