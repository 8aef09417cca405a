import { METRICS } from '../contract.ts';
import type { Clock, Entry, Journal } from '../core/ports.ts';
import { measuresOf } from './measures.ts';

const levels: Partial<Record<Entry['step'], string>> = { failed: 'ERROR', parked: 'WARN', deferred: 'WARN' };

/**
 * A journal of one JSON line an entry, in CloudWatch's embedded metric format. Dimensions have few values each: the
 * deployment, the outcome, the lane, the side; SIDs and reasons are fields to search by.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export const createJournal =
  (deps: {
    /** Takes one line, without its end. */
    readonly write: (line: string) => void;
    readonly clock: Pick<Clock, 'now'>;
    readonly deployment: string;
  }): Journal =>
  (entry) => {
    const measures = measuresOf(entry);
    const metrics = measures.map(({ name, unit, dimension }) => ({
      Namespace: METRICS.namespace,
      Dimensions: [['Deployment', ...(dimension === undefined ? [] : [dimension.name])]],
      Metrics: [{ Name: name, Unit: unit }],
    }));
    const { step, lane, ...rest } = entry;
    deps.write(
      JSON.stringify({
        level: levels[step] ?? (step === 'breaker' && entry.reason === 'open' ? 'WARN' : 'INFO'),
        message: step,
        ...rest,
        Deployment: deps.deployment,
        Lane: lane,
        ...Object.fromEntries(measures.map(({ name, value }) => [name, value])),
        ...Object.fromEntries(measures.flatMap(({ dimension: d }) => (d === undefined ? [] : [[d.name, d.value]]))),
        ...(metrics.length > 0 ? { _aws: { Timestamp: deps.clock.now(), CloudWatchMetrics: metrics } } : {}),
      }),
    );
  };
