/** Makes one copy say what its source says, or takes it away when the source is gone. */
import { attributesOf } from './deliver.ts';
import { type BridgeDeps, chatSide } from './deps.ts';
import type { Lane, Message } from './event.ts';
import { digestOf } from './fingerprint.ts';
import { type Outcome, skipped } from './outcome.ts';
import { containerOf, destination, type Home, source } from './pair.ts';
import { tellOfParked } from './park.ts';
import { copyOf, textAcross } from './render.ts';
import { type Row, writeDeleted, writeRefused, writeRenewed } from './rows.ts';
import { TwilioTrouble } from './trouble.ts';

type Copied = Extract<Row, { state: 'ok' }>;

export const originalOf = async (
  deps: BridgeDeps,
  home: Home,
  lane: Lane,
  sid: string,
): Promise<Message | undefined> => {
  const from = containerOf(home, source(lane));
  return from === undefined ? undefined : chatSide(deps, source(lane)).message(from, sid);
};

/**
 * @param original undefined when it is gone at its source.
 * @returns `parked` when Twilio will never take what it says now: the copy stays as it is, until somebody edits its source
 *   again or an operator redrives.
 */
export const renewCopy = async (
  deps: BridgeDeps,
  home: Home,
  lane: Lane,
  sid: string,
  row: Copied,
  original: Message | undefined,
): Promise<Outcome> => {
  const into = containerOf(home, destination(lane));
  if (into === undefined) return skipped('not_linked');
  const side = chatSide(deps, destination(lane));
  if (original === undefined) {
    await side.erase(into, row.copy);
    await writeDeleted(deps, home.key, lane, sid, row.copy);
    return { end: 'replicated', copies: [row.copy] };
  }
  const says = copyOf(lane, original, home, row.late);
  try {
    const attributes = attributesOf(deps, lane, into, says, sid, 'copy');
    await side.rewrite(into, row.copy, { body: says.body, attributes });
  } catch (error) {
    if (error instanceof TwilioTrouble && error.remedy === 'park')
      return parkEdit(deps, home, lane, row, original, error);
    // Gone, says Twilio, and does not say what: the copy, which somebody deleted, or the whole container.
    if (!(error instanceof TwilioTrouble) || error.remedy !== 'wait') throw error;
    if ((await side.container(into)) === undefined || (await side.message(into, row.copy)) !== undefined) throw error;
    await writeDeleted(deps, home.key, lane, sid, row.copy);
    return skipped('removed');
  }
  if (row.refused !== undefined) await writeRenewed(deps, home.key, lane, sid, row.copy);
  return { end: 'replicated', copies: [row.copy] };
};

/** Whether it is known that Twilio will not take what the source says now. */
export const isRefused = (deps: BridgeDeps, lane: Lane, row: Copied, original: Message): boolean =>
  row.refused !== undefined && row.refused === digest(deps, lane, row, original);

const digest = (deps: BridgeDeps, lane: Lane, { late }: Copied, original: Message): string =>
  digestOf(deps.settings.stampKey, original.sid, textAcross(lane, original, late));

/** Told, then the row; once it says so, that is not repeated. */
const parkEdit = async (
  deps: BridgeDeps,
  home: Home,
  lane: Lane,
  row: Copied,
  original: Message,
  { code }: TwilioTrouble,
): Promise<Outcome> => {
  const { sid, index, createdAt } = original;
  const edit = digest(deps, lane, row, original);
  if (row.refused !== edit) {
    await tellOfParked(deps, home, { lane, sid, index, createdAt, reason: 'refused', code, attempts: 1, edit });
    await writeRefused(deps, home.key, lane, sid, row.copy, { digest: edit, index, code });
  }
  return { end: 'parked', reason: 'refused', code };
};

/** For whoever ends otherwise than with this copy. @returns whether it was put right. */
export const putRight = async (
  deps: BridgeDeps,
  home: Home,
  lane: Lane,
  sid: string,
  row: Copied,
  original: Message | undefined,
): Promise<boolean> => {
  const outcome = await renewCopy(deps, home, lane, sid, row, original);
  if (outcome.end === 'parked')
    deps.journal({
      ...{ step: 'parked', type: 'reconcile', lane, sids: [sid, row.copy] },
      ...{ reason: outcome.reason, code: outcome.code },
    });
  return outcome.end === 'replicated';
};
