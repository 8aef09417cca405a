import { dueMark } from '../state/lane/write.ts';
import type { Home } from '../state/pair.ts';
import type { Operator } from './ports.ts';

/**
 * A pair that was held because it wrote faster than people can goes on at once; it is marked as due, so that the next
 * sweep brings over what was deferred.
 * @returns false when it is not held.
 */
export const release = async ({ store, nonce }: Pick<Operator, 'store' | 'nonce'>, home: Home): Promise<boolean> => {
  const written = await store.write(home.key, {
    when: [['has', 'held']],
    set: dueMark(home),
    remove: ['held'],
    nonce: ['n', nonce()],
  });
  return written.ok;
};
