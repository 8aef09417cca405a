import type { BridgeDeps } from '../deps.ts';
import { sendDeadLetter } from '../jobs/dead-letter.ts';
import type { Accepted } from '../model/event.ts';
import type { Outcome, Parked } from '../model/outcome.ts';
import { pairId } from '../state/items.ts';

/** No words of people stand in the dead letter; redriven, it links the pair from what the pair remembers. */
export const parkLink = async (deps: BridgeDeps, event: Accepted, reason: Parked, code?: number): Promise<Outcome> => {
  const of = { group: event.container, name: event.reservation, reason };
  await sendDeadLetter(deps, 'flex-events', of, {
    kind: 'link',
    pair: pairId('flex', event.container),
    because: 'parked',
  });
  return { end: 'parked', reason, code };
};
