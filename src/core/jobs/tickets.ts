/** How an operator's command hears how its job ended: the job names a ticket, and its consumer writes the end there. */

import type { BridgeDeps } from '../deps.ts';
import type { Deferred, Outcome, Parked, Skipped } from '../model/outcome.ts';
import { TICKET_LOOK_EVERY_MS, TICKETS_AT_ONCE } from '../model/times.ts';
import type { Item } from '../ports/change.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import { keptFor, NONCE, TICKET_SECONDS, ticketKey } from '../state/items.ts';
import type { Work } from './envelope.ts';
import { newTally, type Tally } from './run.ts';

export type JobEnd = {
  readonly end: Exclude<Outcome['end'], 'retry'>;
  readonly reason: Skipped | Parked | Deferred | undefined;
  /** How many messages were repaired by all runs of the job; a run that was killed did not count. */
  readonly repaired: number;
  /** Milliseconds since 1970: something was found that can only be judged after this. */
  readonly unsureUntil: number | undefined;
  /** SIDs of what now stands on the other side. */
  readonly copies: readonly string[];
};

const ticketOf = (work: Work): string | undefined => ('ticket' in work ? work.ticket : undefined);

/** After each run of a job, and the first end counts: a job that is delivered twice finds its work done. */
export const writeTicket = async (
  deps: Pick<BridgeDeps, 'store' | 'clock' | 'nonce'>,
  work: Work,
  outcome: Outcome,
  tally: Tally = newTally(),
): Promise<void> => {
  const ticket = ticketOf(work);
  if (ticket === undefined || (outcome.end === 'retry' && tally.repaired === 0)) return;
  const kept = keptFor(TICKET_SECONDS, deps.clock);
  await deps.store.write(ticketKey(ticket), {
    when: [['lacks', 'end']],
    set: outcome.end === 'retry' ? kept : { ...kept, ...endOf(outcome, tally) },
    ...(tally.repaired > 0 ? { add: { repaired: tally.repaired } } : {}),
    nonce: [NONCE, deps.nonce()],
  });
};

const endOf = (outcome: Exclude<Outcome, { end: 'retry' }>, { unsureUntil }: Tally) => ({
  end: outcome.end,
  ...(outcome.end !== 'forwarded' && 'reason' in outcome ? { reason: outcome.reason } : {}),
  ...('copies' in outcome ? { copies: outcome.copies.join(' ') } : {}),
  ...(unsureUntil === undefined ? {} : { unsureUntil }),
});

const read = (item: Item): JobEnd => ({
  end: item.end as JobEnd['end'],
  reason: item.reason as JobEnd['reason'],
  repaired: typeof item.repaired === 'number' ? item.repaired : 0,
  unsureUntil: typeof item.unsureUntil === 'number' ? item.unsureUntil : undefined,
  copies: typeof item.copies === 'string' && item.copies !== '' ? item.copies.split(' ') : [],
});

/**
 * @returns the tickets whose jobs ended within so many milliseconds; where no consumer runs they are not waited for.
 */
export const awaitTickets = async (
  deps: { readonly store: Pick<Store, 'get'>; readonly clock: Clock; readonly consumed: boolean },
  tickets: readonly string[],
  atMostMs: number,
): Promise<ReadonlyMap<string, JobEnd>> => {
  const ended = new Map<string, JobEnd>();
  const until = deps.clock.now() + (deps.consumed ? atMostMs : 0);
  let waiting = tickets;
  for (;;) {
    // Jobs end in about the order in which they were put there: no need to ask for all of many each time.
    await Promise.all(
      waiting.slice(0, TICKETS_AT_ONCE).map(async (ticket) => {
        const item = await deps.store.get(ticketKey(ticket));
        if (item?.end !== undefined) ended.set(ticket, read(item));
      }),
    );
    const before = waiting.length;
    waiting = waiting.filter((ticket) => !ended.has(ticket));
    if (waiting.length === 0 || deps.clock.now() >= until) return ended;
    // Those that take longest stand back, so that the others are seen.
    if (waiting.length === before) {
      waiting = [...waiting.slice(TICKETS_AT_ONCE), ...waiting.slice(0, TICKETS_AT_ONCE)];
      await deps.clock.sleep(TICKET_LOOK_EVERY_MS);
    }
  }
};
