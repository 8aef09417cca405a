/** The rows of what has joined from a stray conversation: those of a lane to Flex, below the conversation itself. */
import { digestOf } from '../copies/fingerprint.ts';
import type { BridgeDeps } from '../deps.ts';
import type { MessageSid } from '../model/sids.ts';
import { pairId } from '../state/items.ts';
import { type LedgerRow, type RowOf, readRow, writeCopied } from '../state/ledger.ts';
import type { Intent } from '../state/pair.ts';
import type { Stray } from '../state/strays.ts';

export const rowOfJoined = ({ conversation }: Pick<Stray, 'conversation'>, sid: MessageSid): RowOf => ({
  ...{ pair: { id: pairId('frontline', conversation), generation: 1 }, lane: 'toFlex', sid },
});

export const readJoined = (
  deps: Pick<BridgeDeps, 'store'>,
  stray: Pick<Stray, 'conversation'>,
  sid: MessageSid,
): Promise<LedgerRow | undefined> => readRow(deps, rowOfJoined(stray, sid));

/** @returns the row as it stands: another copy's when that one was first. */
export const writeJoined = (
  deps: BridgeDeps,
  stray: Stray,
  { digest, late, ...intent }: Pick<Intent, 'sid' | 'digest' | 'late'>,
  { sid, index, written }: { readonly sid: MessageSid; readonly index: number; readonly written?: string },
): Promise<LedgerRow | undefined> => {
  const source = intent.sid as MessageSid;
  const otherwise =
    written === undefined ? undefined : { said: digest, written: digestOf(deps.settings.stampKey, source, written) };
  return writeCopied(deps, rowOfJoined(stray, source), { sid, index, late, otherwise });
};
