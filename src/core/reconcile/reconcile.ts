/**
 * Reconcile: compares a lane's two ends and repairs the difference in order. Copying history at linking, filling a
 * hole, recovering from an outage, the sweep and the operator's repair are this one operation. The webhook's fast path
 * is its short cut.
 */

import { type Delivered, deliver, settleCopy } from '../copies/deliver.ts';
import { intentFor } from '../copies/fingerprint.ts';
import { isOwnMessage } from '../copies/own-message.ts';
import { readBack } from '../copies/read-back.ts';
import { render } from '../copies/render.ts';
import { provenStamp } from '../copies/stamp.ts';
import { logUpdate, updateStaleCopy } from '../copies/update.ts';
import { type BridgeDeps, chatSide } from '../deps.ts';
import { newTally, type Run, type Tally, unsure } from '../jobs/run.ts';
import { sendJob } from '../jobs/send.ts';
import type { Lane, Message } from '../model/event.ts';
import { deferred, type Outcome, retry, skipped } from '../model/outcome.ts';
import { TwilioError } from '../model/twilio-error.ts';
import type { PairId } from '../state/items.ts';
import { fence, intend } from '../state/lane/intent.ts';
import { clean, DROPS_AT_ONCE, GONE_AFTER_MS, HOLES_AT_ONCE } from '../state/lane/marks.ts';
import { releaseInTime } from '../state/lane/pace.ts';
import type { LaneLease } from '../state/lane/write.ts';
import { readRow, writeSkipped } from '../state/ledger.ts';
import { containerOf, destination, type LaneState, loadPair, otherLane, type Pair, source } from '../state/pair.ts';
import { compareEnds, type End } from './compare.ts';
import { repairFindings } from './repair.ts';
import { readAll, sourceBatches } from './source-list.ts';

const overtaken = (progress: boolean): Outcome => retry(1, 'lane has another owner', progress);

/**
 * Brings one lane up to date.
 * @returns `reconciled` with how many messages were brought over, or a retry; with progress when only time ran out.
 * @throws TwilioTrouble when a side could not be read.
 */
export const reconcile = async (deps: BridgeDeps, id: PairId, lane: Lane, run: Run): Promise<Outcome> => {
  const before = await loadPair(deps.store, id);
  if (before === undefined || before.state === 'linking') return skipped('not_linked');
  if (before.state === 'closed') return skipped('closed');
  const open = await afterHold(deps, { pair: before, lane });
  if (open === undefined) return deferred('held');

  const freed = await readBack(deps, { pair: open, lane });
  if (!freed.free) return freed.outcome;
  const fenced = await fence(deps, { pair: freed.pair, lane });
  if (!fenced.ok) return overtaken(freed.adopted);
  const progress = startProgress(deps, { pair: fenced.pair, lane }, run.tally ?? newTally());
  if (freed.adopted) progress.tally.repaired += 1;

  const into = await newestOf(deps, progress.lease);
  const copies = provenCopiesAmong(deps, progress.lease, into.messages);
  for await (const batch of sourceBatches(deps, progress.lease)) {
    for (const message of batch.messages) {
      if (deps.clock.now() + deps.settings.requestMs > run.deadline)
        return retry(0, 'more to copy', progress.tally.repaired > 0);
      // After progress a refusal is a first one again: its pause does not grow with a long copy.
      const attempts = progress.tally.repaired > 0 ? 1 : run.attempts;
      const stop = await step(deps, progress, message, copies.get(message.sid), attempts);
      if (stop !== undefined) return stop;
    }
    if (batch.newest !== undefined) progress.newestPage = { messages: batch.messages, ...batch.newest };
    if (batch.after !== undefined) {
      const kept = await batch.after(progress.lease);
      if (!kept.ok) return overtaken(progress.tally.repaired > 0);
      progress.lease = { pair: kept.pair, lane };
    }
  }
  const updated = await backwards(deps, progress, into, run.full ?? false);
  const cleaned = await clean(deps, progress.lease, progress.listedUpTo, allGaps(progress), progress.listedAt, updated);
  if (!cleaned.ok) return overtaken(progress.tally.repaired > 0);
  noteOpen(progress.tally, cleaned.pair.lanes[lane]);
  return { end: 'reconciled', repaired: progress.tally.repaired };
};

