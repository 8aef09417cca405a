import { METRICS } from '../contract.ts';
import type { Clock, Entry, Journal } from '../core/ports.ts';

/** The steps that end an event, or would have: each is counted. The others are only written down. */
const counted: ReadonlySet<Entry['step']> = new Set([
  'refused',
  'replicated',
  'linked',
  'forwarded',
  'reconciled',
  'skipped',
  'parked',
  'deferred',
  'retried',
  'failed',
]);

const levels: Partial<Record<Entry['step'], string>> = { failed: 'ERROR', parked: 'WARN', deferred: 'WARN' };

/**
 * A journal of one JSON line an entry, in CloudWatch's embedded metric format. Dimensions have few values each: the
 * deployment, the outcome, the lane; SIDs and reasons are fields to search by.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export const createJournal = (deps: {
  /** Takes one line, without its end. */
  readonly write: (line: string) => void;
  readonly clock: Pick<Clock, 'now'>;
  readonly deployment: string;
}): Journal => {
  const metric = (dimension: string, name: string, unit: string) => ({
    Namespace: METRICS.namespace,
    Dimensions: [['Deployment', dimension]],
    Metrics: [{ Name: name, Unit: unit }],
  });
  return (entry) => {
    const counts = counted.has(entry.step);
    const times =
      (entry.step === 'replicated' || entry.step === 'forwarded') && entry.ms !== undefined && entry.lane !== undefined;
    const metrics = [
      ...(counts ? [metric('Outcome', METRICS.outcome, 'Count')] : []),
      ...(times ? [metric('Lane', METRICS.delay, 'Milliseconds')] : []),
    ];
    const { step, lane, ...rest } = entry;
    deps.write(
      JSON.stringify({
        level: levels[step] ?? 'INFO',
        message: step,
        ...rest,
        Deployment: deps.deployment,
        Lane: lane,
        ...(counts ? { Outcome: step, [METRICS.outcome]: 1 } : {}),
        ...(times ? { [METRICS.delay]: entry.ms } : {}),
        ...(metrics.length > 0 ? { _aws: { Timestamp: deps.clock.now(), CloudWatchMetrics: metrics } } : {}),
      }),
    );
  };
};
