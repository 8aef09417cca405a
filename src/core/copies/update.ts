/** Makes one copy say what its source says, or takes it away when the source is gone. */

import { type BridgeDeps, chatSide } from '../deps.ts';
import type { Lane, Message } from '../model/event.ts';
import { destination, source } from '../model/event.ts';
import { type Outcome, skipped } from '../model/outcome.ts';
import type { MessageSid } from '../model/sids.ts';
import { SURELY_VISIBLE_MS } from '../model/times.ts';
import { TwilioError } from '../model/twilio-error.ts';
import { type LaneLease, leaseOf } from '../state/lane/lease.ts';
import { type CopiedRow, type LedgerRow, writeDeleted, writeSaid } from '../state/ledger.ts';
import type { LinkedPair } from '../state/pair.ts';
import { kindOfCopy } from './carried.ts';
import { stampedFor } from './deliver.ts';
import { digestAcross, digestOf } from './fingerprint.ts';
import { GONE } from './notice-text.ts';
import { parkEdit } from './park.ts';
import { isPoisonSince } from './poison.ts';
import { copyOf, textAcross } from './render.ts';
import { isStampedFor, readsAs } from './says-so.ts';

/** A message that is across: `sid` of its source, and the row that names its copy. */
export type CopyOf = {
  readonly pair: LinkedPair;
  readonly lane: Lane;
  readonly sid: MessageSid;
  readonly row: CopiedRow;
};

/**
 * @returns undefined when it is gone at its source.
 * @throws TwilioError, also when all of its source is gone: that takes no copy away.
 */
export const originalOf = async (
  deps: BridgeDeps,
  { lane, from }: Pick<LaneLease, 'lane' | 'from'>,
  sid: MessageSid,
): Promise<Message | undefined> => {
  const side = chatSide(deps, source(lane));
  const message = await side.message(from, sid);
  if (message === undefined && (await side.container(from)) === undefined)
    throw new TwilioError('the source is gone', { remedy: 'wait', effect: 'refused' });
  return message;
};

/**
 * @param original undefined when it is gone at its source.
 * @returns `parked` when Twilio will never do it: the copy stays as it is, until a person edits its source again or an
 *   operator redrives.
 */
export const updateCopy = async (deps: BridgeDeps, across: CopyOf, original: Message | undefined): Promise<Outcome> => {
  const { pair, lane, sid, row } = across;
  const { into } = leaseOf(pair, lane);
  const side = chatSide(deps, destination(lane));
  try {
    if (original === undefined) {
      await side.erase(into, row.copy);
      await writeDeleted(deps, { pair, lane, sid }, row.copy);
      return { end: 'replicated', copies: [row.copy] };
    }
    const says = copyOf(lane, original, pair, row.late);
    const kind = await kindOfCopy(deps, leaseOf(pair, lane).pair, lane, original);
    const attributes = stampedFor(deps, { lane, into }, says, sid, kind);
    const written = await side.rewrite(into, row.copy, { body: says.body, attributes });
    await noteSaid(deps, across, says.body, written);
  } catch (error) {
    if (!(error instanceof TwilioError)) throw error;
    if (error.remedy === 'park') {
      const edit = editName(deps, across, original);
      return parkEdit(deps, across, edit, original, { reason: 'refused', code: error.code });
    }
    // Gone, says Twilio, and does not say what: the copy, which a person deleted, or the whole container.
    if (error.remedy !== 'wait') throw error;
    if ((await side.container(into)) === undefined || (await side.message(into, row.copy)) !== undefined) throw error;
    await writeDeleted(deps, { pair, lane, sid }, row.copy);
    return skipped('removed');
  }
  return { end: 'replicated', copies: [row.copy] };
};

