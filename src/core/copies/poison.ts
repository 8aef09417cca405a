/**
 * What Twilio never takes, and says so by no code that is known to be final. A side that is down looks the same from
 * one chat: so it is given up only while other chats get through. While none does, everything waits.
 */

import type { BridgeDeps } from '../deps.ts';
import type { Lane } from '../model/event.ts';
import type { SourceSid } from '../model/sids.ts';
import { GIVE_UP, GOT_THROUGH_WITHIN_MS, OTHER_PAIRS } from '../model/times.ts';
import type { PairId } from '../state/items.ts';
import { wasCopiedSince } from '../state/ledger.ts';
import type { Pair } from '../state/pair.ts';

/** Whether a message that is about to be tried again is better given up. Costs nothing before its tenth try. */
export const isPoison = async (deps: BridgeDeps, pair: Pair, lane: Lane, sid: SourceSid): Promise<boolean> => {
  const { tried } = pair.lanes[lane];
  if (tried?.sid !== sid || tried.times < GIVE_UP.tries || deps.clock.now() - tried.since < GIVE_UP.afterMs)
    return false;
  return othersGetThrough(deps, lane);
};

/** Whether an edit that waits since then is better given up. */
export const isPoisonSince = async (deps: BridgeDeps, lane: Lane, since: number): Promise<boolean> =>
  deps.clock.now() - since >= GIVE_UP.afterMs && (await othersGetThrough(deps, lane));

const othersGetThrough = async (deps: BridgeDeps, lane: Lane): Promise<boolean> => {
  const { keys } = await deps.store.listKeys('active', { limit: OTHER_PAIRS });
  for (const { pk } of keys)
    if (await wasCopiedSince(deps, pk as PairId, lane, deps.clock.now() - GOT_THROUGH_WITHIN_MS)) return true;
  return false;
};
