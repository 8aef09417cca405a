/** A pair that writes faster than people can is held, until an operator or half an hour releases it. */

import type { BridgeDeps } from '../../deps.ts';
import type { Lane } from '../../model/event.ts';
import { HELD_MS, PACE } from '../../model/times.ts';
import { laneAttributes } from '../items.ts';
import type { LaneState, Pair } from '../pair.ts';
import {
  type Claim,
  dueMark,
  fenceIsMine,
  intentAttributes,
  type LaneLease,
  type LaneWrite,
  leased,
  type PairWrite,
  writeLane,
} from './lease.ts';

/**
 * Where the speed is measured from moves with the cursor, in the same write. What was copied from a list (listedAt is
 * not 0) may come as fast as it likes.
 */
export const pace = (deps: BridgeDeps, lane: Lane, state: LaneState, index: number, listedAt: number) => {
  const a = laneAttributes(lane);
  if (listedAt > 0) return { [a.paceIndex]: index, [a.paceSince]: 0 };
  if (state.pace !== undefined && index - state.pace.index < PACE.messages) return {};
  return { [a.paceIndex]: index, [a.paceSince]: deps.clock.now() };
};

/** Whether this message comes faster than people write. */
export const tooFast = (deps: BridgeDeps, { pace: from }: LaneState, index: number): boolean =>
  from !== undefined && index - from.index >= PACE.messages && deps.clock.now() - from.since < PACE.withinMs;

/** Nothing crosses any more in either direction until the pair is released; then both lanes are compared. */
export const hold = async (deps: BridgeDeps, claim: Claim, upTo: number): Promise<LaneWrite> => {
  const { lane } = claim;
  const a = laneAttributes(lane);
  const now = deps.clock.now();
  let pair: Pair = claim.pair;
  for (;;) {
    const dirty = Math.max(upTo, pair.lanes[lane].dirty?.upTo ?? 0, 1);
    const written = await writeLane(deps, pair.id, lane, {
      when: [fenceIsMine(claim), ['any', [['lacks', a.dirtyUpTo]], [['<=', a.dirtyUpTo, dirty]]]],
      set: { heldUntil: now + HELD_MS, [a.dirtyUpTo]: dirty, [a.dirtySince]: now, ...dueMark(pair) },
      remove: intentAttributes(lane),
    });
    if (written.ok || written.pair?.lanes[lane].fence !== claim.pair.lanes[lane].fence) return leased(written, lane);
    pair = written.pair;
  }
};

/** The time is over. Refused when it is not, or when another run did it. */
export const releaseInTime = (deps: BridgeDeps, { pair, lane }: LaneLease): Promise<PairWrite> =>
  writeLane(deps, pair.id, lane, { when: [['<=', 'heldUntil', deps.clock.now()]], remove: ['heldUntil'] });
