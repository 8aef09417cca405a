/** Behind a call: the cursor moves, and the copy is accounted on the other lane. */

import type { BridgeDeps } from '../../deps.ts';
import type { Lane } from '../../model/event.ts';
import type { Test } from '../../ports/change.ts';
import { laneAttributes } from '../items.ts';
import { type LaneState, otherLane, type Pair } from '../pair.ts';
import { pace } from './pace.ts';
import { intentAttributes, type LaneLease, type LaneWrite, writeLane } from './write.ts';

/** The cursor that follows when `index` is done: the bridge's own messages right behind it are passed with it. */
const advanced = (lane: LaneState, index: number): number => {
  let cursor = Math.max(lane.cursor, index);
  while (lane.ownIndices.includes(cursor + 1)) cursor += 1;
  return cursor;
};

/** How the copy's index in the destination is accounted on the other lane. It is nothing that a person wrote there. */
const accounted = (pair: Pair, other: Lane, copy: number | undefined) => {
  const o = laneAttributes(other);
  if (copy === undefined) return { when: [] as Test[] };
  const cursor = pair.lanes[other].cursor;
  const add = { [o.paceIndex]: 1 };
  if (cursor === copy - 1) return { when: [['=', o.cursor, copy - 1] as Test], set: { [o.cursor]: copy }, add };
  if (cursor < copy - 1) return { when: [['<', o.cursor, copy - 1] as Test], include: { [o.ownIndices]: [copy] }, add };
  return { when: [['>=', o.cursor, copy] as Test], drop: { [o.holes]: [String(copy)] }, add };
};

/**
 * The intent is done: the cursor moves behind it, and the copy's index counts as the bridge's own on the other lane.
 * @param copy the copy's index; undefined when nothing was written (parked).
 * @param missing source indices before this one that no list has shown; `listedAt` when that list was asked for.
 * @returns not ok when the lane has a newer owner, who has settled this intent or will.
 */
export const close = async (
  deps: BridgeDeps,
  lease: LaneLease,
  copy: number | undefined,
  missing: readonly number[],
  listedAt: number,
): Promise<LaneWrite> => {
  const { lane } = lease;
  const a = laneAttributes(lane);
  const of = lease.pair.lanes[lane].intent;
  const fence = lease.pair.lanes[lane].fence;
  if (of === undefined) throw new Error('close without an intent');
  let pair = lease.pair;
  for (;;) {
    const state = pair.lanes[lane];
    const cursor = of.late ? state.cursor : advanced(state, of.index);
    const other = accounted(pair, otherLane(lane), copy);
    const written = await writeLane(deps, pair.id, lane, {
      when: [['=', a.fence, fence], ['=', a.intentSid, of.sid], ['=', a.cursor, state.cursor], ...other.when],
      set: { [a.cursor]: cursor, ...pace(deps, lane, state, of.index, listedAt), ...(other.set ?? {}) },
      add: other.add ?? {},
      include: other.include ?? {},
      exclude: { [a.ownIndices]: state.ownIndices.filter((index) => index <= cursor) },
      put: missing.length > 0 ? { [a.holes]: Object.fromEntries(missing.map((index) => [index, listedAt])) } : {},
      drop: { ...(other.drop ?? {}), ...(of.late ? { [a.holes]: [String(of.index)] } : {}) },
      remove: intentAttributes(lane),
    });
    if (written.ok || written.pair === undefined) return written;
    const now = written.pair.lanes[lane];
    if (now.fence !== fence || now.intent?.sid !== of.sid) return written;
    pair = written.pair;
  }
};
