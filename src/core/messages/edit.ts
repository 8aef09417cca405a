/**
 * Edits and removals: a copy is made to say what its source says now. The source's current state counts, not what a
 * webhook said, so that events may come in any order, twice, or never.
 */

import { stampOn } from '../copies/find.ts';
import { claimedStamp } from '../copies/stamp.ts';
import { isCopyableNow, isEditRefused, originalOf, saysSoAlready, updateCopy } from '../copies/update.ts';
import type { BridgeDeps } from '../deps.ts';
import type { Work } from '../jobs/envelope.ts';
import type { Run } from '../jobs/run.ts';
import { sendJobOn } from '../jobs/send.ts';
import type { Lane, Message } from '../model/event.ts';
import { laneFrom, otherLane, source } from '../model/event.ts';
import { lookAgain, type Outcome, retry, skipped } from '../model/outcome.ts';
import { LOOK_AGAIN_SECONDS, LOOKS, TWILIO_PAGE } from '../model/times.ts';
import { reconcile } from '../reconcile/reconcile.ts';
import { leaseOf } from '../state/lane/lease.ts';
import { markStale } from '../state/lane/waiting-marks.ts';
import { readRow, readRowOrUnsaid, writeNeverCopied } from '../state/ledger.ts';
import { containerOf, hasBothContainers, type LaneState, loadPair, type Pair } from '../state/pair.ts';
import type { PairIds } from '../state/pair-ids.ts';
import { redriveMessage } from './redrive.ts';
import type { MessageEvent } from './replicate.ts';

/** @throws TwilioError; repeating is safe. */
export const applyEdit = async (deps: BridgeDeps, pairs: PairIds, event: MessageEvent, run: Run): Promise<Outcome> => {
  const lane = laneFrom(event.side);
  const { sid } = event.message;
  const id = await pairs.find(event.side, event.container);
  const pair = id === undefined ? undefined : await loadPair(deps.store, id);
  if (pair === undefined) return skipped('not_linked');
  if (hasBothContainers(pair)) {
    if (pair[event.side] !== event.container) return skipped('old_generation');
    const isOfEarlier = event.message.index <= pair.lanes[lane].floor;
    if (isOfEarlier && (await readRowOrUnsaid(deps, { pair, lane, sid })) === undefined)
      return skipped('old_generation');
  }
  if (event.type === 'message.removed') await markNeverCopied(deps, pair, otherLane(lane), event);
  const updated = await updateIfCopied(deps, pair, lane, event, run);
  if (updated !== undefined) return updated;
  const edit = decideEdit(pair.lanes[lane], event.message, deps.settings.deployment);
  switch (edit) {
    case 'copy first': {
      // Its own event may still come, and knows nothing of this: the row keeps it away.
      if (event.type === 'message.removed') await writeNeverCopied(deps, { pair, lane, sid });
      const outcome = await reconcile(deps, pair.id, lane, run);
      return outcome.end === 'reconciled' ? afterCopying(deps, pair, lane, event, run, outcome) : outcome;
    }
    case 'revert':
      await sendJobOn(deps, pair, otherLane(lane), await revertJob(deps, pair, otherLane(lane), event));
      return skipped('own');
    case 'ignore':
      return skipped('own');
    default:
      return edit satisfies never;
  }
};

/**
 * What an edit or a removal means of which the ledger knows nothing. Pure. `copy first`: the message has not crossed,
 * or may have crossed as it was; it is copied as it stands now. `revert`: a person changed the bridge's copy by hand,
 * and the lane that wrote it puts it right. `ignore`: the webhook tells of the bridge's own update.
 */
export const decideEdit = (
  { cursor, intent, holes }: LaneState,
  { sid, index, attributes }: Pick<Message, 'sid' | 'index' | 'attributes'>,
  deployment: string,
): 'copy first' | 'revert' | 'ignore' => {
  if (index > cursor || intent?.sid === sid || holes.has(index)) return 'copy first';
  return claimedStamp(attributes)?.d === deployment ? 'revert' : 'ignore';
};

