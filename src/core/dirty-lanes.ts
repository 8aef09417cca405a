import { PATIENCE_MS } from './model/times.ts';
import type { Home, LaneState } from './pair.ts';
import type { Journal } from './ports/journal.ts';

/**
 * Milliseconds since 1970: since when a lane waits for a side. Edits and removals that could not be applied count when
 * the sweep has tried in vain for a while: most are applied by its next run.
 */
export const waitsSince = ({ dirty, stale }: LaneState, now: number): number | undefined => {
  const edits = [...stale.values()].filter((since) => now - since > PATIENCE_MS);
  const all = dirty === undefined ? edits : [dirty.since, ...edits];
  return all.length === 0 ? undefined : all.reduce((a, b) => Math.min(a, b));
};

/** Whether a pair that is due should have been linked by now: nothing of its chat has crossed. */
export const isLinkLate = ({ linked, since }: Home, now: number): boolean => !linked && now - since > PATIENCE_MS;

/** Tells the journal how many lanes are not up to date, of pairs that wait for something; nothing when all are. */
export const tellDirtyLanes = (journal: Journal, homes: readonly Home[], now: number): void => {
  const count = homes
    .flatMap((home) => [home.lanes.F, home.lanes.B].map((lane) => ({ home, lane })))
    .filter(({ home, lane }) => isLinkLate(home, now) || waitsSince(lane, now) !== undefined).length;
  if (count > 0) journal({ step: 'swept', type: 'dirty lanes', sids: [], count });
};
