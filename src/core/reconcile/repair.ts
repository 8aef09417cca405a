/** Puts right what comparing has found, where the ledger confirms it. Every step may be repeated. */

import { eraseDuplicate } from '../copies/deliver.ts';
import { textAcross } from '../copies/render.ts';
import { isCopyableNow, isEditRefused, logUpdate, originalOf, revertCopy, updateCopy } from '../copies/update.ts';
import { type BridgeDeps, chatSide } from '../deps.ts';
import { type Tally, unsure } from '../jobs/run.ts';
import { sendJob } from '../jobs/send.ts';
import type { Lane, Message } from '../model/event.ts';
import { TwilioError } from '../model/twilio-error.ts';
import { markStale } from '../state/lane/marks.ts';
import { findSource, type LedgerRow, readRow, writeDeleted } from '../state/ledger.ts';
import { containerOf, destination, otherLane, type Pair } from '../state/pair.ts';
import type { End, Finding } from './compare.ts';

/**
 * A list, or a look at one message, may be behind by seconds: nothing younger than this is taken for gone.
 */
const SURELY_VISIBLE_MS = 2 * 60_000;

/** By then a job that was sent is done, as a rule. */
const ASKED_MS = 60_000;

/** `missing` is none of its business: what has not crossed is brought over in order. */
type RepairableFinding = Exclude<Finding, { kind: 'pending' }>;

/** Where it is mended, and what the ledger says of it. */
type Repair = {
  readonly deps: BridgeDeps;
  readonly pair: Pair;
  readonly lane: Lane;
  /** The destination's container. */
  readonly into: string;
  /** The source message's SID. */
  readonly origin: string;
  readonly row: LedgerRow | undefined;
  readonly tally: Tally;
};

/** Counts each message that was put right, and notes until when something is too young to tell. */
export const repairFindings = async (
  deps: BridgeDeps,
  pair: Pair,
  lane: Lane,
  findings: readonly Finding[],
  tally: Tally,
): Promise<void> => {
  const into = containerOf(pair, destination(lane));
  if (into === undefined) return;
  for (const finding of findings) {
    if (finding.kind === 'pending') continue;
    const origin = await originSid(deps, pair, lane, finding);
    if (origin === undefined) continue;
    const row = await readRow(deps, { pair, lane, sid: origin });
    if (await repairFinding({ deps, pair, lane, into, origin, row, tally }, finding)) tally.repaired += 1;
  }
};

/** Whether the ledger leaves a finding standing, so that a job is worth its calls. Hardly ever reads more than one row. */
export const isConfirmed = async (
  deps: BridgeDeps,
  pair: Pair,
  lane: Lane,
  finding: Finding,
  into: End,
): Promise<boolean> => {
  if (finding.kind === 'pending') return true;
  const origin = await originSid(deps, pair, lane, finding);
  if (origin === undefined) return false;
  const row = await readRow(deps, { pair, lane, sid: origin });
  if (finding.kind === 'duplicated') return row?.state === 'copied' || row?.state === 'removed';
  if (finding.kind === 'orphan' && isStray(finding, row)) return true;
  if (finding.kind === 'uncopied' && isCopyableNow(deps, lane, row, finding.original)) return true;
  if (row?.state !== 'copied' || isEditRefused(deps, { lane, row }, originalIn(finding))) return false;
  if (finding.kind !== 'uncopied') return row.copy === finding.copy.sid;
  const copy = into.messages.find(({ sid }) => sid === row.copy);
  return copy === undefined || !readsAs(lane, row.late, copy, finding.original);
};

const originSid = async (
  deps: BridgeDeps,
  pair: Pair,
  lane: Lane,
  finding: RepairableFinding,
): Promise<string | undefined> => {
  if (finding.kind === 'duplicated' || finding.kind === 'orphan') return finding.origin;
  if (finding.kind !== 'unattributed') return finding.original.sid;
  // What a person said there has a row of its own.
  const own = await readRow(deps, { pair, lane: otherLane(lane), sid: finding.copy.sid });
  return own === undefined ? findSource(deps, { pair, lane }, finding.copy.sid) : undefined;
};

