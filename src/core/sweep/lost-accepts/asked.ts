/**
 * What is remembered of a task whose accept no pair shows: its worker may have no twin, or have accepted
 * before the deployment's first start. Kept in the store, for a function forgets; one item a task.
 */

import { ACCEPT_AGAIN_MS } from '../../model/times.ts';
import type { Clock, Nonce } from '../../ports/clock.ts';
import type { Store } from '../../ports/store.ts';
import { ASKED_SECONDS, askedKey, keptFor, NONCE } from '../../state/items.ts';

export type Asked = {
  readonly reservation: string;
  /** The task's own, in milliseconds: a task that has changed since is looked at again. */
  readonly updatedAt: number;
  /** Milliseconds since 1970: the same accept is not looked at again before. */
  readonly until: number;
};

type Deps = { readonly store: Store; readonly clock: Clock; readonly nonce: Nonce };

/**
 * An accept that led to nothing is tried again when the chat has been open for twice as long: after ten minutes,
 * twenty, forty, ... at last once a day. So a twin that is added later is found, and a thousand chats without one cost
 * little.
 */
export const askAgainAt = (now: number, acceptedAt: number): number =>
  now + Math.min(ACCEPT_AGAIN_MS.most, Math.max(ACCEPT_AGAIN_MS.least, now - acceptedAt));

export const readAsked = async (deps: Deps, task: string): Promise<Asked | undefined> => {
  const item = await deps.store.get(askedKey(task));
  if (item === undefined) return undefined;
  return { reservation: String(item.reservation), updatedAt: Number(item.updatedAt), until: Number(item.until) };
};

export const writeAsked = async (deps: Deps, task: string, asked: Asked): Promise<void> => {
  await deps.store.write(askedKey(task), {
    when: [],
    set: {
      reservation: asked.reservation,
      updatedAt: asked.updatedAt,
      until: asked.until,
      ...keptFor(ASKED_SECONDS, deps.clock),
    },
    nonce: [NONCE, deps.nonce()],
  });
};
