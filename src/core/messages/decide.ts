/** What a message event means for its lane when the claim was refused. Pure and total. */
import type { Lane } from '../model/event.ts';
import { otherLane, source } from '../model/event.ts';
import type { Skipped } from '../model/outcome.ts';
import { containerOf, type Pair } from '../state/pair.ts';

export type Decision =
  | { readonly do: 'skip'; readonly why: Skipped }
  /** The lane waits for its side: reconcile copies this message with the others. */
  | { readonly do: 'defer' }
  /** Only the bridge's own messages stand between the cursor and this one. */
  | { readonly do: 'claim'; readonly cursor: number }
  /** What is missing may be the other lane's copies, whose accounting is on its way. */
  | { readonly do: 'wait' }
  | { readonly do: 'reconcile' };

const skip = (why: Skipped): Decision => ({ do: 'skip', why });

export const decide = (pair: Pair | undefined, lane: Lane, container: string, index: number): Decision => {
  if (pair === undefined || pair.state === 'linking') return skip('not_linked');
  if (pair.state === 'closed') return skip('closed');
  if (containerOf(pair, source(lane)) !== container) return skip('old_generation');
  const { cursor, ownIndices, holes, dirty, intent } = pair.lanes[lane];
  if (index <= cursor && !holes.has(index)) return skip('already');
  if (ownIndices.includes(index)) return skip('own');
  if (dirty !== undefined || pair.heldUntil !== undefined || pair.state === 'ending') return { do: 'defer' };
  if (intent !== undefined || index <= cursor) return { do: 'reconcile' };
  for (let between = cursor + 1; between < index; between += 1)
    if (!ownIndices.includes(between))
      return { do: pair.lanes[otherLane(lane)].intent === undefined ? 'reconcile' : 'wait' };
  return { do: 'claim', cursor };
};
