/**
 * Before a call stands an intent: how a run claims a lane, takes one over, gives it back, or leaves its outcome open.
 */
import type { BridgeDeps } from '../../deps.ts';
import type { Lane } from '../../model/event.ts';
import { otherLane, source } from '../../model/event.ts';
import type { ContainerSid, SourceSid } from '../../model/sids.ts';
import { laneAttributes, type PairId } from '../items.ts';
import {
  type Claim,
  claimed,
  dueMark,
  fenceIsMine,
  intentAttributes,
  type LaneLease,
  type LaneWrite,
  laneIsFree,
  leased,
  writeLane,
} from './lease.ts';

export type NewIntent = {
  readonly sid: SourceSid;
  readonly index: number;
  readonly createdAt: string;
  readonly author: string;
  readonly digest: string;
  /** Of the text as Twilio may write it; undefined where that is the same. */
  readonly canonical?: string | undefined;
  /** It fills a hole behind the cursor, or is put back there. */
  readonly late: boolean;
};

const newIntent = (deps: BridgeDeps, lane: Lane, of: NewIntent) => {
  const a = laneAttributes(lane);
  const { leaseMs, settleMs } = deps.settings;
  const notAfter = deps.clock.now() + leaseMs;
  return {
    set: {
      [a.intentSid]: of.sid,
      [a.intentIndex]: of.index,
      [a.intentCreatedAt]: of.createdAt,
      [a.intentAuthor]: of.author,
      [a.intentDigest]: of.digest,
      ...(of.canonical === undefined ? {} : { [a.intentCanonical]: of.canonical }),
      [a.intentNotAfter]: notAfter,
      [a.intentSettlesAt]: notAfter + settleMs,
      ...(of.late ? { [a.intentLate]: 1 } : {}),
    },
    copy: { [a.intentTail]: laneAttributes(otherLane(lane)).cursor },
    add: { [a.fence]: 1 },
  };
};

/** The fast path's one look and first write: claims the lane for the message right behind the cursor. */
export const claim = async (
  deps: BridgeDeps,
  { pair, lane, from }: { readonly pair: PairId; readonly lane: Lane; readonly from: ContainerSid },
  of: NewIntent,
  cursor: number,
): Promise<LaneWrite<Claim>> => {
  const a = laneAttributes(lane);
  const written = await writeLane(deps, pair, lane, {
    when: [
      ['=', 'state', 'open'],
      ['=', source(lane), from],
      ['=', a.cursor, cursor],
      laneIsFree(lane),
      ['lacks', a.dirtyUpTo],
      ['lacks', 'heldUntil'],
    ],
    ...newIntent(deps, lane, of),
  });
  return claimed(written, lane);
};

/** Reconcile's start: from here on no older run can write. */
export const fence = async (deps: BridgeDeps, lease: LaneLease): Promise<LaneWrite> => {
  const { pair, lane } = lease;
  const written = await writeLane(deps, pair.id, lane, {
    when: [fenceIsMine(lease), laneIsFree(lane)],
    add: { [laneAttributes(lane).fence]: 1 },
  });
  return leased(written, lane);
};

/** Reconcile's claim: any message, also one behind the cursor when its index is a hole. */
export const intend = async (deps: BridgeDeps, lease: LaneLease, of: NewIntent): Promise<LaneWrite<Claim>> => {
  const { pair, lane } = lease;
  const written = await writeLane(deps, pair.id, lane, {
    when: [fenceIsMine(lease), laneIsFree(lane)],
    ...newIntent(deps, lane, of),
  });
  return claimed(written, lane);
};

/**
 * Takes over an intent whose owner is gone, to record what was seen of it. No call is made for it any more, so neither
 * of its moments moves: whoever finds it taken and left looks as well.
 */
export const take = async (deps: BridgeDeps, lease: LaneLease): Promise<LaneWrite<Claim>> => {
  const { pair, lane } = lease;
  const a = laneAttributes(lane);
  const written = await writeLane(deps, pair.id, lane, {
    when: [fenceIsMine(lease), ['has', a.intentSid]],
    add: { [a.fence]: 1 },
  });
  return claimed(written, lane);
};

/** One try more of the message that the intent stands for. */
const tried = (deps: BridgeDeps, { pair, lane, intent }: Claim) => {
  const a = laneAttributes(lane);
  const before = pair.lanes[lane].tried;
  const again = before?.sid === intent.sid ? before : undefined;
  return {
    [a.triedSid]: intent.sid,
    [a.triedTimes]: (again?.times ?? 0) + 1,
    [a.triedSince]: again?.since ?? deps.clock.now(),
  };
};

/** The intent did not happen, and cannot any more. `counts`: it was tried, and Twilio would not take it. */
export const clear = async (deps: BridgeDeps, claim: Claim, counts = false): Promise<LaneWrite> => {
  const { pair, lane } = claim;
  const written = await writeLane(deps, pair.id, lane, {
    when: [fenceIsMine(claim)],
    set: counts ? tried(deps, claim) : {},
    remove: intentAttributes(lane),
  });
  return leased(written, lane);
};

/**
 * No call for this intent can leave any more, but its outcome is unknown: settling starts now.
 * @param settleMs from now until what is not seen is not there.
 */
export const lapse = async (deps: BridgeDeps, claim: Claim, settleMs: number): Promise<LaneWrite> => {
  const { pair, lane } = claim;
  const a = laneAttributes(lane);
  const now = deps.clock.now();
  const written = await writeLane(deps, pair.id, lane, {
    when: [fenceIsMine(claim)],
    set: {
      [a.intentNotAfter]: now,
      [a.intentSettlesAt]: now + settleMs,
      ...tried(deps, claim),
      ...dueMark(pair),
    },
  });
  return leased(written, lane);
};
