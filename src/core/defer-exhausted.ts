/** When trying again is over: what was to be done is put where the sweep finds it, so that no queue's limit decides. */

import { noticeSid } from './copies/notice-text.ts';
import type { BridgeDeps } from './deps.ts';
import { addAcceptToBacklog, addToBacklog } from './jobs/backlog.ts';
import type { Work } from './jobs/envelope.ts';
import type { Accepted, ChatChanged, EventOfChat } from './model/event.ts';
import { laneFrom } from './model/event.ts';
import { deferred, type Outcome } from './model/outcome.ts';
import { PATIENCE_MS } from './model/times.ts';
import type { Delivery } from './ports/queues.ts';
import { noteDisagreement } from './state/agreed.ts';
import { pairId } from './state/items.ts';
import { defer, markStale } from './state/lane/waiting-marks.ts';
import { loadPair } from './state/pair.ts';
import type { PairIds } from './state/pair-ids.ts';
import { beginPair } from './state/pair-writes.ts';

/**
 * A job is not waited for: its lane is dirty and it comes again within a minute. An event is, for 15 minutes, or until
 * what is gone cannot only be behind any more; after that no queue limit, retention or receive count decides what
 * becomes of it, but the dirty mark.
 */
export const deferWhenExhausted = async (
  deps: BridgeDeps,
  pairs: PairIds,
  work: Work,
  outcome: Outcome,
  delivery: Delivery,
): Promise<Outcome> => {
  if (outcome.end !== 'retry' || outcome.progress) return outcome;
  // Who asked by a ticket wants to hear how it ended.
  const asked = 'ticket' in work && work.ticket !== undefined;
  const ends = deferred(outcome.gone ? 'container_gone' : 'side_down');
  if ((work.kind === 'reconcile' && !asked) || work.kind === 'link' || work.kind === 'agree') return ends;
  // The sweep has sent it, and does so again while the two sides differ.
  if (work.kind === 'presence' && work.change === undefined) return ends;
  if ('backlogId' in work && work.backlogId !== undefined) return ends;
  const patience = outcome.gone ? deps.settings.settleMs : PATIENCE_MS;
  if (deps.clock.now() - delivery.firstReceivedAt < patience) return outcome;
  if (work.kind === 'notice') {
    await addToBacklog(deps, work.pair, delivery.group, noticeSid(work.about), work);
    return ends;
  }
  // A redrive ends here: the message stays parked, and the operator's command says so. What a comparison sent it sends
  // again.
  if (work.kind !== 'event') return ends;
  const { event } = work;
  // What an agent's two sides say the sweep sees for itself, whatever became of a webhook.
  if (event.type === 'worker.activity') return ends;
  // What is offered, and what has ended, the sweep sees for itself, whatever became of a webhook.
  if (event.type === 'reservation.created' || event.type === 'reservation.ended') return ends;
  return (await deferEvent(deps, pairs, event)) ? ends : outcome;
};

/** @returns false when even that could not be stored: the event stays on its queue. */
const deferEvent = async (deps: BridgeDeps, pairs: PairIds, event: EventOfChat): Promise<boolean> => {
  try {
    if (event.type === 'reservation.accepted') return await deferAccept(deps, event);
    if (event.type === 'chat.changed') return await deferChange(deps, pairs, event);
    const lane = laneFrom(event.side);
    const id = (await pairs.find(event.side, event.container)) ?? pairId(event.side, event.container);
    const { index, sid } = event.message;
    if (event.type !== 'message.added') return (await markStale(deps, id, lane, sid)).ok;
    const written = await defer(deps, id, lane, index);
    return written.ok || (written.pair?.lanes[lane].dirty?.upTo ?? -1) >= index;
  } catch {
    deps.journal({ step: 'failed', type: event.type, reason: 'could not be deferred', sids: [event.container] });
    return false;
  }
};

/** The sweep finds by itself what differs, and at once what is marked. */
const deferChange = async (deps: BridgeDeps, pairs: PairIds, event: ChatChanged): Promise<boolean> => {
  const id = await pairs.find(event.side, event.container);
  const pair = id === undefined ? undefined : await loadPair(deps.store, id);
  if (pair?.state === 'open' || pair?.state === 'ending') await noteDisagreement(deps, pair);
  return true;
};

/**
 * The pair's own mark stands for the accept that it remembers; each other one waits by itself, so that none is
 * forgotten.
 */
const deferAccept = async (deps: BridgeDeps, event: Accepted): Promise<boolean> => {
  const pair = await beginPair(deps, event);
  if (pair === undefined) return false;
  if (pair.reservation === event.reservation && pair.due && !pair.linked) return true;
  await addAcceptToBacklog(deps, event);
  return true;
};
