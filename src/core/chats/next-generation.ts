/** A conversation that was closed while its chat goes on: the chat gets the next one, and goes on where it was. */
import { readBack } from '../copies/read-back.ts';
import type { BridgeDeps } from '../deps.ts';
import { sendAgree, sendJobOn } from '../jobs/send.ts';
import { deferred, type Outcome, pairMovedOn } from '../model/outcome.ts';
import { leaseOf } from '../state/lane/lease.ts';
import { hasBothContainers, type LinkedPair, loadPair } from '../state/pair.ts';
import { startGeneration } from '../state/pair-writes.ts';

/**
 * All that was said in the closed conversation must have crossed, and nothing may be under way into it. Then the pair
 * is linked again, as after an accept.
 */
export const goOnInNextGeneration = async (deps: BridgeDeps, id: LinkedPair['id']): Promise<Outcome> => {
  const pair = await loadPair(deps.store, id);
  if (pair === undefined || !hasBothContainers(pair)) return pairMovedOn();
  if (!pair.lanes.toFlex.drained) return deferred('draining');
  const freed = await readBack(deps, leaseOf(pair, 'toFrontline'));
  if (!freed.free) return deferred('draining');
  // A person has closed it, and what was under way may be the very word that the chat was to go on for.
  if (freed.adopted && pair.endedBy !== 'timer') {
    await sendAgree(deps, freed.lease.pair, 'drained');
    return deferred('draining');
  }
  const next = await startGeneration(deps, freed.lease.pair);
  if (next === undefined) return pairMovedOn();
  await sendJobOn(deps, next, 'toFrontline', { kind: 'link', pair: id, because: 'next_generation' });
  return { end: 'agreed', reason: 'next_generation' };
};
