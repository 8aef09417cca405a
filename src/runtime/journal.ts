import { metricsNamespace } from '../contract.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { Entry, Journal } from '../core/ports/journal.ts';
import { measuresOf } from './metrics.ts';

const levels: Partial<Record<Entry['step'], string>> = { failed: 'ERROR', parked: 'WARN', deferred: 'WARN' };

/**
 * A journal of one JSON line an entry, as short as it can be searched by: SIDs and reasons are fields. A line that
 * stands for a figure of its own carries it in CloudWatch's embedded metric format.
 * @see
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export const createJournal = (deps: {
  /** Takes one line, without its end. */
  readonly write: (line: string) => void;
  readonly clock: Pick<Clock, 'now'>;
  readonly deployment: string;
}): Journal => {
  const Namespace = metricsNamespace(deps.deployment);
  return (entry) => {
    const measures = measuresOf(entry);
    const metrics = measures.map(({ name, dimension }) => ({
      Namespace,
      Dimensions: [dimension === undefined ? [] : [dimension.name]],
      Metrics: [{ Name: name, Unit: 'Count' }],
    }));
    const { step, ...rest } = entry;
    deps.write(
      JSON.stringify({
        level: levels[step] ?? (step === 'breaker' && entry.reason === 'open' ? 'WARN' : 'INFO'),
        message: step,
        ...rest,
        ...Object.fromEntries(measures.map(({ name, value }) => [name, value])),
        ...Object.fromEntries(measures.flatMap(({ dimension: d }) => (d === undefined ? [] : [[d.name, d.value]]))),
        ...(metrics.length > 0 ? { _aws: { Timestamp: deps.clock.now(), CloudWatchMetrics: metrics } } : {}),
      }),
    );
  };
};
