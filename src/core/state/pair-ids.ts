/** Where a container's pair lies: under its own name, or under the other container's. Names never change once given. */

import type { Side } from '../model/event.ts';
import type { ContainerSid } from '../model/sids.ts';
import { REMEMBERED_CONTAINERS } from '../model/times.ts';
import type { Store } from '../ports/store.ts';
import { type PairId, pairId, pairKey } from './items.ts';
import { aliasOf, readPair } from './pair.ts';

export type PairIds = { readonly find: (side: Side, container: ContainerSid) => Promise<PairId | undefined> };

/** @param most how many containers are remembered; the longest unused ones are forgotten. */
export const createPairIds = (store: Store, most = REMEMBERED_CONTAINERS): PairIds => {
  const known = new Map<PairId, PairId>();
  return {
    find: async (side, container) => {
      const own = pairId(side, container);
      const cached = known.get(own);
      if (cached !== undefined) {
        known.delete(own);
        known.set(own, cached);
        return cached;
      }
      const item = await store.get(pairKey(own));
      const found = readPair(item) === undefined ? aliasOf(item) : own;
      if (found === undefined) return undefined;
      known.set(own, found);
      const [oldest] = known.keys();
      if (known.size > most && oldest !== undefined) known.delete(oldest);
      return found;
    },
  };
};
