import type { BridgeDeps } from '../deps.ts';
import type { BridgeEvent, Message } from '../model/event.ts';
import { type Outcome, skipped } from '../model/outcome.ts';
import { systemOf } from '../state/system-conversation.ts';
import { sendOffersJob } from './offers.ts';

/**
 * What an agent writes in his System conversation is an answer to the bridge and crosses to nobody. Asked only of a
 * message in a conversation that is no pair's.
 */
export const heardBySystem = async (
  deps: BridgeDeps,
  event: Extract<BridgeEvent, { message: Message }>,
  outcome: Outcome,
): Promise<Outcome> => {
  if (event.side !== 'frontline' || outcome.end !== 'skipped' || outcome.reason !== 'not_linked') return outcome;
  const worker = await systemOf(deps.store, event.container);
  if (worker === undefined) return outcome;
  // What is meant by a message is what it said at first: an answer is not taken back by an edit.
  if (event.type === 'message.added') await sendOffersJob(deps, worker, { is: 'heard', index: event.message.index });
  return skipped('system_conversation');
};
