/** Where a container's pair lies: under its own name, or under the other container's. Names never change once given. */

import type { Side } from '../model/event.ts';
import type { Key } from '../ports/change.ts';
import type { Store } from '../ports/store.ts';
import { aliasOf, pairKey, readPair } from './pair.ts';

export type PairKeys = { readonly find: (side: Side, container: string) => Promise<Key | undefined> };

/** @param most how many containers are remembered; the longest unused ones are forgotten. */
export const createPairKeys = (store: Store, most = 20_000): PairKeys => {
  const known = new Map<string, Key>();
  return {
    find: async (side, container) => {
      const own = pairKey(side, container);
      const cached = known.get(own.pk);
      if (cached !== undefined) {
        known.delete(own.pk);
        known.set(own.pk, cached);
        return cached;
      }
      const item = await store.get(own);
      const found = readPair(item) === undefined ? aliasOf(item) : own;
      if (found === undefined) return undefined;
      known.set(own.pk, found);
      if (known.size > most) known.delete(known.keys().next().value ?? '');
      return found;
    },
  };
};