const repairFinding = async (repair: Repair, finding: RepairableFinding): Promise<boolean> => {
  const { deps, pair, lane, origin, row } = repair;
  if (finding.kind === 'duplicated') return removeDuplicates(repair, finding.copies);
  if (finding.kind === 'orphan' && isStray(finding, row)) return removeStray(repair, finding.copy);
  if (finding.kind === 'uncopied' && isCopyableNow(deps, lane, row, finding.original)) return sendRedrive(repair);
  if (row?.state !== 'copied' || isEditRefused(deps, { lane, row }, originalIn(finding))) return false;
  const updateTo = async (original: Message | undefined): Promise<boolean> => {
    const across = { pair, lane, sid: origin, row };
    const updated = original === undefined ? updateCopy(deps, across, original) : revertCopy(deps, across, original);
    return logUpdate(deps, across, await updated.catch((error: unknown) => markAndThrow(repair, error)));
  };
  switch (finding.kind) {
    case 'differs':
      return row.copy === finding.copy.sid && updateTo(finding.original);
    case 'orphan':
    case 'unattributed':
      return row.copy === finding.copy.sid && (await isGone(repair, finding.copy)) && updateTo(undefined);
    case 'uncopied': {
      const copy = await chatSide(deps, destination(lane)).message(repair.into, row.copy);
      // It stands there without its stamp, and must still say what its source says.
      if (copy !== undefined) return !readsAs(lane, row.late, copy, finding.original) && updateTo(finding.original);
      if (!isOld(repair, finding.original)) return false;
      // Somebody deleted it: then it stays deleted.
      await writeDeleted(deps, { pair, lane, sid: origin }, row.copy);
      return true;
    }
    default:
      return finding satisfies never;
  }
};

/** From then on it is known since when it waits. */
const markAndThrow = async ({ deps, pair, lane, origin }: Repair, error: unknown): Promise<never> => {
  const waits = error instanceof TwilioError && error.remedy !== 'wait' && !pair.lanes[lane].stale.has(origin);
  if (waits) await markStale(deps, pair.id, lane, origin);
  throw error;
};

/** What it says now crosses late, like what is put back. */
const sendRedrive = async ({ deps, pair, lane, origin, tally }: Repair): Promise<boolean> => {
  await sendJob(deps, pair, { lane, work: { kind: 'redrive', pair: pair.id, lane, sid: origin } });
  unsure(tally, deps.clock.now() + ASKED_MS);
  return false;
};

const originalIn = (finding: Finding): Message | undefined => ('original' in finding ? finding.original : undefined);

/** All but the one in the ledger. */
const removeDuplicates = async (repair: Repair, copies: readonly Message[]): Promise<boolean> => {
  const { row } = repair;
  if (row?.state !== 'copied' && row?.state !== 'removed') return false;
  const spare = copies.filter(({ sid }) => row.state === 'removed' || sid !== row.copy);
  for (const { sid } of spare) await removeCopy(repair, 'duplicate', sid);
  return spare.length > 0;
};

/** Surely the bridge's, and in no row. */
const isStray = ({ proven }: Extract<Finding, { kind: 'orphan' }>, row: LedgerRow | undefined): boolean =>
  proven && row?.state !== 'copied';

/** It came so late that nobody waited for it any more, and its source is gone: nothing else would take it away. */
const removeStray = async (repair: Repair, copy: Message): Promise<boolean> => {
  if (!(await isGone(repair, copy))) return false;
  // The list may be older than a removal of this very run.
  const side = chatSide(repair.deps, destination(repair.lane));
  if ((await side.message(repair.into, copy.sid)) === undefined) return false;
  await removeCopy(repair, 'orphan', copy.sid);
  return true;
};

const removeCopy = async ({ deps, lane, into, origin }: Repair, type: string, copy: string): Promise<void> => {
  if (await eraseDuplicate(deps, lane, into, origin, copy))
    deps.journal({ step: 'undone', type, lane, sids: [origin, copy] });
};

/** A copy has its source's time. */
const isGone = async (repair: Repair, copy: Message): Promise<boolean> =>
  isOld(repair, copy) && (await originalOf(repair.deps, repair.pair, repair.lane, repair.origin)) === undefined;

/** What is not is left as it is, and noted: whoever asked must not hear that all is well. */
const isOld = ({ deps, tally }: Repair, { createdAt }: Message): boolean => {
  const old = Date.parse(createdAt) + SURELY_VISIBLE_MS;
  if (deps.clock.now() > old) return true;
  unsure(tally, old);
  return false;
};

const readsAs = (lane: Lane, late: boolean, copy: Message, original: Message): boolean =>
  copy.body === textAcross(lane, original, late);
