/**
 * What was parked is put back as its source says it now: a message late, an edit in its copy. So is a message that said
 * nothing when it was passed by. Repeating is safe: the ledger's row decides under the lane's fence, and a copy that
 * stands already is adopted.
 */

import { deliver, outcomeOf, settleCopy } from '../copies/deliver.ts';
import { intentFor } from '../copies/fingerprint.ts';
import { readBack } from '../copies/read-back.ts';
import { render } from '../copies/render.ts';
import { provenStamp } from '../copies/stamp.ts';
import { originalOf, updateCopy } from '../copies/update.ts';
import { type BridgeDeps, chatSide } from '../deps.ts';
import type { Run } from '../jobs/run.ts';
import type { Lane, Message } from '../model/event.ts';
import { deferred, LOOKS, lookAgain, type Outcome, retry, skipped } from '../model/outcome.ts';
import type { PairId } from '../state/items.ts';
import { fence, intend } from '../state/lane/intent.ts';
import type { LaneLease } from '../state/lane/write.ts';
import { type CopiedRow, isEditParked, type LedgerRow, readRow, writeRemoved, writeSkipped } from '../state/ledger.ts';
import { containerOf, destination, loadPair, type Pair, source } from '../state/pair.ts';

/** `pair` is the pair's key (state/pair.ts), `sid` the parked message's. */
export type Redrive = { readonly pair: PairId; readonly lane: Lane; readonly sid: string };

const overtaken: Outcome = retry(1, 'lane has another owner');

/**
 * @returns `replicated`; `parked` when Twilio refused it again; `skipped`: `already` (nothing is parked under this SID any
 * more), `removed` (gone at its source), `empty`, `closed`, `not_linked`; `deferred` while the pair is held; or a retry.
 * @throws TwilioTrouble when a side could not be read.
 */
export const redriveMessage = async (deps: BridgeDeps, job: Redrive, run: Run): Promise<Outcome> => {
  const { lane, sid } = job;
  const of = { pair: { id: job.pair }, lane, sid };
  const stands = await readRow(deps, of);
  if (!isWaiting(stands) && !isEditParked(stands)) return skipped('already');
  const before = await loadPair(deps.store, job.pair);
  if (before === undefined || before.state === 'linking') return skipped('not_linked');
  if (before.state === 'closed') return skipped('closed');
  if (before.heldUntil !== undefined && deps.clock.now() < before.heldUntil) return deferred('held');

  if (isEditParked(stands)) return redriveEdit(deps, before, job, stands, run);
  const freed = await readBack(deps, { pair: before, lane });
  if (!freed.free) return freed.outcome;
  const fenced = await fence(deps, { pair: freed.pair, lane });
  if (!fenced.ok) return overtaken;
  // Under the fence, for what was under way a moment ago may have been this very message.
  const row = await readRow(deps, of);
  if (!isWaiting(row)) return settledMeanwhile(row);
  return copyLate(deps, { pair: fenced.pair, lane }, sid, run);
};

/** Parked, or passed by because it said nothing then. */
const isWaiting = (row: LedgerRow | undefined): row is Extract<LedgerRow, { state: 'parked' | 'skipped' }> =>
  row?.state === 'parked' || row?.state === 'skipped';

/** The message is across, but what somebody made of it is not. */
const redriveEdit = async (
  deps: BridgeDeps,
  pair: Pair,
  { lane, sid }: Redrive,
  row: CopiedRow,
  { attempts }: Run,
): Promise<Outcome> => {
  const original = await originalOf(deps, pair, lane, sid);
  // A look at one message may be behind by seconds, and its copy would go.
  if (original === undefined && attempts <= LOOKS) return lookAgain();
  return updateCopy(deps, { pair, lane, sid, row }, original);
};

const settledMeanwhile = (row: LedgerRow | undefined): Outcome =>
  row?.state === 'copied' ? { end: 'replicated', copies: [row.copy] } : skipped('already');

const copyLate = async (deps: BridgeDeps, lease: LaneLease, sid: string, run: Run): Promise<Outcome> => {
  const { pair, lane } = lease;
  const from = containerOf(pair, source(lane));
  const into = containerOf(pair, destination(lane));
  if (from === undefined || into === undefined) return skipped('not_linked');
  const message = await originalOf(deps, pair, lane, sid);
  // A look at one message may be behind by seconds.
  if (message === undefined && run.attempts <= LOOKS) return lookAgain();
  if (message === undefined) {
    await writeRemoved(deps, { pair, lane, sid });
    return skipped('removed');
  }
  if (render(lane, message, pair, true) === undefined) {
    await writeSkipped(deps, { pair, lane, sid }, 'empty');
    return skipped('empty');
  }
  const copy = await standingCopy(deps, lane, into, sid);
  if (deps.clock.now() + deps.settings.requestMs > run.deadline) return retry(0, 'no time left');
  const intended = await intend(deps, lease, intentFor(deps.settings.stampKey, lane, message, true));
  if (!intended.ok) return overtaken;
  const mine: LaneLease = { pair: intended.pair, lane };
  const seen = { missing: [], listedAt: deps.clock.now() };
  return outcomeOf(
    copy === undefined
      ? await deliver(deps, mine, message, seen, run.attempts)
      : await settleCopy(deps, mine, copy, seen),
  );
};

/** A copy of it on the destination's newest page, known by its proven stamp. */
const standingCopy = async (
  deps: BridgeDeps,
  lane: Lane,
  container: string,
  sid: string,
): Promise<Message | undefined> => {
  const page = await chatSide(deps, destination(lane)).listMessages(container, 'desc');
  return page.messages.find(({ author, body, attributes }) => {
    const stamp = provenStamp(deps.settings.stampKey, { lane, container, author, body }, attributes);
    return stamp !== undefined && stamp.s === sid && stamp.k !== 'notice';
  });
};
