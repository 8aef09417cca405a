import type { BridgeDeps } from '../deps.ts';
import type { Workers } from '../ports/workers.ts';
import { createKnownActivities, type KnownActivities } from './activities.ts';
import { createTwins, type Twins } from './twin.ts';

/** The ports to agents, and what a process remembers of them. */
export type Agents = { readonly workers: Workers; readonly twins: Twins; readonly activities: KnownActivities };

/** @returns undefined while the settings do not name both workspaces. */
export const createAgents = ({ workers, clock }: Pick<BridgeDeps, 'workers' | 'clock'>): Agents | undefined =>
  workers && {
    workers,
    twins: createTwins({ workers, clock }),
    activities: createKnownActivities({ workers, clock }),
  };
