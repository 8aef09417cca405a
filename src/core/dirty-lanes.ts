import type { Home } from './pair.ts';
import type { Journal } from './ports.ts';

/** Tells the journal how many lanes are not up to date, of pairs that wait for something; nothing when all are. */
export const tellDirtyLanes = (journal: Journal, homes: readonly Home[]): void => {
  const count = homes.flatMap(({ lanes: { F, B } }) => [F, B]).filter(({ dirty }) => dirty !== undefined).length;
  if (count > 0) journal({ step: 'swept', type: 'dirty lanes', sids: [], count });
};
