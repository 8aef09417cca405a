/** A silent copy whose stamp an app has replaced looks like one that was never forwarded: its row tells. */
import { kindOfCopy } from '../copies/carried.ts';
import type { BridgeDeps } from '../deps.ts';
import type { Message } from '../model/event.ts';
import { isSid } from '../model/sids.ts';
import { findSource } from '../state/ledger.ts';
import type { LinkedPair } from '../state/pair.ts';

/** Copies have their sources' times, so of a later one nothing is asked. @throws TwilioError */
export const isCopyOfCarried = async (
  deps: BridgeDeps,
  pair: LinkedPair,
  { sid, createdAt }: Pick<Message, 'sid' | 'createdAt'>,
): Promise<boolean> => {
  if (pair.carriedBefore === undefined || Date.parse(createdAt) >= pair.carriedBefore) return false;
  const source = await findSource(deps, { pair, lane: 'toFlex' }, sid);
  return isSid('IM', source) && (await kindOfCopy(deps, pair, 'toFlex', { sid: source, createdAt })) === 'silent';
};
