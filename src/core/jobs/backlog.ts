/**
 * Work that cannot be done now, and that no lane's mark stands for: it waits in the store below its pair, and the sweep
 * sends it again each minute until it has ended.
 */

import type { BridgeDeps } from '../deps.ts';
import type { Accepted } from '../model/event.ts';
import type { Key } from '../ports/change.ts';
import { pairKey } from '../state/pair.ts';
import { encodeEnvelope, type Work } from './envelope.ts';

/** What the queue of the lane to Frontline takes: a notice, or an accept. */
export type BacklogWork = Extract<Work, { kind: 'notice' | 'event' }>;

/** Seconds. Nobody waits for an agent, or looks for a message, of last week. */
const KEEP_SECONDS = 7 * 24 * 3600;
const DUE = 'kept';

const keyOf = (pair: string, id: string): Key => ({ pk: pair, sk: `w#${id}` });

/**
 * @param id names the work in its pair for ever; it holds no text and no name of a person, and neither may the work.
 * @param channel the chat's, in whose turn it is done.
 */
export const addToBacklog = async (
  deps: Pick<BridgeDeps, 'store' | 'clock' | 'nonce'>,
  pair: string,
  channel: string,
  id: string,
  work: BacklogWork,
): Promise<void> => {
  const now = deps.clock.now();
  await deps.store.write(keyOf(pair, id), {
    when: [['lacks', 'due']],
    set: {
      due: DUE,
      // What was set aside first is sent first.
      dk: `${now}#${pair}#${id}`,
      channel,
      work: JSON.stringify({ ...work, backlogId: id } satisfies Work),
      ttl: Math.floor(now / 1000) + KEEP_SECONDS,
    },
    nonce: ['n', deps.nonce()],
  });
};

/** The customer's name stands in the channel, too, and nowhere in the store. */
export const addAcceptToBacklog = (
  deps: Pick<BridgeDeps, 'store' | 'clock' | 'nonce'>,
  event: Accepted,
): Promise<void> => {
  const pair = pairKey('flex', event.container).pk;
  const work = { kind: 'event', event: { ...event, customerName: '' } } as const;
  return addToBacklog(deps, pair, event.container, event.reservation, work);
};

/** undefined when this work waits nowhere. */
const backlogKey = (work: Work): Key | undefined => {
  if ((work.kind !== 'notice' && work.kind !== 'event') || work.backlogId === undefined) return undefined;
  return keyOf(work.kind === 'notice' ? work.pair : pairKey('flex', work.event.container).pk, work.backlogId);
};

/** While its chat's queue was held up, the sweep may have sent it more than once. */
export const hasLeftBacklog = async (deps: Pick<BridgeDeps, 'store'>, work: Work): Promise<boolean> => {
  const key = backlogKey(work);
  return key !== undefined && (await deps.store.get(key))?.due === undefined;
};

/** It has ended: what waited for that waits no more. */
export const removeFromBacklog = async (deps: Pick<BridgeDeps, 'store' | 'nonce'>, work: Work): Promise<void> => {
  const key = backlogKey(work);
  if (key === undefined) return;
  await deps.store.write(key, {
    when: [['has', 'due']],
    remove: ['due', 'dk'],
    nonce: ['n', deps.nonce()],
  });
};

/** All that waits, each on its chat's queue again. */
export const sendBacklog = async (deps: Pick<BridgeDeps, 'store' | 'queues' | 'clock' | 'nonce'>): Promise<void> => {
  let after: string | undefined;
  do {
    const page = await deps.store.listDue(DUE, { limit: 20, after });
    for (const item of page.items)
      await deps.queues.send('flex-events', {
        group: String(item.channel),
        dedupe: `kept-${deps.nonce()}`,
        body: encodeEnvelope({ receivedAt: deps.clock.now(), work: JSON.parse(String(item.work)) as BacklogWork }),
      });
    after = page.next;
  } while (after !== undefined);
};
