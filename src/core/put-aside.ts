/** What cannot be done now is put where the sweep finds it, so that no queue's limit decides what becomes of it. */

import { noticeSid } from './copies/notice-text.ts';
import type { BridgeDeps } from './deps.ts';
import { addAcceptToBacklog, addToBacklog } from './jobs/backlog.ts';
import type { Work } from './jobs/envelope.ts';
import { type Accepted, type BridgeEvent, type ChatChanged, laneFrom } from './model/event.ts';
import { noteDisagreement } from './state/agreed.ts';
import { type PairId, pairId } from './state/items.ts';
import { defer, markStale } from './state/lane/waiting-marks.ts';
import { loadPair } from './state/pair.ts';
import type { PairIds } from './state/pair-ids.ts';
import { beginPair } from './state/pair-writes.ts';
import { waitForStart } from './state/starts.ts';

/**
 * @param group in whose turn it is done.
 * @returns false when even that could not be stored: it must stay on its queue.
 */
export const putAside = async (deps: BridgeDeps, pairs: PairIds, work: Work, group: string): Promise<boolean> => {
  if ('backlogId' in work && work.backlogId !== undefined) return true;
  switch (work.kind) {
    case 'event':
      return eventAside(deps, pairs, work.event);
    case 'notice':
      await addToBacklog(deps, work.pair, group, noticeSid(work.about), work);
      return true;
    case 'start':
      await waitForStart(deps, work.conversation);
      return true;
    case 'agree':
      return changeAside(deps, work.pair);
    default:
      // The sweep has sent it, and does so again while there is something to do; or an operator has, and hears of it.
      return true;
  }
};

const eventAside = async (deps: BridgeDeps, pairs: PairIds, event: BridgeEvent): Promise<boolean> => {
  try {
    switch (event.type) {
      case 'reservation.accepted':
        return await acceptAside(deps, event);
      case 'chat.changed':
        return await changeAside(deps, await pairOf(pairs, event));
      case 'worker.activity':
      case 'reservation.created':
      case 'reservation.ended':
        // What an agent's two sides say, what is offered and what has ended the sweep sees for itself.
        return true;
      case 'message.added': {
        const lane = laneFrom(event.side);
        const { index } = event.message;
        const written = await defer(deps, await pairOf(pairs, event), lane, index);
        return written.ok || (written.pair?.lanes[lane].dirty?.upTo ?? -1) >= index;
      }
      case 'message.updated':
      case 'message.removed':
        return (await markStale(deps, await pairOf(pairs, event), laneFrom(event.side), event.message.sid)).ok;
      default:
        return event satisfies never;
    }
  } catch {
    const sids = 'container' in event ? [event.container] : [event.worker];
    deps.journal({ step: 'failed', type: event.type, reason: 'could not be put aside', sids });
    return false;
  }
};

const pairOf = async (pairs: PairIds, { side, container }: Pick<ChatChanged, 'side' | 'container'>): Promise<PairId> =>
  (await pairs.find(side, container)) ?? pairId(side, container);

/** The sweep finds by itself what differs, and at once what is marked. */
const changeAside = async (deps: BridgeDeps, id: PairId): Promise<boolean> => {
  const pair = await loadPair(deps.store, id);
  if (pair?.state === 'open' || pair?.state === 'ending') await noteDisagreement(deps, pair);
  return true;
};

/**
 * The pair's own mark stands for the accept that it remembers; each other one waits by itself, so that none is
 * forgotten.
 */
const acceptAside = async (deps: BridgeDeps, event: Accepted): Promise<boolean> => {
  const pair = await beginPair(deps, event);
  if (pair === undefined) return false;
  if (pair.reservation === event.reservation && pair.due && !pair.linked) return true;
  await addAcceptToBacklog(deps, event);
  return true;
};
