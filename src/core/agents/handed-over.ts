/** A task that the bridge has made for an agent who took a chat over, or began one, in Frontline is no offer to him. */
import type { BridgeDeps } from '../deps.ts';
import { sendAgree, sendStart } from '../jobs/send.ts';
import type { MadeFor } from '../model/event.ts';
import type { WorkerSid } from '../model/sids.ts';
import { loadPair } from '../state/pair.ts';
import { createPairIds } from '../state/pair-ids.ts';

/**
 * The pair's own job, or its start's, accepts it for him, and hears of its end. Flex's plugins copy a task's mark with
 * all its attributes, so the pair decides.
 */
export const passToHandover = async (
  deps: BridgeDeps,
  { channel, task }: MadeFor,
  worker: WorkerSid,
): Promise<boolean> => {
  const id = await createPairIds(deps.store).find('flex', channel);
  const pair = id === undefined ? undefined : await loadPair(deps.store, id);
  if (pair?.state === 'linking' && pair.startedIn !== undefined) {
    await sendStart(deps, pair.startedIn);
    return true;
  }
  const handover = pair?.handover;
  if (pair === undefined || handover === undefined || handover.worker !== worker) return false;
  if (handover.task !== undefined && handover.task !== task) return false;
  await sendAgree(deps, pair, 'flex_task');
  return true;
};
