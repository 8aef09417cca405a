/**
 * Reconcile: compares a lane's two ends and repairs the difference in order. Copying history at linking, filling a
 * hole, recovering from an outage, the sweep and the operator's repair are this one operation; the webhook's fast path
 * is its short cut.
 *
 * How: settle the intent that stands; take the fence, so that no older run can write; copy forwards what has not
 * crossed, in order of its index; then look backwards at what has: edits, removals, copies that were changed or stand
 * twice.
 */

import { type Delivered, deliver, settleCopy } from '../copies/deliver.ts';
import { copiesAmong } from '../copies/find.ts';
import { intentFor } from '../copies/fingerprint.ts';
import { isOwnMessage } from '../copies/own-message.ts';
import { readBack } from '../copies/read-back.ts';
import { render } from '../copies/render.ts';
import { type BridgeDeps, chatSide } from '../deps.ts';
import { mayOutlast, newTally, type Run, type Tally, unsure } from '../jobs/run.ts';
import type { Lane, Message } from '../model/event.ts';
import { destination, otherLane, source } from '../model/event.ts';
import { deferred, leaseLost, type Outcome, retry, skipped } from '../model/outcome.ts';
import { GONE_AFTER_MS } from '../model/times.ts';
import type { PairId } from '../state/items.ts';
import { clean } from '../state/lane/clean.ts';
import { releaseInTime } from '../state/lane/hold.ts';
import { fence, intend } from '../state/lane/intent.ts';
import { type LaneLease, leaseOf } from '../state/lane/lease.ts';
import { readRow, writeSkipped } from '../state/ledger.ts';
import { hasBothContainers, type LaneState, linkedOr, loadPair } from '../state/pair.ts';
import { markActive } from '../state/sweep-lists.ts';
import { compareEnds, type End } from './compare.ts';
import { allMissing, type Listed, noteMissing, startListing } from './gaps.ts';
import { repairFindings } from './repair.ts';
import { readAll, sourceBatches } from './source-list.ts';
import { applyStaleEdits } from './stale-edits.ts';

/**
 * Brings one lane up to date.
 * @returns `reconciled` with how many messages were repaired, or a retry; with progress when only time ran out.
 * @throws TwilioError when a side could not be read.
 */
export const reconcile = async (deps: BridgeDeps, id: PairId, lane: Lane, run: Run): Promise<Outcome> => {
  const pair = linkedOr(await loadPair(deps.store, id));
  if (typeof pair === 'string') return skipped(pair);
  const lease = await afterHold(deps, leaseOf(pair, lane));
  if (lease === undefined) return deferred('held');
  const freed = await readBack(deps, lease);
  if (!freed.free) return freed.outcome;
  const fenced = await fence(deps, freed.lease);
  if (!fenced.ok) return leaseLost(freed.adopted);
  const tally = run.tally ?? newTally();
  if (freed.adopted) tally.repaired += 1;
  return compareAndRepair(deps, startProgress(deps, fenced.lease, tally), run);
};

const overtaken = ({ repaired }: Tally): Outcome => leaseLost(repaired > 0);

/** @returns undefined while the pair is held. */
const afterHold = async (deps: BridgeDeps, lease: LaneLease): Promise<LaneLease | undefined> => {
  if (lease.pair.heldUntil === undefined) return lease;
  const { pair } = await releaseInTime(deps, lease);
  return pair === undefined || pair.heldUntil !== undefined || !hasBothContainers(pair)
    ? undefined
    : leaseOf(pair, lease.lane);
};

/** How far a run has come. */
type Progress = {
  lease: LaneLease;
  readonly tally: Tally;
  readonly listed: Listed;
  /** Source SIDs that this run has repaired. */
  readonly crossed: Set<string>;
  /** The newest part of the source, when it was read in one piece. */
  newestPage: End | undefined;
};

const startProgress = (deps: BridgeDeps, lease: LaneLease, tally: Tally): Progress => ({
  lease,
  tally,
  listed: startListing(lease.pair.lanes[lease.lane], deps.clock.now()),
  crossed: new Set(),
  newestPage: undefined,
});

const laneOf = ({ lease }: Progress): LaneState => lease.pair.lanes[lease.lane];

const compareAndRepair = async (deps: BridgeDeps, progress: Progress, run: Run): Promise<Outcome> => {
  const { tally, listed } = progress;
  const into = await newestOf(deps, progress.lease);
  const stop = await forwards(deps, progress, into, run);
  if (stop !== undefined) return stop;
  const applied = await backwards(deps, progress, into, run.full ?? false);
  const { upTo: listedUpTo, at: listedAt, showsHoles } = listed;
  const missing = allMissing(listed, laneOf(progress));
  const cleaned = await clean(deps, progress.lease, { listedUpTo, missing, listedAt, showsHoles, applied });
  if (!cleaned.ok) return overtaken(tally);
  noteOpen(tally, cleaned.lease.pair.lanes[progress.lease.lane]);
  return { end: 'reconciled', repaired: tally.repaired };
};

/** What no list shows yet, though something tells of it. */
const noteOpen = (tally: Tally, { holes, dirty }: LaneState): void => {
  for (const found of [...holes.values(), ...(dirty === undefined ? [] : [dirty.since])])
    unsure(tally, found + GONE_AFTER_MS);
};