/** @param written what stands there now, as Twilio's answer has it: it may write a text otherwise than it is given. */
const noteSaid = async (deps: BridgeDeps, across: CopyOf, text: string, written: string | undefined): Promise<void> => {
  const { sid, row } = across;
  const digest = (body: string) => digestOf(deps.settings.stampKey, sid, body);
  const now = { said: digest(text), written: written === undefined || written === text ? undefined : digest(written) };
  if (row.refused !== undefined || row.said !== now.said || row.written !== now.written)
    await writeSaid(deps, across, row.copy, now);
};

/**
 * Whether the copy says already what its source says, stamp and all, as after a change of nothing but attributes. A
 * look at one message may be behind, so it is asked only where the row tells of no other text that was written since.
 */
export const saysSoAlready = async (deps: BridgeDeps, across: CopyOf, original: Message): Promise<boolean> => {
  const { pair, lane, sid, row } = across;
  const text = textAcross(lane, original, row.late);
  const isRecent = row.said === undefined || row.said === digestOf(deps.settings.stampKey, sid, text);
  if (row.refused !== undefined || !isRecent) return false;
  const { into } = leaseOf(pair, lane);
  const copy = await chatSide(deps, destination(lane)).message(into, row.copy);
  if (copy === undefined || !isStampedFor(deps.settings, { lane, into }, copy, sid, text)) return false;
  return copy.neverEdited === true || readsAs(deps.settings, lane, row, copy, original);
};

/** Whether it is known that Twilio will not do it. */
export const isEditRefused = (
  deps: Pick<BridgeDeps, 'settings'>,
  { lane, row }: Pick<CopyOf, 'lane' | 'row'>,
  original: Message | undefined,
): boolean => row.refused !== undefined && row.refused === editName(deps, { lane, row }, original);

/** Names what the copy is to say, so that a refused edit is known again. */
export const editName = (
  { settings }: Pick<BridgeDeps, 'settings'>,
  { lane, row }: Pick<CopyOf, 'lane' | 'row'>,
  original: Message | undefined,
): string => (original === undefined ? GONE : digestAcross(settings.stampKey, lane, original, row.late));

/** What said nothing was passed by, and says something now; or it says something else than what was refused. */
export const isCopyableNow = (
  deps: Pick<BridgeDeps, 'settings'>,
  lane: Lane,
  row: LedgerRow | undefined,
  original: Message,
): boolean => {
  if (row?.state === 'skipped') return textAcross(lane, original, false) !== '';
  if (row?.state !== 'parked' || row.refused === undefined) return false;
  const { stampKey } = deps.settings;
  return ![false, true].some((late) => row.refused === digestAcross(stampKey, lane, original, late));
};

/**
 * An edit that was marked as waiting: given up when it is never taken, and others of its side are.
 * @param since when it was marked, milliseconds since 1970
 * @returns undefined when a look finds no source, and may only be behind.
 */
export const updateStaleCopy = async (
  deps: BridgeDeps,
  across: CopyOf,
  since: number,
): Promise<Outcome | undefined> => {
  const original = await originalOf(deps, leaseOf(across.pair, across.lane), across.sid);
  if (original === undefined && deps.clock.now() <= across.row.copiedAt + SURELY_VISIBLE_MS) return undefined;
  try {
    return await updateCopy(deps, across, original);
  } catch (error) {
    const asksToWait = error instanceof TwilioError && (error.remedy === 'wait' || error.status === 429);
    if (!(error instanceof TwilioError) || asksToWait || !(await isPoisonSince(deps, across.lane, since))) throw error;
    return parkEdit(deps, across, editName(deps, across, original), original, { reason: 'gave_up', code: error.code });
  }
};

/**
 * Logs an edit that was parked, for a run whose own end is about more than this copy. @returns whether the copy was
 * updated.
 */
export const logUpdate = (deps: BridgeDeps, { lane, sid, row }: CopyOf, outcome: Outcome): boolean => {
  if (outcome.end === 'parked')
    deps.journal({
      ...{ step: 'parked', type: 'reconcile', lane, sids: [sid, row.copy] },
      ...{ reason: outcome.reason, code: outcome.code },
    });
  return outcome.end === 'replicated';
};
