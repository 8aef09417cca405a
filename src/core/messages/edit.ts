/**
 * Edits and removals: a copy is made to say what its source says now. The source's current state counts, not what a
 * webhook told, so that events may come in any order, twice, or never.
 */

import { claimedStamp, provenStamp } from '../copies/stamp.ts';
import { isCopyableNow, originalOf, updateCopy } from '../copies/update.ts';
import type { BridgeDeps } from '../deps.ts';
import type { Run } from '../jobs/run.ts';
import { sendJob } from '../jobs/send.ts';
import type { Lane } from '../model/event.ts';
import { LOOKS, lookAgain, type Outcome, retry, skipped } from '../model/outcome.ts';
import { reconcile } from '../reconcile/reconcile.ts';
import { markStale } from '../state/lane/marks.ts';
import { readRow, writeNeverCopied } from '../state/ledger.ts';
import { containerOf, laneFrom, loadPair, otherLane, type Pair, source } from '../state/pair.ts';
import type { PairIds } from '../state/pair-ids.ts';
import { redriveMessage } from './redrive.ts';
import type { MessageEvent } from './replicate.ts';

/** @throws TwilioTrouble; repeating is safe. */
export const applyEdit = async (deps: BridgeDeps, pairs: PairIds, event: MessageEvent, run: Run): Promise<Outcome> => {
  const lane = laneFrom(event.side);
  const { sid, index } = event.message;
  const id = await pairs.find(event.side, event.container);
  const pair = id === undefined ? undefined : await loadPair(deps.store, id);
  if (pair === undefined) return skipped('not_linked');
  if (event.type === 'message.removed') await markNeverCopied(deps, pair, otherLane(lane), event);
  const updated = await updateIfCopied(deps, pair, lane, event, run);
  if (updated !== undefined) return updated;
  // Not across yet: it is brought over as it stands then. What was under way already may have crossed as it was.
  const { cursor, intent, holes } = pair.lanes[lane];
  if (index > cursor || intent?.sid === sid || holes.has(index)) {
    // Its own event may still come, and knows nothing of this: the row keeps it away.
    if (event.type === 'message.removed') await writeNeverCopied(deps, { pair, lane, sid });
    const outcome = await reconcile(deps, pair.id, lane, run);
    if (outcome.end !== 'reconciled') return outcome;
    const across = await updateIfCopied(deps, pair, lane, event, run);
    if (across !== undefined) return across;
    return (await originalOf(deps, pair, lane, sid)) === undefined ? outcome : retry(2, 'list is behind');
  }
  if (claimedStamp(event.message.attributes)?.d !== deps.settings.deployment) return skipped('own');
  // Somebody altered a copy by hand: the lane that wrote it puts it right.
  await askOtherLane(deps, pair, otherLane(lane));
  return skipped('own');
};

/**
 * Somebody deleted a copy, perhaps before the answer to its write was heard: whoever looks whether it stands there must
 * not take that for a write that never was. Does nothing when the ledger knows the copy.
 */
const markNeverCopied = async (deps: BridgeDeps, pair: Pair, writer: Lane, { container, message }: MessageEvent) => {
  const { author, body, attributes } = message;
  const stamp = provenStamp(deps.settings.stampKey, { lane: writer, container, author, body }, attributes);
  if (stamp?.k === 'copy') await writeNeverCopied(deps, { pair, lane: writer, sid: stamp.s });
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
  const original = event.type === 'message.removed' ? undefined : await originalOf(deps, pair, lane, sid);
  // A look at one message may be behind by seconds, and what is gone has a webhook of its own.
  if (original === undefined && event.type === 'message.updated' && run.attempts <= LOOKS) return lookAgain();
  if (original !== undefined && isCopyableNow(deps, lane, row, original)) {
    // Late, for its successors have crossed.
    const outcome = await redriveMessage(deps, { pair: pair.id, lane, sid }, run);
    if (outcome.end === 'deferred') await markStale(deps, pair.id, lane, sid);
    return outcome;
  }
  if (row.state !== 'copied') return skipped(row.state === 'skipped' ? 'empty' : row.state);
  return updateCopy(deps, { pair, lane, sid, row }, original);
};

const askOtherLane = async (deps: BridgeDeps, pair: Pair, lane: Lane): Promise<void> => {
  const work = { kind: 'reconcile', pair: pair.id, lane, because: 'altered by hand' } as const;
  if (containerOf(pair, source(lane)) !== undefined) await sendJob(deps, pair, { lane, work });
};
