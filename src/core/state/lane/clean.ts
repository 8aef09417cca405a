/** Behind a comparison: what was waiting and is done is taken off the lane, what is missing is noted. */
import type { BridgeDeps } from '../../deps.ts';
import type { Lane } from '../../model/event.ts';
import { otherLane } from '../../model/event.ts';
import { DROPS_AT_ONCE, GONE_AFTER_MS } from '../../model/times.ts';
import type { Change, Test } from '../../ports/change.ts';
import { laneAttributes, OFF_LIST } from '../items.ts';
import type { LaneState, Pair } from '../pair.ts';
import { passedOwn } from './close.ts';
import { dueMark, fenceIsMine, type LaneLease, type LaneWrite, laneIsFree, leased, writeLane } from './lease.ts';

/** What a comparison has seen. */
export type Seen = {
  /** The largest source index that was listed (-1: none). */
  readonly listedUpTo: number;
  /** Indices up to it that the list did not show. */
  readonly missing: readonly number[];
  /** Milliseconds since 1970, when the list was asked for. */
  readonly listedAt: number;
  /** Whether the list would have shown each hole: one that goes on somewhere shows nothing of what lies before. */
  readonly showsHoles: boolean;
  /** SIDs whose edits and removals were applied. */
  readonly applied: readonly string[];
};

/** How a lane stands after a comparison. Decided without writing anything. */
type Cleaned = {
  readonly cursor: number;
  /** Holes that were missed for so long that their messages must be gone. */
  readonly oldHoles: readonly number[];
  readonly newHoles: readonly number[];
  readonly applied: readonly string[];
  /** Everything up to the dirty mark was listed, or what it names is gone. */
  readonly isClean: boolean;
  /** Something of this lane waits still: the pair stays on the list of those that are due. */
  readonly waits: boolean;
};

const cleaned = (lane: LaneState, { listedUpTo, missing, listedAt, showsHoles, applied: done }: Seen): Cleaned => {
  const { dirty, holes, stale } = lane;
  const oldHoles = [...holes]
    .filter(([, found]) => showsHoles && listedAt - found > GONE_AFTER_MS)
    .map(([index]) => index)
    .slice(0, DROPS_AT_ONCE);
  const applied = done.slice(0, DROPS_AT_ONCE - oldHoles.length);
  const newHoles = missing.filter((index) => !holes.has(index));
  const isClean =
    dirty === undefined || dirty.upTo <= Math.max(listedUpTo, 1) || listedAt - dirty.since > GONE_AFTER_MS;
  const keepsHoles = [...holes.keys(), ...newHoles].some((index) => !oldHoles.includes(index));
  const keepsEdits = [...stale.keys()].some((sid) => !applied.includes(sid));
  return {
    cursor: Math.max(lane.cursor, listedUpTo),
    oldHoles,
    newHoles,
    applied,
    isClean,
    waits: !isClean || keepsHoles || keepsEdits,
  };
};

/** Whether the pair has any reason left to be due, besides the lane that was compared. */
const pairWaits = (pair: Pair, other: LaneState): boolean =>
  !pair.linked ||
  pair.state !== 'open' ||
  pair.disagreesSince !== undefined ||
  pair.heldUntil !== undefined ||
  other.dirty !== undefined ||
  other.intent !== undefined ||
  other.holes.size > 0 ||
  other.stale.size > 0;

/** The lane is as it was read: no run has written to it since. */
const untouched = (lane: Lane, { nonce }: LaneState): Test =>
  nonce === undefined ? ['lacks', laneAttributes(lane).nonce] : ['=', laneAttributes(lane).nonce, nonce];

const changeTo = (lease: LaneLease, pair: Pair, after: Cleaned, listedAt: number): Omit<Change, 'nonce'> => {
  const { lane } = lease;
  const a = laneAttributes(lane);
  const state = pair.lanes[lane];
  const other = pair.lanes[otherLane(lane)];
  const staysDue = after.waits || pairWaits(pair, other);
  return {
    when: [
      fenceIsMine(lease),
      laneIsFree(lane),
      ['=', a.cursor, state.cursor],
      state.dirty === undefined ? ['lacks', a.dirtyUpTo] : ['=', a.dirtyUpTo, state.dirty.upTo],
      // The mark goes only when nothing else of the pair waits for it.
      ...(staysDue
        ? []
        : [
            ['has', 'linked'] as const,
            ['lacks', 'heldUntil'] as const,
            ['lacks', 'disagreesSince'] as const,
            ['=', 'state', 'open'] as const,
            untouched(lane, state),
            untouched(otherLane(lane), other),
          ]),
    ],
    set: { [a.cursor]: after.cursor, ...(after.waits ? dueMark(pair) : {}) },
    exclude: { [a.ownIndices]: passedOwn(pair, lane, after.cursor) },
    put:
      after.newHoles.length > 0
        ? { [a.holes]: Object.fromEntries(after.newHoles.map((index) => [index, listedAt])) }
        : {},
    drop: {
      ...(after.oldHoles.length > 0 ? { [a.holes]: after.oldHoles.map(String) } : {}),
      ...(after.applied.length > 0 ? { [a.staleEdits]: after.applied } : {}),
    },
    remove: [...(after.isClean ? [a.dirtyUpTo, a.dirtySince] : []), ...(staysDue ? [] : OFF_LIST), a.place],
  };
};

/**
 * The two ends were compared and everything found was done. What is more than one write may take away stays, and the
 * pair due for it: the next run takes it. Tried again while only the other lane, or a mark, has moved.
 * @returns not ok when the lane has a newer owner.
 */
export const clean = async (deps: BridgeDeps, lease: LaneLease, seen: Seen): Promise<LaneWrite> => {
  const { lane } = lease;
  let pair: Pair = lease.pair;
  for (;;) {
    const change = changeTo(lease, pair, cleaned(pair.lanes[lane], seen), seen.listedAt);
    const written = await writeLane(deps, pair.id, lane, change);
    if (written.ok || written.pair === undefined) return leased(written, lane);
    const now = written.pair.lanes[lane];
    if (now.fence !== lease.pair.lanes[lane].fence || now.intent !== undefined) return leased(written, lane);
    pair = written.pair;
  }
};
