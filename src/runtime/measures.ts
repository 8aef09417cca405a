/** Which figures an entry of the journal stands for. Dimensions have few values each: every pair of them is paid for. */
import { METRICS } from '../contract.ts';
import { isBlind } from '../core/not-compared.ts';
import type { Entry } from '../core/ports.ts';

export type Measure = {
  readonly name: string;
  readonly value: number;
  readonly unit: 'Count' | 'Milliseconds';
  /** Besides the deployment. */
  readonly dimension?: { readonly name: 'Outcome' | 'Lane' | 'Side'; readonly value: string };
};

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
  'undone',
  'failed',
]);

const count = (name: string, value = 1): Measure => ({ name, value, unit: 'Count' });

const ofEvent = ({ step, lane, reason, ms }: Entry): readonly Measure[] => {
  const timed = (step === 'replicated' || step === 'forwarded') && ms !== undefined && lane !== undefined;
  return [
    ...(counted.has(step) ? [{ ...count(METRICS.outcome), dimension: { name: 'Outcome', value: step } } as const] : []),
    ...(timed
      ? [{ name: METRICS.delay, value: ms, unit: 'Milliseconds', dimension: { name: 'Lane', value: lane } } as const]
      : []),
    ...(step === 'deferred' && reason === 'held' ? [count(METRICS.held)] : []),
  ];
};

const ofSweep = ({ type, reason, count: found = 0 }: Entry): readonly Measure[] => {
  if (type === 'sweep') return reason === undefined ? [count(METRICS.sweeps)] : [];
  if (type === 'dirty lanes') return [count(METRICS.dirtyLanes, found)];
  if (reason === 'repairing') return [count(METRICS.repairs, found)];
  return isBlind(reason) ? [count(METRICS.notCompared)] : [];
};

export const measuresOf = (entry: Entry): readonly Measure[] => {
  if (entry.step === 'swept') return ofSweep(entry);
  if (entry.step === 'breaker')
    return entry.reason === 'open'
      ? [{ ...count(METRICS.breakerOpen), dimension: { name: 'Side', value: entry.type } }]
      : [];
  return ofEvent(entry);
};
