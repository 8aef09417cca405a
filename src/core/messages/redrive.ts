/**
 * What was parked is put back as its source says it now: a message late, an edit in its copy. So is a message that said
 * nothing when it was passed by. Repeating is safe: the ledger's row decides under the lane's fence, and a copy that
 * stands already is adopted.
 */

import { deliver, outcomeOf, settleCopy } from '../copies/deliver.ts';
import { copiesAmong } from '../copies/find.ts';
import { intentFor } from '../copies/fingerprint.ts';
import { readBack } from '../copies/read-back.ts';
import { render } from '../copies/render.ts';
import { type CopyOf, originalOf, updateCopy } from '../copies/update.ts';
import { type BridgeDeps, chatSide } from '../deps.ts';
import type { Run } from '../jobs/run.ts';
import { mayOutlast } from '../jobs/run.ts';
import type { Lane, Message } from '../model/event.ts';
import { destination } from '../model/event.ts';
import { deferred, leaseLost, lookAgain, type Outcome, retry, skipped } from '../model/outcome.ts';
import type { MessageSid } from '../model/sids.ts';
import { LOOKS } from '../model/times.ts';
import type { PairId } from '../state/items.ts';
import { fence, intend } from '../state/lane/intent.ts';
import type { LaneLease } from '../state/lane/lease.ts';
import { leaseOf } from '../state/lane/lease.ts';
import {
  isEditParked,
  type LedgerRow,
  readRow,
  readRowOrUnsaid,
  writeRemoved,
  writeSkipped,
  writeUnparked,
} from '../state/ledger.ts';
import { linkedOr, loadPair } from '../state/pair.ts';

/** `pair` is the pair's key (state/pair.ts), `sid` the parked message's. */
export type Redrive = { readonly pair: PairId; readonly lane: Lane; readonly sid: MessageSid };

/**
 * @returns `replicated`; `parked` when Twilio refused it again; `skipped`: `already` (nothing is parked under this SID
 * any more), `removed` (gone at its source), `empty`, `closed`, `not_linked`; `deferred` while the pair is held; or a
 * retry.
 * @throws TwilioError when a side could not be read.
 */
export const redriveMessage = async (deps: BridgeDeps, job: Redrive, run: Run): Promise<Outcome> => {
  const { lane, sid } = job;
  const known = await loadPair(deps.store, job.pair);
  if (known === undefined) return skipped('already');
  const of = { pair: known, lane, sid };
  const stands = await readRowOrUnsaid(deps, of);
  if (stands === undefined && known.generation > 1) {
    for (let generation = known.generation - 1; generation > 0; generation -= 1)
      await writeUnparked(deps, { ...of, pair: { ...known, generation } }, 'old_generation');
    return skipped('old_generation');
  }
  if (!isWaiting(stands) && !isEditParked(stands)) return skipped('already');
  const pair = linkedOr(known);
  // It would stand among the parked for half a year, and its dead letter ring, though nobody can do anything about it.
  if (pair === 'closed') await writeUnparked(deps, of, pair);
  if (typeof pair === 'string') return skipped(pair);
  if (pair.heldUntil !== undefined && deps.clock.now() < pair.heldUntil) return deferred('held');

  if (isEditParked(stands)) return redriveEdit(deps, { pair, lane, sid, row: stands }, run);
  const freed = await readBack(deps, leaseOf(pair, lane));
  if (!freed.free) return freed.outcome;
  const fenced = await fence(deps, freed.lease);
  if (!fenced.ok) return leaseLost();
  // Under the fence, for what was under way a moment ago may have been this very message.
  const row = await readRow(deps, of);
  if (!isWaiting(row)) return settledMeanwhile(row);
  return copyLate(deps, fenced.lease, sid, run);
};

/** Parked, or passed by because it said nothing then. */
const isWaiting = (row: LedgerRow | undefined): row is Extract<LedgerRow, { state: 'parked' | 'skipped' }> =>
  row?.state === 'parked' || row?.state === 'skipped';

/** The message is across, but what a person made of it later is not. */
const redriveEdit = async (deps: BridgeDeps, copy: CopyOf, { attempts }: Run): Promise<Outcome> => {
  const original = await originalOf(deps, leaseOf(copy.pair, copy.lane), copy.sid);
  // A look at one message may be behind by seconds, and its copy would go.
  if (original === undefined && attempts <= LOOKS) return lookAgain();
  return updateCopy(deps, copy, original);
};

const settledMeanwhile = (row: LedgerRow | undefined): Outcome =>
  row?.state === 'copied' ? { end: 'replicated', copies: [row.copy] } : skipped('already');

const copyLate = async (deps: BridgeDeps, lease: LaneLease, sid: MessageSid, run: Run): Promise<Outcome> => {
  const { pair, lane } = lease;
  const message = await originalOf(deps, lease, sid);
  // A look at one message may be behind by seconds.
  if (message === undefined && run.attempts <= LOOKS) return lookAgain();
  if (message === undefined) {
    await writeRemoved(deps, { pair, lane, sid });
    return skipped('removed');
  }
  const rendered = render(lane, message, pair, true);
  if (rendered === undefined) {
    await writeSkipped(deps, { pair, lane, sid }, 'empty');
    return skipped('empty');
  }
  const copy = await standingCopy(deps, lease, sid);
  if (mayOutlast(deps, run.deadline)) return retry(0, 'no_time_left');
  const intended = await intend(deps, lease, intentFor(deps.settings.stampKey, lane, message, true));
  if (!intended.ok) return leaseLost();
  const gaps = { missing: [], listedAt: deps.clock.now() };
  return outcomeOf(
    copy === undefined
      ? await deliver(deps, intended.lease, message, rendered, gaps, run.attempts)
      : await settleCopy(deps, intended.lease, copy, gaps),
  );
};

/** A copy of it on the destination's newest page. */
const standingCopy = async (deps: BridgeDeps, lease: LaneLease, sid: MessageSid): Promise<Message | undefined> => {
  const page = await chatSide(deps, destination(lease.lane)).listMessages(lease.into, 'desc');
  return copiesAmong(deps.settings, lease, page.messages).proven.get(sid)?.[0];
};
