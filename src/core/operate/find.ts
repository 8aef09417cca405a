import type { Store } from '../ports/store.ts';
import { ledgerKey } from '../state/ledger.ts';
import { aliasOf, type Pair, pairKey, readPair } from '../state/pair.ts';
import { allDue } from './due.ts';
import { listParked } from './parked.ts';

/** So many pairs are looked at side by side. */
const AT_ONCE = 50;

/**
 * The pair that a SID belongs to: a channel's or a conversation's (CH…) by its name in the table; a task's (WT…), or that
 * of a message that was parked or carried over (IM…), by looking through the open pairs, which are some thousand reads.
 */
export const findPair = async (store: Store, sid: string): Promise<Pair | undefined> => {
  if (sid.startsWith('CH')) return byContainer(store, sid);
  if (sid.startsWith('WT')) return amongOpen(store, (pair) => pair.task === sid);
  if (!sid.startsWith('IM')) return undefined;
  const row = (await listParked(store, {})).find((one) => one.sid === sid);
  if (row !== undefined) return readPair(await store.get({ pk: row.pair, sk: 'pair' }));
  return amongOpen(store, async ({ key }) => {
    const rows = await Promise.all(
      (['toFrontline', 'toFlex'] as const).map((lane) => store.get(ledgerKey(key, lane, sid))),
    );
    return rows.some((one) => one !== undefined);
  });
};

const byContainer = async (store: Store, sid: string): Promise<Pair | undefined> => {
  for (const side of ['flex', 'frontline'] as const) {
    const item = await store.get(pairKey(side, sid));
    const pair = aliasOf(item);
    const found = readPair(pair === undefined ? item : await store.get(pair));
    if (found !== undefined) return found;
  }
  return undefined;
};

const amongOpen = async (store: Store, fits: (pair: Pair) => boolean | Promise<boolean>): Promise<Pair | undefined> => {
  const lists = await Promise.all(['due', 'active', 'quiet'].map((name) => allDue(store, name)));
  const keys = [...new Set(lists.flat().map(({ pk }) => String(pk)))];
  for (let from = 0; from < keys.length; from += AT_ONCE) {
    const pairs = await Promise.all(
      keys.slice(from, from + AT_ONCE).map(async (pk) => {
        const pair = readPair(await store.get({ pk, sk: 'pair' }));
        return pair !== undefined && (await fits(pair)) ? pair : undefined;
      }),
    );
    const found = pairs.find((pair) => pair !== undefined);
    if (found !== undefined) return found;
  }
  return undefined;
};
