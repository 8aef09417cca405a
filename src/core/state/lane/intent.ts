/** Before a call stands an intent: who claims a lane, takes one over, gives it back, or does not know what became of it. */

import type { BridgeDeps } from '../../deps.ts';
import type { Lane } from '../../model/event.ts';
import { laneAttributes, type PairId } from '../items.ts';
import { otherLane, source } from '../pair.ts';
import { dueMark, intentAttributes, type LaneLease, type LaneWrite, writeLane } from './write.ts';

export type NewIntent = {
  readonly sid: string;
  readonly index: number;
  readonly createdAt: string;
  readonly author: string;
  readonly digest: string;
  /** It fills a hole behind the cursor, or is put back there. */
  readonly late: boolean;
};

const intent = (deps: BridgeDeps, lane: Lane, of: NewIntent) => {
  const a = laneAttributes(lane);
  return {
    set: {
      [a.intentSid]: of.sid,
      [a.intentIndex]: of.index,
      [a.intentCreatedAt]: of.createdAt,
      [a.intentAuthor]: of.author,
      [a.intentDigest]: of.digest,
      [a.intentNotAfter]: deps.clock.now() + deps.settings.leaseMs,
      ...(of.late ? { [a.intentLate]: 1 } : {}),
    },
    copy: { [a.intentTail]: laneAttributes(otherLane(lane)).cursor },
    add: { [a.fence]: 1 },
  };
};

/** The fast path's one look and first write: the lane is mine for this message if it stands right behind the cursor. */
export const claim = (
  deps: BridgeDeps,
  pair: PairId,
  lane: Lane,
  container: string,
  of: NewIntent,
  cursor: number,
): Promise<LaneWrite> => {
  const a = laneAttributes(lane);
  return writeLane(deps, pair, lane, {
    when: [
      ['=', 'state', 'open'],
      ['=', source(lane), container],
      ['=', a.cursor, cursor],
      ['lacks', a.intentSid],
      ['lacks', a.dirtyUpTo],
      ['lacks', 'heldUntil'],
    ],
    ...intent(deps, lane, of),
  });
};

/** Reconcile's start: from here on no older run can write. */
export const fence = (deps: BridgeDeps, { pair, lane }: LaneLease): Promise<LaneWrite> => {
  const a = laneAttributes(lane);
  return writeLane(deps, pair.id, lane, {
    when: [
      ['=', a.fence, pair.lanes[lane].fence],
      ['lacks', a.intentSid],
    ],
    add: { [a.fence]: 1 },
  });
};

/** Reconcile's claim: any message, also one behind the cursor when its index is a hole. */
export const intend = (deps: BridgeDeps, { pair, lane }: LaneLease, of: NewIntent): Promise<LaneWrite> => {
  const a = laneAttributes(lane);
  return writeLane(deps, pair.id, lane, {
    when: [
      ['=', a.fence, pair.lanes[lane].fence],
      ['lacks', a.intentSid],
    ],
    ...intent(deps, lane, of),
  });
};

/** Takes over an intent whose owner is gone. */
export const take = (deps: BridgeDeps, { pair, lane }: LaneLease): Promise<LaneWrite> => {
  const a = laneAttributes(lane);
  return writeLane(deps, pair.id, lane, {
    when: [
      ['=', a.fence, pair.lanes[lane].fence],
      ['has', a.intentSid],
    ],
    set: { [a.intentNotAfter]: deps.clock.now() + deps.settings.leaseMs },
    add: { [a.fence]: 1 },
  });
};

/** One try more of the message that the intent stands for. */
const tried = (deps: BridgeDeps, { pair, lane }: LaneLease) => {
  const a = laneAttributes(lane);
  const { intent, tried: before } = pair.lanes[lane];
  if (intent === undefined) return {};
  const again = before?.sid === intent.sid ? before : undefined;
  return {
    [a.triedSid]: intent.sid,
    [a.triedTimes]: (again?.times ?? 0) + 1,
    [a.triedSince]: again?.since ?? deps.clock.now(),
  };
};

/** The intent did not happen, and cannot any more. `counts`: it was tried, and Twilio would not take it. */
export const clear = (deps: BridgeDeps, lease: LaneLease, counts = false): Promise<LaneWrite> =>
  writeLane(deps, lease.pair.id, lease.lane, {
    when: [['=', laneAttributes(lease.lane).fence, lease.pair.lanes[lease.lane].fence]],
    set: counts ? tried(deps, lease) : {},
    remove: intentAttributes(lease.lane),
  });

/** Nothing more can leave for this intent, but nobody knows what became of it: settling starts now. */
export const lapse = (deps: BridgeDeps, lease: LaneLease): Promise<LaneWrite> =>
  writeLane(deps, lease.pair.id, lease.lane, {
    when: [['=', laneAttributes(lease.lane).fence, lease.pair.lanes[lease.lane].fence]],
    set: {
      [laneAttributes(lease.lane).intentNotAfter]: deps.clock.now(),
      ...tried(deps, lease),
      ...dueMark(lease.pair),
    },
  });
