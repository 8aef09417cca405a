/** What a lane still waits for, so that somebody comes back to it, and the one write that takes it away. */

import type { BridgeDeps } from '../../deps.ts';
import type { Lane } from '../../model/event.ts';
import type { Test } from '../../ports/change.ts';
import { laneAttributes, OFF_LIST, onList, type PairId } from '../items.ts';
import { type LaneState, otherLane } from '../pair.ts';
import { dueMark, type LaneLease, type LaneWrite, writeLane } from './write.ts';

/** An edit or a removal that could not be applied in time: reconcile does it. */
export const markStale = (deps: BridgeDeps, pair: PairId, lane: Lane, sid: string): Promise<LaneWrite> =>
  writeLane(deps, pair, lane, {
    when: [['has', laneAttributes(lane).staleEdits]],
    put: { [laneAttributes(lane).staleEdits]: { [sid]: deps.clock.now() } },
    set: onList('due', pair),
  });

/** Marks a lane dirty up to a source index: it is reconciled once a minute until it is clean. Never refused for long. */
export const defer = async (deps: BridgeDeps, pair: PairId, lane: Lane, upTo: number): Promise<LaneWrite> => {
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
export const keepPlace = (deps: BridgeDeps, { pair, lane }: LaneLease, place: string): Promise<LaneWrite> =>
  writeLane(deps, pair.id, lane, {
    when: [
      ['=', laneAttributes(lane).fence, pair.lanes[lane].fence],
      ['lacks', laneAttributes(lane).intentSid],
    ],
    set: { [laneAttributes(lane).place]: place },
  });

/** The most indices that one write notes as holes: DynamoDB bounds an expression at 4 KB. */
export const HOLES_AT_ONCE = 50;

/** The most old holes and applied edits that one write takes away, for the same reason. */
export const DROPS_AT_ONCE = 100;

/** After so long an index that no list has shown belongs to a message that is gone. */
export const GONE_AFTER_MS = 10 * 60_000;

/** Nobody has written to the lane since it was read. */
const untouched = (lane: Lane, { nonce }: LaneState): readonly Test[] =>
  nonce === undefined ? [['lacks', laneAttributes(lane).nonce]] : [['=', laneAttributes(lane).nonce, nonce]];

/**
 * The two ends were compared and everything found was done. What is more than one write may take away stays, and the pair
 * due for it: the next run takes it.
 * @param seenUpTo the largest source index that was listed (-1: none).
 * @param missing indices up to it that the list did not show.
 * @param listedAt when the list was asked for.
 * @param renewed SIDs whose edits and removals were applied.
 */
export const clean = async (
  deps: BridgeDeps,
  lease: LaneLease,
  seenUpTo: number,
  missing: readonly number[],
  listedAt: number,
  renewed: readonly string[] = [],
): Promise<LaneWrite> => {
  const { lane } = lease;
  const a = laneAttributes(lane);
  const fence = lease.pair.lanes[lane].fence;
  let pair = lease.pair;
  for (;;) {
    const state = pair.lanes[lane];
    const cursor = Math.max(state.cursor, seenUpTo);
    const old = [...state.holes]
      .filter(([, found]) => listedAt - found > GONE_AFTER_MS)
      .map(([index]) => index)
      .slice(0, DROPS_AT_ONCE);
    const applied = renewed.slice(0, DROPS_AT_ONCE - old.length);
    const fresh = missing.filter((index) => !state.holes.has(index));
    const done =
      state.dirty === undefined ||
      state.dirty.upTo <= Math.max(seenUpTo, 1) ||
      listedAt - state.dirty.since > GONE_AFTER_MS;
    const holes = [...state.holes.keys(), ...fresh].filter((index) => !old.includes(index));
    const waits = !done || holes.length > 0 || [...state.stale.keys()].some((sid) => !applied.includes(sid));
    const other = pair.lanes[otherLane(lane)];
    const rest =
      waits ||
      !pair.linked ||
      pair.heldUntil !== undefined ||
      other.dirty !== undefined ||
      other.intent !== undefined ||
      other.holes.size > 0 ||
      other.stale.size > 0;
    const written = await writeLane(deps, pair.id, lane, {
      when: [
        ['=', a.fence, fence],
        ['lacks', a.intentSid],
        ['=', a.cursor, state.cursor],
        ...(state.dirty === undefined
          ? [['lacks', a.dirtyUpTo] as const]
          : [['=', a.dirtyUpTo, state.dirty.upTo] as const]),
        // The mark goes only when nothing else of the pair waits for it.
        ...(rest
          ? []
          : [
              ['has', 'linked'] as const,
              ['lacks', 'heldUntil'] as const,
              ...untouched(lane, state),
              ...untouched(otherLane(lane), other),
            ]),
      ],
      set: { [a.cursor]: cursor, ...(waits ? dueMark(pair) : {}) },
      exclude: { [a.ownIndices]: state.ownIndices.filter((index) => index <= cursor) },
      put: fresh.length > 0 ? { [a.holes]: Object.fromEntries(fresh.map((index) => [index, listedAt])) } : {},
      drop: {
        ...(old.length > 0 ? { [a.holes]: old.map(String) } : {}),
        ...(applied.length > 0 ? { [a.staleEdits]: applied } : {}),
      },
      remove: [...(done ? [a.dirtyUpTo, a.dirtySince] : []), ...(rest ? [] : [...OFF_LIST]), a.place],
    });
    if (written.ok || written.pair === undefined) return written;
    const now = written.pair.lanes[lane];
    if (now.fence !== fence || now.intent !== undefined) return written;
    pair = written.pair;
  }
};
