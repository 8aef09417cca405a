/** Repairs what comparing has found, where the ledger confirms it. Every step may be repeated. */

import { eraseDuplicate } from '../copies/deliver.ts';
import { isNotice } from '../copies/notice-text.ts';
import { revertCopy } from '../copies/revert-copy.ts';
import { readsAs } from '../copies/says-so.ts';
import { logUpdate, originalOf, updateCopy } from '../copies/update.ts';
import { type BridgeDeps, chatSide } from '../deps.ts';
import { type Tally, unsure } from '../jobs/run.ts';
import { sendJob } from '../jobs/send.ts';
import type { Message } from '../model/event.ts';
import { destination, otherLane } from '../model/event.ts';
import type { MessageSid, SourceSid } from '../model/sids.ts';
import { JOB_ENDS_WITHIN_MS, SURELY_VISIBLE_MS } from '../model/times.ts';
import { TwilioError } from '../model/twilio-error.ts';
import type { LaneLease } from '../state/lane/lease.ts';
import { markStale } from '../state/lane/waiting-marks.ts';
import { type CopiedRow, findSource, readRow, readRowOrUnsaid, writeDeleted } from '../state/ledger.ts';
import type { End, Finding } from './compare.ts';
import { type Action, decideRepair, type RepairableFinding, spareCopies } from './decide-repair.ts';

/** Where it is repaired, and what was repaired. */
type Repair = {
  readonly deps: BridgeDeps;
  readonly lease: LaneLease;
  /** The source message's SID. */
  readonly origin: MessageSid;
  readonly tally: Tally;
};

/** Counts each message that was repaired, and notes until when something is too recent to judge. */
export const repairFindings = async (
  deps: BridgeDeps,
  lease: LaneLease,
  findings: readonly Finding[],
  tally: Tally,
): Promise<void> => {
  for (const finding of findings) {
    if (finding.kind === 'pending') continue;
    const isRepaired =
      finding.kind === 'duplicated'
        ? await removeDuplicates(deps, lease, finding)
        : await repairOne(deps, lease, finding, tally);
    if (isRepaired) tally.repaired += 1;
  }
};

const repairOne = async (
  deps: BridgeDeps,
  lease: LaneLease,
  finding: RepairableFinding,
  tally: Tally,
): Promise<boolean> => {
  const decided = await decideFor(deps, lease, finding);
  return decided !== undefined && repair({ deps, lease, tally, origin: decided.origin }, decided.action);
};

/**
 * Whether the ledger leaves a finding standing, so that a job is worth its calls. Hardly ever reads more than one row.
 */
export const isConfirmed = async (
  deps: BridgeDeps,
  lease: LaneLease,
  finding: Finding,
  into: End,
): Promise<boolean> => {
  if (finding.kind === 'pending') return true;
  if (finding.kind === 'duplicated') return (await duplicatesOf(deps, lease, finding)).length > 0;
  const { action } = (await decideFor(deps, lease, finding)) ?? {};
  if (action?.do !== 'look') return action !== undefined && action.do !== 'nothing';
  const copy = into.messages.find(({ sid }) => sid === action.row.copy);
  return copy === undefined || !readsAs(deps.settings, lease.lane, action.row, copy, action.original);
};

type Duplicated = Extract<Finding, { kind: 'duplicated' }>;

const duplicatesOf = async (deps: BridgeDeps, { pair, lane }: LaneLease, { origin, copies }: Duplicated) =>
  spareCopies(copies, await readRow(deps, { pair, lane, sid: origin }));

const removeDuplicates = async (deps: BridgeDeps, lease: LaneLease, finding: Duplicated): Promise<boolean> => {
  const spare = await duplicatesOf(deps, lease, finding);
  for (const { sid } of spare) await removeCopy(deps, lease, finding.origin, 'duplicate', sid);
  return spare.length > 0;
};

/** @returns undefined when nothing says which message a copy stands for, or a person wrote it there. */
const decideFor = async (
  deps: BridgeDeps,
  { pair, lane }: LaneLease,
  finding: RepairableFinding,
): Promise<{ readonly origin: MessageSid; readonly action: Action } | undefined> => {
  const origin = await originOf(deps, { pair, lane }, finding);
  if (origin === undefined) return undefined;
  const read = finding.kind === 'unsaid' ? readRowOrUnsaid : readRow;
  return { origin, action: decideRepair(deps, lane, finding, await read(deps, { pair, lane, sid: origin })) };
};

