/** The activities of both workspaces, remembered: they change when somebody sets a workspace up. */
import type { Side } from '../model/event.ts';
import { ACTIVITIES_MS } from '../model/times.ts';
import type { Clock } from '../ports/clock.ts';
import type { Activities, Workers } from '../ports/workers.ts';

export type KnownActivities = {
  readonly of: (side: Side) => Promise<Activities>;
  /** They are read anew the next time. */
  readonly forget: () => void;
};

export const createKnownActivities = (deps: {
  readonly workers: Workers;
  readonly clock: Pick<Clock, 'now'>;
}): KnownActivities => {
  const known = new Map<Side, { readonly activities: Activities; readonly until: number }>();
  return {
    of: async (side) => {
      const remembered = known.get(side);
      if (remembered !== undefined && deps.clock.now() < remembered.until) return remembered.activities;
      const activities = await deps.workers[side].activities();
      known.set(side, { activities, until: deps.clock.now() + ACTIVITIES_MS });
      return activities;
    },
    forget: () => known.clear(),
  };
};
