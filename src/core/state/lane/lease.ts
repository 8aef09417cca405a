/**
 * A lane belongs to the run that holds its latest fence. Each write names the fence that its run was given, so a run
 * that slept while another one took the lane over can change nothing any more. (The marks name none: they only add.)
 *
 *            claim            notAfter - request      notAfter                  settlesAt
 *   free  ─────┼── may call Twilio ──┼── may not begin ──┼── looked for: adopt what ──┼── what is not seen
 *                                                           is proven                   is not there: free
 *
 * A run that got no answer lapses its intent: notAfter is then. Nobody but it moves settlesAt, which is SETTLE after
 * notAfter, or ANSWERED_SETTLE after an error that Twilio itself answered.
 *
 * A write is one conditional write of the pair's item, and repeatable: its nonce tells its own lost answer from a
 * rival's.
 */
import type { BridgeDeps } from '../../deps.ts';
import type { Lane } from '../../model/event.ts';
import { destination, source } from '../../model/event.ts';
import type { ContainerSid } from '../../model/sids.ts';
import type { Change, Test } from '../../ports/change.ts';
import { laneAttributes, onList, type PairId, pairKey } from '../items.ts';
import { hasBothContainers, type Intent, type LinkedPair, type Pair, readPair } from '../pair.ts';

/** One lane in the hands of a run: `from` is its source's container, `into` its destination's. */
export type LaneLease = {
  readonly pair: LinkedPair;
  readonly lane: Lane;
  readonly from: ContainerSid;
  readonly into: ContainerSid;
};

/** A lease under which an intent stands: the run that made it may call Twilio for it, until `notAfter`. */
export type Claim = LaneLease & { readonly intent: Intent };

/** `lease`: how the lane stands after the write. Not ok: the pair as it stands, for another run has changed it. */
export type LaneWrite<Lease extends LaneLease = LaneLease> =
  | { readonly ok: true; readonly lease: Lease }
  | { readonly ok: false; readonly pair: Pair | undefined };

export const leaseOf = (pair: LinkedPair, lane: Lane): LaneLease => ({
  pair,
  lane,
  from: pair[source(lane)],
  into: pair[destination(lane)],
});

export type PairWrite =
  | { readonly ok: true; readonly pair: Pair }
  | { readonly ok: false; readonly pair: Pair | undefined };

export const writeLane = async (
  deps: BridgeDeps,
  id: PairId,
  lane: Lane,
  change: Omit<Change, 'nonce'>,
): Promise<PairWrite> => {
  const nonce = [laneAttributes(lane).nonce, deps.nonce()] as const;
  const written = await deps.store.write(pairKey(id), { ...change, nonce });
  const pair = readPair(written.ok ? written.item : written.old);
  return written.ok && pair !== undefined ? { ok: true, pair } : { ok: false, pair };
};

/** After a write that leaves no intent. */
export const leased = (written: PairWrite, lane: Lane): LaneWrite =>
  written.ok && hasBothContainers(written.pair)
    ? { ok: true, lease: leaseOf(written.pair, lane) }
    : { ok: false, pair: written.pair };

/** After a write that leaves an intent. */
export const claimed = (written: PairWrite, lane: Lane): LaneWrite<Claim> => {
  const intent = written.pair?.lanes[lane].intent;
  if (!written.ok || !hasBothContainers(written.pair) || intent === undefined) return { ok: false, pair: written.pair };
  return { ok: true, lease: { ...leaseOf(written.pair, lane), intent } };
};

/** No other run has taken the lane over since this lease was given. */
export const fenceIsMine = ({ pair, lane }: LaneLease): Test => [
  '=',
  laneAttributes(lane).fence,
  pair.lanes[lane].fence,
];

/** No intent stands: no call to Twilio is under way, and none has an unknown end. */
export const laneIsFree = (lane: Lane): Test => ['lacks', laneAttributes(lane).intentSid];

export const intentAttributes = (lane: Lane): readonly string[] => {
  const a = laneAttributes(lane);
  return [
    a.intentSid,
    a.intentIndex,
    a.intentCreatedAt,
    a.intentAuthor,
    a.intentDigest,
    a.intentCanonical,
    a.intentNotAfter,
    a.intentSettlesAt,
    a.intentTail,
    a.intentLate,
  ];
};

export const dueMark = (pair: Pair) => onList('due', pair.id);
