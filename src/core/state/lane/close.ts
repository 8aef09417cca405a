/** Behind a call: the cursor moves, and the copy is accounted on the other lane. */
import type { BridgeDeps } from '../../deps.ts';
import type { Lane } from '../../model/event.ts';
import { otherLane } from '../../model/event.ts';
import type { Change } from '../../ports/change.ts';
import { laneAttributes } from '../items.ts';
import type { LaneState, Pair } from '../pair.ts';
import { pace } from './hold.ts';
import { type Claim, fenceIsMine, intentAttributes, type LaneWrite, leased, writeLane } from './lease.ts';

/**
 * What a list has shown of the indices before a message: those it misses are noted as holes. Nothing on the fast path.
 */
export type GapsBefore = {
  readonly missing: readonly number[];
  /** Milliseconds since 1970, when that list was asked for; 0: no list was. */
  readonly listedAt: number;
};
export const NO_LIST: GapsBefore = { missing: [], listedAt: 0 };

/** The cursor that follows when `index` is done: the bridge's own messages right behind it are passed with it. */
const advanced = (lane: LaneState, index: number): number => {
  let cursor = Math.max(lane.cursor, index);
  while (lane.ownIndices.includes(cursor + 1)) cursor += 1;
  return cursor;
};

/**
 * What a link has brought into the channel before it was finished is remembered until then: if its conversation is
 * closed, the next one gets the channel from the beginning, and none of that (startGeneration).
 */
const isRemembered = ({ linked }: Pair, lane: Lane): boolean => lane === 'toFrontline' && !linked;

/** @returns the bridge's own indices that need not be remembered any more, the cursor being behind them. */
export const passedOwn = (pair: Pair, lane: Lane, cursor: number): readonly number[] =>
  isRemembered(pair, lane) ? [] : pair.lanes[lane].ownIndices.filter((index) => index <= cursor);

type Accounted = Pick<Change, 'when' | 'set' | 'add' | 'include' | 'drop'>;

/** How the copy's index in the destination is accounted on the other lane. It is nothing that a person wrote there. */
const accounted = (pair: Pair, other: Lane, copy: number | undefined): Accounted => {
  const o = laneAttributes(other);
  if (copy === undefined) return { when: [] };
  const cursor = pair.lanes[other].cursor;
  const isAhead = cursor < copy - 1;
  const own = {
    add: { [o.paceIndex]: 1 },
    include: isAhead || isRemembered(pair, other) ? { [o.ownIndices]: [copy] } : {},
  };
  if (isAhead) return { when: [['<', o.cursor, copy - 1]], ...own };
  if (cursor === copy - 1) return { when: [['=', o.cursor, copy - 1]], set: { [o.cursor]: copy }, ...own };
  return { when: [['>=', o.cursor, copy]], drop: { [o.holes]: [String(copy)] }, ...own };
};

/**
 * The intent is done: the cursor moves behind it, and the copy's index counts as the bridge's own on the other lane.
 * Tried again while only the other lane has moved.
 * @param copy the copy's index; undefined when nothing was written (parked).
 * @returns not ok when the lane has a newer owner, who has settled this intent or will.
 */
export const close = async (
  deps: BridgeDeps,
  claim: Claim,
  copy: number | undefined,
  { missing, listedAt }: GapsBefore,
): Promise<LaneWrite> => {
  const { lane, intent } = claim;
  const a = laneAttributes(lane);
  let pair: Pair = claim.pair;
  for (;;) {
    const state = pair.lanes[lane];
    const cursor = intent.late ? state.cursor : advanced(state, intent.index);
    const other = accounted(pair, otherLane(lane), copy);
    const written = await writeLane(deps, pair.id, lane, {
      when: [fenceIsMine(claim), ['=', a.intentSid, intent.sid], ['=', a.cursor, state.cursor], ...other.when],
      set: { [a.cursor]: cursor, ...pace(deps, lane, state, intent.index, listedAt), ...(other.set ?? {}) },
      add: other.add ?? {},
      include: other.include ?? {},
      exclude: { [a.ownIndices]: passedOwn(pair, lane, cursor) },
      put: missing.length > 0 ? { [a.holes]: Object.fromEntries(missing.map((index) => [index, listedAt])) } : {},
      drop: { ...(other.drop ?? {}), ...(intent.late ? { [a.holes]: [String(intent.index)] } : {}) },
      remove: intentAttributes(lane),
    });
    if (written.ok || written.pair === undefined) return leased(written, lane);
    const now = written.pair.lanes[lane];
    if (now.fence !== claim.pair.lanes[lane].fence || now.intent?.sid !== intent.sid) return leased(written, lane);
    pair = written.pair;
  }
};