/** What no list shows yet, though something tells of it. */
const noteOpen = (tally: Tally, { holes, dirty }: LaneState): void => {
  for (const found of [...holes.values(), ...(dirty === undefined ? [] : [dirty.since])])
    unsure(tally, found + GONE_AFTER_MS);
};

/** @returns undefined while the pair is held. */
const afterHold = async (deps: BridgeDeps, lease: LaneLease): Promise<Pair | undefined> => {
  if (lease.pair.heldUntil === undefined) return lease.pair;
  const released = await releaseInTime(deps, lease);
  return released.pair?.heldUntil === undefined ? released.pair : undefined;
};

/** What is behind the cursor: edits and removals nobody told of, copies altered or doubled. @returns renewed SIDs. */
const backwards = async (
  deps: BridgeDeps,
  progress: Progress,
  into: End,
  full: boolean,
): Promise<readonly string[]> => {
  const { pair, lane } = progress.lease;
  const stale = await applyStale(deps, progress);
  const [from, to] = full ? await wholeEnds(deps, pair, lane) : [progress.newestPage, into];
  if (from === undefined) return stale;
  // What this run has brought is not on the page that was read before.
  const messages = from.messages.filter(({ sid }) => full || !progress.crossed.has(sid));
  await repairFindings(
    deps,
    pair,
    lane,
    compareEnds(deps.settings, pair, lane, { ...from, messages }, to),
    progress.tally,
  );
  return stale;
};

/**
 * What an answer refuses does not hold up the others; where none is heard the rest would fare no better.
 * @returns the source SIDs of what was seen to, no more than one write can note; the rest is for the next run.
 */
const applyStale = async (deps: BridgeDeps, { lease: { pair, lane }, tally }: Progress): Promise<readonly string[]> => {
  let refused: TwilioError | undefined;
  const stale = [...pair.lanes[lane].stale].slice(0, DROPS_AT_ONCE);
  for (const [sid, since] of stale) {
    const row = await readRow(deps, { pair, lane, sid });
    if (row?.state === 'skipped' || row?.state === 'parked')
      await sendJob(deps, pair, { lane, work: { kind: 'redrive', pair: pair.id, lane, sid } });
    if (row?.state !== 'copied') continue;
    try {
      const across = { pair, lane, sid, row };
      if (logUpdate(deps, across, await updateStaleCopy(deps, across, since))) tally.repaired += 1;
    } catch (error) {
      if (!(error instanceof TwilioError) || error.status === undefined) throw error;
      refused ??= error;
    }
  }
  if (refused !== undefined) throw refused;
  return stale.map(([sid]) => sid);
};

const wholeEnds = async (deps: BridgeDeps, pair: Pair, lane: Lane): Promise<readonly [End, End]> => {
  const [from, to] = [containerOf(pair, source(lane)), containerOf(pair, destination(lane))];
  if (from === undefined || to === undefined) throw new Error('a lane without its ends');
  return [
    { messages: await readAll(deps, source(lane), from), whole: true },
    { messages: await readAll(deps, destination(lane), to), whole: true },
  ];
};

/** How far a run has come. */
type Progress = {
  lease: LaneLease;
  readonly tally: Tally;
  /** The largest index listed. */
  listedUpTo: number;
  /** The largest index of a person's message listed: below it, what is neither listed nor ours is a gap. */
  personsUpTo: number;
  readonly ownSeen: Set<number>;
  /** Source SIDs that this run has brought over. */
  readonly crossed: Set<string>;
  /** The newest part of the source, when it was read in one piece. */
  newestPage: End | undefined;
  /** Indices that no list has shown, to be noted as holes with the next write. */
  missing: readonly number[];
  readonly listedAt: number;
};

const startProgress = (deps: BridgeDeps, lease: LaneLease, tally: Tally): Progress => ({
  lease,
  tally,
  listedUpTo: -1,
  personsUpTo: lease.pair.lanes[lease.lane].cursor,
  ownSeen: new Set(),
  crossed: new Set(),
  newestPage: undefined,
  missing: [],
  listedAt: deps.clock.now(),
});

const newestOf = async (deps: BridgeDeps, { pair, lane }: LaneLease): Promise<End> => {
  const container = containerOf(pair, destination(lane));
  if (container === undefined) throw new Error('a lane without a destination');
  const page = await chatSide(deps, destination(lane)).listMessages(container, 'desc');
  return { messages: page.messages, whole: page.next === undefined };
};

