/** When trying again is over: what was to be done is put aside, for the sweep to come back to. */

import type { BridgeDeps } from './deps.ts';
import type { Work } from './jobs/envelope.ts';
import { deferred, type Outcome, skipped } from './model/outcome.ts';
import { ORIGIN_LOOKS, PATIENCE_MS, SIDE_DOWN_MS } from './model/times.ts';
import type { Delivery } from './ports/queues.ts';
import { putAside } from './put-aside.ts';
import type { PairIds } from './state/pair-ids.ts';

/** Why a look is taken a few times more, two seconds apart. */
const LOOKS_AGAIN: ReadonlySet<Retry['reason']> = new Set(['message_not_visible', 'pair_not_begun']);

type Retry = Extract<Outcome, { readonly end: 'retry' }>;

/**
 * A job is not waited for: its lane is dirty and it comes again within a minute. An event is, for 15 minutes, or until
 * what is gone cannot only be behind any more; after that no queue limit, retention or receive count decides what
 * becomes of it, but the dirty mark. It is not waited for while nobody gets through to its side, either, once that has
 * lasted: SQS looks for groups among the first 120 000 messages of a queue only, and what waits behind a dead side must
 * not stand before what goes elsewhere.
 */
export const deferWhenExhausted = async (
  deps: BridgeDeps,
  pairs: PairIds,
  work: Work,
  outcome: Outcome,
  delivery: Delivery,
): Promise<Outcome> => {
  if (outcome.end !== 'retry' || outcome.progress) return outcome;
  // What comes again each minute begins to count anew each time: only here do its few looks come to an end.
  if (LOOKS_AGAIN.has(outcome.reason) && delivery.attempts <= ORIGIN_LOOKS) return outcome;
  // Who asked by a ticket wants to hear how it ended.
  const asked = 'ticket' in work && work.ticket !== undefined;
  const ends = deferred(outcome.gone ? 'container_gone' : 'side_down');
  if ((work.kind === 'reconcile' && !asked) || work.kind === 'link' || work.kind === 'agree') return ends;
  // The sweep has sent it, and does so again while the two sides differ.
  if (work.kind === 'presence' && work.change === undefined) return ends;
  if ('backlogId' in work && work.backlogId !== undefined) return ends;
  const waited = deps.clock.now() - delivery.firstReceivedAt;
  // Who waits now does not want an agent to be told much later, and what is offered to him stands behind it.
  if (work.kind === 'notify_agent')
    return outcome.downMs === undefined && waited < deps.settings.settleMs ? outcome : skipped('too_late');
  if (waited < patienceWith(deps, work, outcome)) return outcome;
  // A redrive ends here, too: the message stays parked, and the operator's command says so.
  return (await putAside(deps, pairs, work, delivery.group)) ? ends : outcome;
};

const patienceWith = (deps: BridgeDeps, { kind }: Work, { gone, downMs = 0 }: Retry): number => {
  if (gone) return deps.settings.settleMs;
  return kind === 'event' && downMs >= SIDE_DOWN_MS ? 0 : PATIENCE_MS;
};
