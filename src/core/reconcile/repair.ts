/** Puts right what comparing has found, where the ledger confirms it. Every step may be repeated. */

import { eraseDouble } from '../copies/deliver.ts';
import { textAcross } from '../copies/render.ts';
import { isRefused, maySayMore, originalOf, renewCopy, restoreCopy, tellEnd } from '../copies/update.ts';
import { type BridgeDeps, chatSide } from '../deps.ts';
import { type Tally, unsure } from '../jobs/run.ts';
import { sendJob } from '../jobs/send.ts';
import type { Lane, Message } from '../model/event.ts';
import { TwilioTrouble } from '../model/twilio-error.ts';
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
type Mendable = Exclude<Finding, { kind: 'missing' }>;

/** Where it is mended, and what the ledger says of it. */
type Scene = {
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
export const mend = async (
  deps: BridgeDeps,
  pair: Pair,
  lane: Lane,
  findings: readonly Finding[],
  tally: Tally,
): Promise<void> => {
  const into = containerOf(pair, destination(lane));
  if (into === undefined) return;
  for (const finding of findings) {
    if (finding.kind === 'missing') continue;
    const origin = await originSid(deps, pair, lane, finding);
    if (origin === undefined) continue;
    const row = await readRow(deps, pair.key, lane, origin);
    if (await mendOne({ deps, pair, lane, into, origin, row, tally }, finding)) tally.repaired += 1;
  }
};

/** Whether the ledger leaves a finding standing, so that a job is worth its calls. Hardly ever reads more than one row. */
export const confirmed = async (
  deps: BridgeDeps,
  pair: Pair,
  lane: Lane,
  finding: Finding,
  into: End,
): Promise<boolean> => {
  if (finding.kind === 'missing') return true;
  const origin = await originSid(deps, pair, lane, finding);
  if (origin === undefined) return false;
  const row = await readRow(deps, pair.key, lane, origin);
  if (finding.kind === 'double') return row?.state === 'ok' || row?.state === 'removed';
  if (finding.kind === 'orphan' && isStray(finding, row)) return true;
  if (finding.kind === 'bare' && maySayMore(deps, lane, row, finding.original)) return true;
  if (row?.state !== 'ok' || isRefused(deps, { lane, row }, originalIn(finding))) return false;
  if (finding.kind !== 'bare') return row.copy === finding.copy.sid;
  const copy = into.messages.find(({ sid }) => sid === row.copy);
  return copy === undefined || !says(lane, row.late, copy, finding.original);
};

const originSid = async (deps: BridgeDeps, pair: Pair, lane: Lane, finding: Mendable): Promise<string | undefined> => {
  if (finding.kind === 'double' || finding.kind === 'orphan') return finding.origin;
  if (finding.kind !== 'nameless') return finding.original.sid;
  // What a person said there has a row of its own.
  const own = await readRow(deps, pair.key, otherLane(lane), finding.copy.sid);
  return own === undefined ? findSource(deps, pair.key, lane, finding.copy.sid) : undefined;
};

const mendOne = async (scene: Scene, finding: Mendable): Promise<boolean> => {
  const { deps, pair, lane, origin, row } = scene;
  if (finding.kind === 'double') return undoDoubles(scene, finding.copies);
  if (finding.kind === 'orphan' && isStray(finding, row)) return undoStray(scene, finding.copy);
  if (finding.kind === 'bare' && maySayMore(deps, lane, row, finding.original)) return askFor(scene);
  if (row?.state !== 'ok' || isRefused(deps, { lane, row }, originalIn(finding))) return false;
  const renewWith = async (original: Message | undefined): Promise<boolean> => {
    const across = { pair, lane, sid: origin, row };
    const renewed = original === undefined ? renewCopy(deps, across, original) : restoreCopy(deps, across, original);
    return tellEnd(deps, across, await renewed.catch((error: unknown) => noted(scene, error)));
  };
  switch (finding.kind) {
    case 'differs':
      return row.copy === finding.copy.sid && renewWith(finding.original);
    case 'orphan':
    case 'nameless':
      return row.copy === finding.copy.sid && (await isGone(scene, finding.copy)) && renewWith(undefined);
    case 'bare': {
      const copy = await chatSide(deps, destination(lane)).message(scene.into, row.copy);
      // It stands there without its stamp, and must still say what its source says.
      if (copy !== undefined) return !says(lane, row.late, copy, finding.original) && renewWith(finding.original);
      if (!isOld(scene, finding.original)) return false;
      // Somebody deleted it: then it stays deleted.
      await writeDeleted(deps, pair.key, lane, origin, row.copy);
      return true;
    }
    default:
      return finding satisfies never;
  }
};

/** From then on it is known since when it waits. */
const noted = async ({ deps, pair, lane, origin }: Scene, error: unknown): Promise<never> => {
  const waits = error instanceof TwilioTrouble && error.remedy !== 'wait' && !pair.lanes[lane].stale.has(origin);
  if (waits) await markStale(deps, pair.key, lane, origin);
  throw error;
};

/** What it says now crosses late, like what is put back. */
const askFor = async ({ deps, pair, lane, origin, tally }: Scene): Promise<boolean> => {
  await sendJob(deps, pair, { lane, work: { kind: 'redrive', pair: pair.key.pk, lane, sid: origin } });
  unsure(tally, deps.clock.now() + ASKED_MS);
  return false;
};

const originalIn = (finding: Finding): Message | undefined => ('original' in finding ? finding.original : undefined);

/** All but the one in the ledger. */
const undoDoubles = async (scene: Scene, copies: readonly Message[]): Promise<boolean> => {
  const { row } = scene;
  if (row?.state !== 'ok' && row?.state !== 'removed') return false;
  const spare = copies.filter(({ sid }) => row.state === 'removed' || sid !== row.copy);
  for (const { sid } of spare) await undo(scene, 'double', sid);
  return spare.length > 0;
};

/** Surely the bridge's, and in no row. */
const isStray = ({ proven }: Extract<Finding, { kind: 'orphan' }>, row: LedgerRow | undefined): boolean =>
  proven && row?.state !== 'ok';

/** It came so late that nobody waited for it any more, and its source is gone: nothing else would take it away. */
const undoStray = async (scene: Scene, copy: Message): Promise<boolean> => {
  if (!(await isGone(scene, copy))) return false;
  // The list may be older than a removal of this very run.
  const side = chatSide(scene.deps, destination(scene.lane));
  if ((await side.message(scene.into, copy.sid)) === undefined) return false;
  await undo(scene, 'orphan', copy.sid);
  return true;
};

const undo = async ({ deps, lane, into, origin }: Scene, type: string, copy: string): Promise<void> => {
  if (await eraseDouble(deps, lane, into, origin, copy))
    deps.journal({ step: 'undone', type, lane, sids: [origin, copy] });
};

/** A copy has its source's time. */
const isGone = async (scene: Scene, copy: Message): Promise<boolean> =>
  isOld(scene, copy) && (await originalOf(scene.deps, scene.pair, scene.lane, scene.origin)) === undefined;

/** What is not is left as it is, and noted: whoever asked must not hear that all is well. */
const isOld = ({ deps, tally }: Scene, { createdAt }: Message): boolean => {
  const old = Date.parse(createdAt) + SURELY_VISIBLE_MS;
  if (deps.clock.now() > old) return true;
  unsure(tally, old);
  return false;
};

const says = (lane: Lane, late: boolean, copy: Message, original: Message): boolean =>
  copy.body === textAcross(lane, original, late);
