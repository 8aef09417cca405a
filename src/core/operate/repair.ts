/** One pair compared now, on request. */

import { sendJobOn } from '../jobs/send.ts';
import { awaitTickets, type JobEnd } from '../jobs/tickets.ts';
import type { Lane } from '../model/event.ts';
import { DIRECTIONS } from '../model/mode.ts';
import { NONCE, pairKey } from '../state/items.ts';
import { dueMark } from '../state/lane/lease.ts';
import { readModes } from '../state/modes.ts';
import type { Pair } from '../state/pair.ts';
import type { Operator } from './operator.ts';

/**
 * Why a lane was not compared: its job has not ended yet, or no bridge runs that could do it, or how it ended instead.
 */
export type NotRepaired =
  | 'in_progress'
  | 'bridge_not_running'
  | 'being_linked'
  | NonNullable<JobEnd['reason']>
  | JobEnd['end'];

/**
 * What came of it, with how many messages were repaired meanwhile. `clean` is only said of what was seen. `unsure`:
 * something was found that is too young to tell, for a list may be behind; `again` is when it can be, in milliseconds
 * since 1970.
 */
export type LaneRepair = { readonly lane: Lane } & (
  | { readonly verdict: 'clean' }
  | { readonly verdict: 'repaired'; readonly repaired: number }
  | { readonly verdict: 'unsure'; readonly repaired: number; readonly again: number }
  | { readonly verdict: 'not_compared'; readonly reason: NotRepaired; readonly repaired?: number }
);

const verdictOf = (lane: Lane, ended: JobEnd | undefined, unheard: NotRepaired): LaneRepair => {
  if (ended === undefined) return { lane, verdict: 'not_compared', reason: unheard };
  const { repaired, unsureUntil } = ended;
  if (ended.end !== 'reconciled') {
    const seen = { lane, verdict: 'not_compared', reason: ended.reason ?? ended.end } as const;
    return repaired === 0 ? seen : { ...seen, repaired };
  }
  if (unsureUntil !== undefined) return { lane, verdict: 'unsure', repaired, again: unsureUntil };
  return repaired === 0 ? { lane, verdict: 'clean' } : { lane, verdict: 'repaired', repaired };
};

/**
 * Puts a comparison on both lanes' own queues and waits for their ends. A pair whose link stopped half-way is linked
 * again instead, which compares it once it is done.
 * @param how `full`: beyond the newest page of both ends; `waitMs`: how long the ends are waited for.
 */
export const repairPair = async (
  operator: Operator,
  pair: Pair,
  how: { readonly full: boolean; readonly waitMs: number },
): Promise<readonly LaneRepair[]> => {
  const neither = (reason: NotRepaired): readonly LaneRepair[] =>
    DIRECTIONS.map((lane) => ({ lane, verdict: 'not_compared', reason }));
  const unheard = operator.consumed ? 'in_progress' : 'bridge_not_running';
  // Of one that ended before it was linked there is nothing to compare, and never will be.
  if (pair.state === 'closed' && !pair.linked) return neither('closed');
  if (!pair.linked) {
    const link = { kind: 'link', pair: pair.id, because: 'operator' } as const;
    await sendJobOn(operator, pair, 'toFrontline', link);
    const { toFrontline } = await readModes(operator.store);
    const linking = toFrontline.mode === 'on' ? 'being_linked' : toFrontline.mode;
    return neither(operator.consumed ? linking : unheard);
  }
  const jobs: { readonly lane: Lane; readonly ticket: string }[] = [];
  for (const lane of DIRECTIONS) {
    const ticket = operator.nonce();
    const compare = { kind: 'reconcile', pair: pair.id, lane, because: 'operator', ticket } as const;
    const work = how.full ? { ...compare, full: true } : compare;
    if (await sendJobOn(operator, pair, lane, work)) jobs.push({ lane, ticket });
  }
  const ended = await awaitTickets(
    operator,
    jobs.map(({ ticket }) => ticket),
    how.waitMs,
  );
  return jobs.map(({ lane, ticket }) => verdictOf(lane, ended.get(ticket), unheard));
};

/**
 * A pair that was held because it wrote faster than people can goes on at once; it is marked as due, so that the next
 * sweep brings over what was deferred.
 * @returns false when it is not held.
 */
export const releasePair = async (
  { store, nonce }: Pick<Operator, 'store' | 'nonce'>,
  pair: Pair,
): Promise<boolean> => {
  const written = await store.write(pairKey(pair.id), {
    when: [['has', 'heldUntil']],
    set: dueMark(pair),
    remove: ['heldUntil'],
    nonce: [NONCE, nonce()],
  });
  return written.ok;
};
