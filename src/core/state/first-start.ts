/** When this deployment was first started: chats accepted before that are left alone. */
import type { Clock, Nonce } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import { FIRST_START, NONCE } from './items.ts';

/**
 * Noted once and for ever by the first run that asks.
 * @returns milliseconds since 1970, of whole seconds as TaskRouter's dates are.
 */
export const firstStart = async (deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly nonce: Nonce;
}): Promise<number> => {
  const now = Math.floor(deps.clock.now() / 1000) * 1000;
  const written = await deps.store.write(FIRST_START, {
    when: [['lacks', 'at']],
    set: { at: now },
    nonce: [NONCE, deps.nonce()],
  });
  return written.ok ? now : Number(written.old?.at);
};

/** Noted once and for ever, so it is read once by each process. */
const starts = new WeakMap<Pick<Store, 'get'>, number>();

/** @returns undefined while no run has asked for it. */
export const knownFirstStart = async (store: Pick<Store, 'get'>): Promise<number | undefined> => {
  const at = starts.get(store) ?? (await store.get(FIRST_START))?.at;
  if (typeof at !== 'number') return undefined;
  starts.set(store, at);
  return at;
};