/** Copies on the destination's newest page: one whose row was lost is adopted, not sent again. */
const provenCopiesAmong = (
  deps: BridgeDeps,
  { pair, lane }: LaneLease,
  messages: readonly Message[],
): ReadonlyMap<string, Message> => {
  const container = containerOf(pair, destination(lane)) ?? '';
  const copies = new Map<string, Message>();
  for (const message of messages) {
    const { author, body } = message;
    const stamp = provenStamp(deps.settings.stampKey, { lane, container, author, body }, message.attributes);
    if (stamp !== undefined) copies.set(stamp.s, message);
  }
  return copies;
};

/** One source message, in order. @returns why the run stops here; undefined when it goes on. */
const step = async (
  deps: BridgeDeps,
  progress: Progress,
  message: Message,
  copy: Message | undefined,
  attempts: number,
): Promise<Outcome | undefined> => {
  const { pair, lane } = progress.lease;
  const { cursor, holes, ownIndices } = pair.lanes[lane];
  const { index, sid } = message;
  progress.listedUpTo = Math.max(progress.listedUpTo, index);
  const late = index <= cursor;
  if (late && !holes.has(index)) return undefined;
  if (ownIndices.includes(index) || (await isOwnMessage(deps, pair, otherLane(lane), message))) {
    progress.ownSeen.add(index);
    return undefined;
  }
  if (!late) noteGaps(progress, message);
  if ((await readRow(deps, { pair, lane, sid })) !== undefined) return undefined;
  if (render(lane, message, pair, late) === undefined) {
    await writeSkipped(deps, { pair, lane, sid }, 'empty');
    return undefined;
  }
  const intended = await intend(deps, progress.lease, intentFor(deps.settings.stampKey, lane, message, late));
  if (!intended.ok) return overtaken(progress.tally.repaired > 0);
  const mine: LaneLease = { pair: intended.pair, lane };
  const seen = { missing: progress.missing, listedAt: progress.listedAt };
  const delivered =
    copy === undefined ? await deliver(deps, mine, message, seen, attempts) : await settleCopy(deps, mine, copy, seen);
  return after(deps, progress, message, delivered);
};

const after = (deps: BridgeDeps, progress: Progress, message: Message, delivered: Delivered): Outcome | undefined => {
  switch (delivered.end) {
    case 'done':
      deps.journal({
        step: 'replicated',
        type: 'reconcile',
        lane: progress.lease.lane,
        sids: [message.sid, delivered.copy],
      });
      break;
    case 'parked':
      deps.journal({
        step: 'parked',
        type: 'reconcile',
        lane: progress.lease.lane,
        reason: delivered.reason,
        code: delivered.code,
        sids: [message.sid],
      });
      break;
    case 'overtaken':
      return overtaken(progress.tally.repaired > 0);
    case 'stopped':
      return delivered.outcome.end === 'retry'
        ? { ...delivered.outcome, progress: progress.tally.repaired > 0 }
        : delivered.outcome;
  }
  progress.lease = { pair: delivered.pair, lane: progress.lease.lane };
  progress.tally.repaired += 1;
  progress.crossed.add(message.sid);
  progress.missing = [];
  return undefined;
};

/**
 * A message may become visible after its successors. What is missing right before a recent message is noted as a hole
 * and listed again for a while; before an older one it is long deleted.
 */
const noteGaps = (progress: Progress, message: Message): void => {
  const recent = progress.listedAt - Date.parse(message.createdAt) < GONE_AFTER_MS;
  if (recent) progress.missing = [...progress.missing, ...gapsBelow(progress, message.index)].slice(-HOLES_AT_ONCE);
  progress.personsUpTo = Math.max(progress.personsUpTo, message.index);
};

/** A copy's time is its source's, so nobody knows how recent it is: what is missing before the last ones counts too. */
const allGaps = (progress: Progress): readonly number[] =>
  [...progress.missing, ...gapsBelow(progress, progress.listedUpTo)].slice(-HOLES_AT_ONCE);

const gapsBelow = (progress: Progress, end: number): readonly number[] => {
  const { ownIndices, cursor } = progress.lease.pair.lanes[progress.lease.lane];
  const found: number[] = [];
  for (let index = Math.max(progress.personsUpTo, cursor, end - HOLES_AT_ONCE - 1) + 1; index < end; index += 1)
    if (!ownIndices.includes(index) && !progress.ownSeen.has(index)) found.push(index);
  return found;
};