const originOf = async (
  deps: BridgeDeps,
  { pair, lane }: Pick<LaneLease, 'pair' | 'lane'>,
  finding: RepairableFinding,
): Promise<MessageSid | undefined> => {
  if (finding.kind === 'orphan') return finding.origin;
  if (finding.kind !== 'unattributed') return finding.original.sid;
  // What a person said there has a row of its own.
  const own = await readRow(deps, { pair, lane: otherLane(lane), sid: finding.copy.sid });
  const source = own === undefined ? await findSource(deps, { pair, lane }, finding.copy.sid) : undefined;
  // A notice has no source that could change or go.
  return source === undefined || isNotice(source) ? undefined : source;
};

/** @returns whether a message was repaired. */
const repair = async (at: Repair, action: Action): Promise<boolean> => {
  switch (action.do) {
    case 'nothing':
      return false;
    case 'remove orphan':
      return removeOrphan(at, action.copy);
    case 'copy late':
      return sendRedrive(at);
    case 'revert':
      return updateTo(at, action.row, action.original);
    case 'remove':
      return (await isGone(at, action.copy)) && updateTo(at, action.row, undefined);
    case 'look':
      return lookAtCopy(at, action.row, action.original);
    default:
      return action satisfies never;
  }
};

const updateTo = async (at: Repair, row: CopiedRow, original: Message | undefined): Promise<boolean> => {
  const { deps, lease, origin } = at;
  const copy = { pair: lease.pair, lane: lease.lane, sid: origin, row };
  const updated = original === undefined ? updateCopy(deps, copy, original) : revertCopy(deps, copy, original);
  return logUpdate(deps, copy, await updated.catch((error: unknown) => markAndThrow(at, error)));
};

/** Notes the edit as stale, so that giving up can count its age. */
const markAndThrow = async ({ deps, lease, origin }: Repair, error: unknown): Promise<never> => {
  const { pair, lane } = lease;
  const waits = error instanceof TwilioError && error.remedy !== 'wait' && !pair.lanes[lane].stale.has(origin);
  if (waits) await markStale(deps, pair.id, lane, origin);
  throw error;
};

const lookAtCopy = async (at: Repair, row: CopiedRow, original: Message): Promise<boolean> => {
  const { deps, lease, origin } = at;
  const { pair, lane, into } = lease;
  const copy = await chatSide(deps, destination(lane)).message(into, row.copy);
  // It stands there without its stamp, and must still say what its source says.
  if (copy !== undefined) return !readsAs(deps.settings, lane, row, copy, original) && updateTo(at, row, original);
  if (!isSurelyVisible(at, row.copiedAt)) return false;
  // A person deleted it: then it stays deleted.
  await writeDeleted(deps, { pair, lane, sid: origin }, row.copy);
  return true;
};

const sendRedrive = async ({ deps, lease, origin, tally }: Repair): Promise<boolean> => {
  const { pair, lane, from } = lease;
  await sendJob(deps, { lane, group: from, work: { kind: 'redrive', pair: pair.id, lane, sid: origin } });
  unsure(tally, deps.clock.now() + JOB_ENDS_WITHIN_MS);
  return false;
};

const removeOrphan = async (at: Repair, copy: Message): Promise<boolean> => {
  const { deps, lease } = at;
  if (!(await isGone(at, copy))) return false;
  // The list may be older than a removal of this very run.
  const side = chatSide(deps, destination(lease.lane));
  if ((await side.message(lease.into, copy.sid)) === undefined) return false;
  await removeCopy(deps, lease, at.origin, 'orphan', copy.sid);
  return true;
};

const removeCopy = async (
  deps: BridgeDeps,
  lease: LaneLease,
  origin: SourceSid,
  type: 'duplicate' | 'orphan',
  copy: Message['sid'],
): Promise<void> => {
  if (await eraseDuplicate(deps, lease, origin, copy))
    deps.journal({ step: 'undone', type, lane: lease.lane, sids: [origin, copy] });
};

/** A copy has its source's time. */
const isGone = async (at: Repair, { createdAt }: Message): Promise<boolean> =>
  isSurelyVisible(at, Date.parse(createdAt)) && (await originalOf(at.deps, at.lease, at.origin)) === undefined;

/**
 * Too recent to judge: it is left, and the run reports that it is unsure.
 * @param writtenAt when it came to stand there, milliseconds since 1970
 */
const isSurelyVisible = ({ deps, tally }: Repair, writtenAt: number): boolean => {
  const until = writtenAt + SURELY_VISIBLE_MS;
  if (deps.clock.now() > until) return true;
  unsure(tally, until);
  return false;
};
