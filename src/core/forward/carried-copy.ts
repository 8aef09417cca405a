/** A silent copy whose stamp an app has replaced looks like one that was never forwarded: its row tells. */
import { kindOfCopy } from '../copies/carried.ts';
import type { BridgeDeps } from '../deps.ts';
import type { Message } from '../model/event.ts';
import { isSid } from '../model/sids.ts';
import { findSource } from '../state/ledger.ts';
import { type LinkedPair, loadPair } from '../state/pair.ts';

/**
 * Copies have their sources' times, so of a later one nothing is asked.
 * @returns undefined when nobody can say yet: it may be what a write made of which no answer came. @throws TwilioError
 */
export const isCopyOfCarried = async (
  deps: BridgeDeps,
  pair: LinkedPair,
  { sid, index, createdAt }: Pick<Message, 'sid' | 'index' | 'createdAt'>,
): Promise<boolean | undefined> => {
  if (pair.carriedBefore === undefined || Date.parse(createdAt) >= pair.carriedBefore) return false;
  // Read before the rows: a write's row stands before it counts as done.
  const intent = (await loadPair(deps.store, pair.id))?.lanes.toFlex.intent;
  const mayBeItsCopy = intent !== undefined && index > intent.tail;
  const source = await findSource(deps, { pair, lane: 'toFlex' }, sid);
  if (source === undefined && mayBeItsCopy) return undefined;
  return isSid('IM', source) && (await kindOfCopy(deps, pair, 'toFlex', { sid: source, createdAt })) === 'silent';
};
