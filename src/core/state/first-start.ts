/** When this deployment was first started: chats accepted before that are left alone. */
import type { Key } from '../ports/change.ts';
import type { Clock, Nonce } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';

/**
 * Noted once and for ever by whoever asks first.
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
    nonce: ['n', deps.nonce()],
  });
  return written.ok ? now : Number(written.old?.at);
};

/** The item that knows when this deployment was first started: its attribute `at`, milliseconds since 1970. */
export const FIRST_START: Key = { pk: 'deployment', sk: 'first' };
