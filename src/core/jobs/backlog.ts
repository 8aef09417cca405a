/**
 * Work that cannot be done now, and that no lane's mark stands for: it waits in the store below its pair, and the sweep
 * sends it again each minute until it has ended.
 */

import { TABLE } from '../../contract.ts';
import type { BridgeDeps } from '../deps.ts';
import type { Accepted } from '../model/event.ts';
import { BACKLOG_A_PAGE, SENT_BY_AND_BY_MS } from '../model/times.ts';
import type { Key } from '../ports/change.ts';
import { BACKLOG_SECONDS, backlogKey, keptFor, NONCE, OFF_LIST, onList, type PairId, pairId } from '../state/items.ts';
import { encodeEnvelope, type Work } from './envelope.ts';

/** What the queue of the lane to Frontline takes: a notice, or an accept. */
export type BacklogWork =
  | Extract<Work, { kind: 'notice' }>
  | (Extract<Work, { kind: 'event' }> & { readonly event: Accepted });

/**
 * @param id names the work in its pair for ever; it holds no text and no name of a person, and neither may the work.
 * @param channel the chat's, in whose turn it is done.
 */
export const addToBacklog = async (
  deps: Pick<BridgeDeps, 'store' | 'clock' | 'nonce'>,
  pair: PairId,
  channel: string,
  id: string,
  work: BacklogWork,
): Promise<void> => {
  const now = deps.clock.now();
  await deps.store.write(backlogKey(pair, id), {
    when: [['lacks', TABLE.list]],
    set: {
      // What was deferred first is sent first.
      ...onList('backlog', `${now}#${pair}#${id}`),
      channel,
      work: JSON.stringify({ ...work, backlogId: id } satisfies Work),
      ...keptFor(BACKLOG_SECONDS, deps.clock),
    },
    nonce: [NONCE, deps.nonce()],
  });
};

/** The customer's name stands in the channel, too, and nowhere in the store. */
export const addAcceptToBacklog = (
  deps: Pick<BridgeDeps, 'store' | 'clock' | 'nonce'>,
  event: Accepted,
): Promise<void> => {
  const pair = pairId('flex', event.container);
  const work = { kind: 'event', event: { ...event, customerName: '' } } as const;
  return addToBacklog(deps, pair, event.container, event.reservation, work);
};

/** undefined when this work waits nowhere. */
const waitsAt = (work: Work): Key | undefined => {
  if ((work.kind !== 'notice' && work.kind !== 'event') || work.backlogId === undefined) return undefined;
  if (work.kind === 'notice') return backlogKey(work.pair, work.backlogId);
  return work.event.type === 'reservation.accepted'
    ? backlogKey(pairId('flex', work.event.container), work.backlogId)
    : undefined;
};

/** While its chat's queue was held up, the sweep may have sent it more than once. */
export const hasLeftBacklog = async (deps: Pick<BridgeDeps, 'store'>, work: Work): Promise<boolean> => {
  const key = waitsAt(work);
  return key !== undefined && (await deps.store.get(key))?.[TABLE.list] === undefined;
};

/** It has ended: what waited for that waits no more. */
export const removeFromBacklog = async (deps: Pick<BridgeDeps, 'store' | 'nonce'>, work: Work): Promise<void> => {
  const key = waitsAt(work);
  if (key === undefined) return;
  await deps.store.write(key, {
    when: [['has', TABLE.list]],
    remove: OFF_LIST,
    nonce: [NONCE, deps.nonce()],
  });
};

/**
 * What waits, each on its chat's queue again: one at each turn, for an accept makes a conversation, and as many as
 * there is time for.
 * @param from where the last run was cut off.
 * @returns where the next run goes on; undefined: at the beginning.
 */
export const sendBacklog = async (
  deps: Pick<BridgeDeps, 'store' | 'queues' | 'clock' | 'nonce'>,
  from: string | undefined,
  deadline: number,
): Promise<string | undefined> => {
  let place = from;
  let sent = 0;
  for (;;) {
    const page = await deps.store.list('backlog', { limit: BACKLOG_A_PAGE, after: place });
    for (const item of page.items) {
      if (sent > 0) await deps.clock.sleep(SENT_BY_AND_BY_MS);
      if (deps.clock.now() >= deadline) return place;
      await deps.queues.send('flex-events', {
        group: String(item.channel),
        dedupe: `backlog-${deps.nonce()}`,
        body: encodeEnvelope({ receivedAt: deps.clock.now(), work: JSON.parse(String(item.work)) as BacklogWork }),
      });
      sent += 1;
      place = String(item[TABLE.listOrder]);
    }
    if (page.next === undefined) return undefined;
  }
};