const newestOf = async (deps: BridgeDeps, { lane, into }: LaneLease): Promise<End> => {
  const page = await chatSide(deps, destination(lane)).listMessages(into, 'desc');
  return { messages: page.messages, whole: page.next === undefined };
};

/** Copies what has not crossed, oldest first. @returns why the run stops here; undefined when all has crossed. */
const forwards = async (deps: BridgeDeps, progress: Progress, into: End, run: Run): Promise<Outcome | undefined> => {
  const { tally } = progress;
  const { proven } = copiesAmong(deps.settings, progress.lease, into.messages);
  for await (const batch of sourceBatches(deps, progress.lease)) {
    for (const message of batch.messages) {
      if (mayOutlast(deps, run.deadline)) return retry(0, 'more_to_copy', tally.repaired > 0);
      // After progress a refusal is a first one again: its pause does not grow with a long copy.
      const attempts = tally.repaired > 0 ? 1 : run.attempts;
      // One whose row was lost is adopted, not sent again.
      const stop = await step(deps, progress, message, proven.get(message.sid)?.at(-1), attempts);
      if (stop !== undefined) return stop;
    }
    if (batch.newest !== undefined) progress.newestPage = { messages: batch.messages, ...batch.newest };
    if (batch.after === undefined) continue;
    const kept = await batch.after(progress.lease);
    if (!kept.ok) return overtaken(tally);
    progress.lease = kept.lease;
  }
  return undefined;
};

/** One source message, in order. @returns why the run stops here; undefined when it goes on. */
const step = async (
  deps: BridgeDeps,
  progress: Progress,
  message: Message,
  copy: Message | undefined,
  attempts: number,
): Promise<Outcome | undefined> => {
  const { lease, listed, tally } = progress;
  const { pair, lane } = lease;
  const { cursor, holes, ownIndices } = laneOf(progress);
  const { index, sid } = message;
  listed.upTo = Math.max(listed.upTo, index);
  const late = index <= cursor;
  if (late && !holes.has(index)) return undefined;
  if (ownIndices.includes(index) || (await isOwnMessage(deps, pair, leaseOf(pair, otherLane(lane)), message))) {
    listed.own.add(index);
    return undefined;
  }
  if (!late) noteMissing(listed, laneOf(progress), message);
  if ((await readRow(deps, { pair, lane, sid })) !== undefined) return undefined;
  const rendered = render(lane, message, pair, late);
  if (rendered === undefined) {
    await writeSkipped(deps, { pair, lane, sid }, 'empty');
    return undefined;
  }
  if (pair.quiet) await markActive(deps, pair.id);
  const intended = await intend(deps, lease, intentFor(deps.settings.stampKey, lane, message, late));
  if (!intended.ok) return overtaken(tally);
  const gaps = { missing: listed.missing, listedAt: listed.at };
  const delivered =
    copy === undefined
      ? await deliver(deps, intended.lease, message, rendered, gaps, attempts)
      : await settleCopy(deps, intended.lease, copy, gaps);
  return after(deps, progress, message, delivered);
};

const after = (deps: BridgeDeps, progress: Progress, { sid }: Message, delivered: Delivered): Outcome | undefined => {
  const { tally } = progress;
  const { lane } = progress.lease;
  switch (delivered.end) {
    case 'done':
      deps.journal({ step: 'replicated', type: 'reconcile', lane, sids: [sid, delivered.copy] });
      break;
    case 'parked': {
      const { reason, code } = delivered;
      deps.journal({ step: 'parked', type: 'reconcile', lane, reason, code, sids: [sid] });
      break;
    }
    case 'overtaken':
      return overtaken(tally);
    case 'stopped': {
      const { outcome } = delivered;
      return outcome.end === 'retry' ? { ...outcome, progress: tally.repaired > 0 } : outcome;
    }
    default:
      return delivered satisfies never;
  }
  progress.lease = { ...progress.lease, pair: delivered.pair };
  tally.repaired += 1;
  progress.crossed.add(sid);
  progress.listed.missing = [];
  return undefined;
};

/**
 * Looks at what is behind the cursor: edits and removals whose webhook never came, copies that were changed or stand
 * twice.
 * @returns SIDs whose stale edits were applied.
 */
const backwards = async (
  deps: BridgeDeps,
  progress: Progress,
  into: End,
  full: boolean,
): Promise<readonly string[]> => {
  const { lease, tally } = progress;
  const applied = await applyStaleEdits(deps, lease, tally);
  const [from, to] = full ? await wholeEnds(deps, lease) : [progress.newestPage, into];
  if (from === undefined) return applied;
  // What this run has copied is not on the destination's page, which was read before.
  const messages = from.messages.filter(({ sid }) => full || !progress.crossed.has(sid));
  await repairFindings(deps, lease, compareEnds(deps.settings, lease, { ...from, messages }, to), tally);
  return applied;
};

const wholeEnds = async (deps: BridgeDeps, { lane, from, into }: LaneLease): Promise<readonly [End, End]> => [
  { messages: await readAll(deps, source(lane), from), whole: true },
  { messages: await readAll(deps, destination(lane), into), whole: true },
];
