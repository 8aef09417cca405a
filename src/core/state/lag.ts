import { PATIENCE_MS } from '../model/times.ts';
import type { LaneState, Pair } from './pair.ts';

/**
 * Milliseconds since 1970: since when a lane waits for a side. Edits and removals that could not be applied count when
 * the sweep has tried without success for a while: most are applied by its next run.
 */
export const waitsSince = ({ dirty, stale }: LaneState, now: number): number | undefined => {
  const edits = [...stale.values()].filter((since) => now - since > PATIENCE_MS);
  const all = dirty === undefined ? edits : [dirty.since, ...edits];
  return all.length === 0 ? undefined : all.reduce((a, b) => Math.min(a, b));
};

/** Whether a pair that is due should have been linked by now: nothing of its chat has crossed. */
export const isLinkLate = ({ linked, begunAt }: Pair, now: number): boolean => !linked && now - begunAt > PATIENCE_MS;
