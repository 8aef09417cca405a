/** What a lane still waits for, so that the sweep comes back to it. clean.ts takes it away. */

import type { BridgeDeps } from '../../deps.ts';
import type { Lane } from '../../model/event.ts';
import type { MessageSid } from '../../model/sids.ts';
import { laneAttributes, onList, type PairId } from '../items.ts';
import { fenceIsMine, type LaneLease, type LaneWrite, laneIsFree, leased, type PairWrite, writeLane } from './lease.ts';

/** An edit or a removal that could not be applied in time: reconcile does it. */
export const markStale = (deps: BridgeDeps, pair: PairId, lane: Lane, sid: MessageSid): Promise<PairWrite> =>
  writeLane(deps, pair, lane, {
    when: [['has', laneAttributes(lane).staleEdits]],
    put: { [laneAttributes(lane).staleEdits]: { [sid]: deps.clock.now() } },
    set: onList('due', pair),
  });

/**
 * Marks a lane dirty up to a source index: it is reconciled once a minute until it is clean. Refused when the pair is
 * gone, or dirty that far already; then the caller looks which.
 */
export const defer = async (deps: BridgeDeps, pair: PairId, lane: Lane, upTo: number): Promise<PairWrite> => {
  const a = laneAttributes(lane);
  const index = Math.max(upTo, 1);
  return writeLane(deps, pair, lane, {
    when: [
      ['has', 'state'],
      ['any', [['lacks', a.dirtyUpTo]], [['<', a.dirtyUpTo, index]]],
    ],
    set: { [a.dirtyUpTo]: index, [a.dirtySince]: deps.clock.now(), ...onList('due', pair) },
  });
};

/** A page of a long copy is through: the next run goes on from `place`. */
export const keepPlace = async (deps: BridgeDeps, lease: LaneLease, place: string): Promise<LaneWrite> => {
  const { pair, lane } = lease;
  const written = await writeLane(deps, pair.id, lane, {
    when: [fenceIsMine(lease), laneIsFree(lane)],
    set: { [laneAttributes(lane).place]: place },
  });
  return leased(written, lane);
};
