/**
 * What Twilio never takes, and says so by no code that is known to be final. A side that is down looks the same from
 * one chat: so it is given up only while other chats get through. While none does, everything waits.
 */

import type { BridgeDeps } from '../deps.ts';
import type { Lane } from '../model/event.ts';
import type { SourceSid } from '../model/sids.ts';
import type { PairId } from '../state/items.ts';
import { wasCopiedSince } from '../state/ledger.ts';
import type { Pair } from '../state/pair.ts';

/** Tried so often in so long. */
const TRIES = { times: 10, ms: 3_600_000 } as const;
/** Another chat got through within this time; in a lane that is stuck no message can have. */
const LATELY_MS = 15 * 60_000;
/** How many other pairs are looked at. */
const MOST = 20;

/** Whether a message that is about to be tried again is better given up. Costs nothing before its tenth try. */
export const isPoison = async (deps: BridgeDeps, pair: Pair, lane: Lane, sid: SourceSid): Promise<boolean> => {
  const { tried } = pair.lanes[lane];
  if (tried?.sid !== sid || tried.times < TRIES.times || deps.clock.now() - tried.since < TRIES.ms) return false;
  return othersGetThrough(deps, lane);
};

/** Whether an edit that waits since then is better given up. */
export const isPoisonSince = async (deps: BridgeDeps, lane: Lane, since: number): Promise<boolean> =>
  deps.clock.now() - since >= TRIES.ms && (await othersGetThrough(deps, lane));

const othersGetThrough = async (deps: BridgeDeps, lane: Lane): Promise<boolean> => {
  const { items } = await deps.store.list('active', { limit: MOST });
  for (const { pk } of items)
    if (await wasCopiedSince(deps, pk as PairId, lane, deps.clock.now() - LATELY_MS)) return true;
  return false;
};
