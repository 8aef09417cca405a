/**
 * Which figures an entry of the journal carries. Dimensions have few values each: every pair of them is paid for. How
 * events end and how late they are is not among them: filters on the log count that (lib/constructs/line-metrics.ts).
 */
import { METRICS } from '../contract.ts';
import type { Entry } from '../core/ports/journal.ts';

export type Measure = {
  readonly name: string;
  readonly value: number;
  readonly dimension?: { readonly name: 'Side'; readonly value: string };
};

const count = (name: string, value = 1): Measure => ({ name, value });

const ofSweep = ({ type, reason, count: found = 0 }: Entry): readonly Measure[] => {
  // The alarms on these speak of messages.
  if (type === 'presence' || type === 'offers') return [];
  if (type === 'sweep') return reason === undefined ? [count(METRICS.sweeps)] : [];
  if (type === 'mode') return [count(METRICS.notOn)];
  if (type === 'dirty_lanes') return [count(METRICS.dirtyLanes, found)];
  if (reason === 'repairing') return [count(METRICS.repairs, found)];
  return reason === 'not_compared' ? [count(METRICS.notCompared)] : [];
};

export const measuresOf = (entry: Entry): readonly Measure[] => {
  const { step, type, reason } = entry;
  if (step === 'swept') return ofSweep(entry);
  if (step === 'breaker')
    return reason === 'open' ? [{ ...count(METRICS.breakerOpen), dimension: { name: 'Side', value: type } }] : [];
  return step === 'deferred' && reason === 'held' ? [count(METRICS.held)] : [];
};