/** What was under way already may have crossed as it was before the edit. */
const afterCopying = async (
  deps: BridgeDeps,
  pair: Pair,
  lane: Lane,
  event: MessageEvent,
  run: Run,
  outcome: Outcome,
): Promise<Outcome> => {
  const updated = await updateIfCopied(deps, pair, lane, event, run);
  if (updated !== undefined) return updated;
  const from = containerOf(pair, source(lane));
  const original = from === undefined ? undefined : await originalOf(deps, { lane, from }, event.message.sid);
  return original === undefined ? outcome : retry(LOOK_AGAIN_SECONDS, 'list_behind');
};

/** Of what may stand on no newest page both ends are read as a whole, if it is a copy, and is still put right. */
const revertJob = async (deps: BridgeDeps, pair: Pair, lane: Lane, { type, message }: MessageEvent): Promise<Work> => {
  const job = { kind: 'reconcile', pair: pair.id, lane, because: 'edited_by_hand' } as const;
  const claim = claimedStamp(message.attributes);
  const isOld = message.index <= pair.lanes[otherLane(lane)].cursor - TWILIO_PAGE / 2;
  if (type === 'message.removed' || claim === undefined || !isOld) return job;
  const row = await readRow(deps, { pair, lane, sid: claim.s });
  const isItsCopy = row?.state === 'copied' && row.copy === message.sid && row.refused === undefined;
  return isItsCopy ? { ...job, full: true } : job;
};

/**
 * A person deleted a copy, perhaps before the answer to its write was heard: a run that looks whether it stands there
 * must not take that for a write that never was. Does nothing when the ledger knows the copy.
 */
export const markNeverCopied = async (
  deps: BridgeDeps,
  pair: Pair,
  writer: Lane,
  { container, message }: Pick<MessageEvent, 'container' | 'message'>,
): Promise<void> => {
  const stamp = stampOn(deps.settings, { lane: writer, into: container }, message);
  if (stamp?.k === 'copy' || stamp?.k === 'silent') await writeNeverCopied(deps, { pair, lane: writer, sid: stamp.s });
};

/** @returns undefined when the ledger knows nothing of it. */
const updateIfCopied = async (
  deps: BridgeDeps,
  pair: Pair,
  lane: Lane,
  event: MessageEvent,
  run: Run,
): Promise<Outcome | undefined> => {
  const { sid } = event.message;
  const row = await readRow(deps, { pair, lane, sid });
  if (row === undefined) return undefined;
  if (row.state === 'removed') return skipped('removed');
  if (!hasBothContainers(pair)) return undefined;
  const original = event.type === 'message.removed' ? undefined : await originalOf(deps, leaseOf(pair, lane), sid);
  // What is read may be older than the edit, and beyond the newest page nothing would find that: it is looked at again.
  if (original !== undefined && original.body.toWellFormed() !== event.message.body.toWellFormed())
    await markStale(deps, pair.id, lane, sid);
  // A look at one message may be behind by seconds, and what is gone has a webhook of its own.
  if (original === undefined && event.type === 'message.updated' && run.attempts <= LOOKS) return lookAgain();
  if (original !== undefined && isCopyableNow(deps, lane, row, original)) {
    // Late, for its successors have crossed.
    const outcome = await redriveMessage(deps, { pair: pair.id, lane, sid }, run);
    if (outcome.end === 'deferred') await markStale(deps, pair.id, lane, sid);
    return outcome;
  }
  // Nothing compares an earlier conversation: if the look was only behind, nobody would find the text.
  if (row.state === 'skipped' && event.message.index <= pair.lanes[lane].floor && run.attempts <= LOOKS)
    return lookAgain();
  if (row.state !== 'copied') return skipped(row.state === 'skipped' ? 'empty' : row.state);
  const across = { pair, lane, sid, row };
  if (original !== undefined) {
    // Another app may have changed nothing but attributes.
    if (isEditRefused(deps, across, original)) return skipped('parked');
    if (await saysSoAlready(deps, across, original)) return skipped('already');
  }
  return updateCopy(deps, across, original);
};
