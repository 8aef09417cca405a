/** Who works in Flex and in Frontline is one person: found by what both his workers are known by, and remembered. */
import { otherSide, type Side } from '../model/event.ts';
import type { WorkerSid } from '../model/sids.ts';
import { REMEMBERED_TWINS, TWIN_MS } from '../model/times.ts';
import type { Clock } from '../ports/clock.ts';
import type { WorkerNow, Workers } from '../ports/workers.ts';

/** What of a worker does not change while he is remembered. */
export type Twin = Pick<WorkerNow, 'sid' | 'name'>;

export type Twins = {
  /** The worker's twin on the other side; undefined when there is none, or more than one who could be. */
  readonly of: (side: Side, worker: WorkerSid) => Promise<Twin | undefined>;
  /** He is looked up anew the next time. */
  readonly forget: (worker: WorkerSid) => void;
};

const lookUp = async (workers: Workers, side: Side, sid: WorkerSid): Promise<Twin | undefined> => {
  const worker = await workers[side].worker(sid);
  return worker && twinOf(workers, side, worker);
};

/** One and only one on either side: of two who could be meant neither is. */
export const twinOf = async (
  workers: Workers,
  side: Side,
  { knownBy }: Pick<WorkerNow, 'knownBy'>,
): Promise<Twin | undefined> => {
  if (knownBy === undefined) return undefined;
  const [found, ...others] = await workers[otherSide(side)].knownBy(knownBy);
  if (found === undefined || others.length > 0) return undefined;
  const likewise = await workers[side].knownBy(knownBy);
  return likewise.length === 1 ? { sid: found.sid, name: found.name } : undefined;
};

/** @param most how many are remembered; the longest known ones are forgotten. That there is none is not. */
export const createTwins = (
  { workers, clock }: { readonly workers: Workers; readonly clock: Pick<Clock, 'now'> },
  most = REMEMBERED_TWINS,
): Twins => {
  const known = new Map<WorkerSid, { readonly twin: Twin; readonly until: number }>();
  return {
    of: async (side, worker) => {
      const remembered = known.get(worker);
      if (remembered !== undefined && clock.now() < remembered.until) return remembered.twin;
      known.delete(worker);
      const twin = await lookUp(workers, side, worker);
      if (twin === undefined) return undefined;
      known.set(worker, { twin, until: clock.now() + TWIN_MS });
      const [oldest] = known.keys();
      if (known.size > most && oldest !== undefined) known.delete(oldest);
      return twin;
    },
    forget: (worker) => void known.delete(worker),
  };
};
