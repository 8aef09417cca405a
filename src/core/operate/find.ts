import { type ContainerSid, isSid, type MessageSid } from '../model/sids.ts';
import { PAIRS_AT_ONCE } from '../model/times.ts';
import type { Store } from '../ports/store.ts';
import { everyKey } from '../state/every-item.ts';
import { ledgerKey, type PairId, pairId, pairKey } from '../state/items.ts';
import { findSource } from '../state/ledger.ts';
import { aliasOf, loadPair, type Pair, readPair } from '../state/pair.ts';
import { listParked } from './parked.ts';

/**
 * The pair that a SID belongs to: a channel's or a conversation's (CH…) by its name in the table; a task's (WT…), or
 * that of a message that was parked or carried over (IM…), by looking through the open pairs, which are some thousand
 * reads. A message may be the source or the copy: an agent or a log line may name either.
 */
export const findPair = async (store: Store, sid: string): Promise<Pair | undefined> => {
  if (isSid('CH', sid)) return byContainer(store, sid);
  if (isSid('WT', sid)) return amongOpen(store, (pair) => pair.task === sid);
  if (!isSid('IM', sid)) return undefined;
  const row = (await listParked(store, {})).find((one) => one.sid === sid);
  if (row !== undefined) return loadPair(store, row.pair);
  return (
    (await amongOpen(store, (pair) => hasRow(store, pair, sid))) ??
    amongOpen(store, (pair) => hasCopy(store, pair, sid))
  );
};

const LANES = ['toFrontline', 'toFlex'] as const;

const hasRow = async (store: Store, { id, generation }: Pair, sid: MessageSid): Promise<boolean> => {
  const rows = await Promise.all(LANES.map((lane) => store.get(ledgerKey(id, lane, sid, generation))));
  return rows.some((one) => one !== undefined);
};

/** No key leads from a copy to its row: each of the pair's rows is read. */
const hasCopy = async (store: Store, pair: Pair, sid: MessageSid): Promise<boolean> => {
  for (const lane of LANES) if ((await findSource({ store }, { pair, lane }, sid)) !== undefined) return true;
  return false;
};

const byContainer = async (store: Store, sid: ContainerSid): Promise<Pair | undefined> => {
  for (const side of ['flex', 'frontline'] as const) {
    const item = await store.get(pairKey(pairId(side, sid)));
    const alias = aliasOf(item);
    const found = alias === undefined ? readPair(item) : await loadPair(store, alias);
    if (found !== undefined) return found;
  }
  return undefined;
};

const amongOpen = async (store: Store, fits: (pair: Pair) => boolean | Promise<boolean>): Promise<Pair | undefined> => {
  const lists = await Promise.all((['due', 'active', 'quiet'] as const).map((list) => everyKey(store, list)));
  const ids = [...new Set(lists.flat().map(({ pk }) => pk as PairId))];
  for (let from = 0; from < ids.length; from += PAIRS_AT_ONCE) {
    const pairs = await Promise.all(
      ids.slice(from, from + PAIRS_AT_ONCE).map(async (id) => {
        const pair = await loadPair(store, id);
        return pair !== undefined && (await fits(pair)) ? pair : undefined;
      }),
    );
    const found = pairs.find((pair) => pair !== undefined);
    if (found !== undefined) return found;
  }
  return undefined;
};
