import { TABLE } from '../../contract.ts';
import { apply, assertWellFormed, type Item, type Key } from '../../core/ports/change.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { ListedKey, Store } from '../../core/ports/store.ts';
import { createSortedItems, type SortedItems } from './sorted-items.ts';

const name = (key: Key): string => JSON.stringify([key.pk, key.sk]);

/** Copied, so that a caller's object is no longer the store's, and frozen, so that no caller can change the store's. */
const keep = (item: Item): Item =>
  Object.freeze(
    Object.fromEntries(
      Object.entries(item).map(([attribute, value]) => [
        attribute,
        typeof value === 'object' ? Object.freeze(structuredClone(value)) : value,
      ]),
    ),
  );

const toListedKey = ({ pk, sk, [TABLE.listOrder]: listOrder }: Item): ListedKey => ({
  ...{ pk: String(pk), sk: String(sk), listOrder: String(listOrder) },
});

/** After so many writes the items whose time has passed make room. */
const WRITES_A_CLEANING = 10_000;

export type MemoryStore = Store & {
  /** Everything that it has not forgotten, in any order. */
  readonly everything: () => readonly Item[];
};

/**
 * State that lives as long as the process: for tests, and what {@link apply} alone makes of the port. Given a clock it
 * forgets an item as soon as its `ttl` has passed; DynamoDB takes its time.
 */
export const createMemoryStore = (clock?: Pick<Clock, 'now'>): MemoryStore => {
  const items = new Map<string, Item>();
  const lists = new Map<string, SortedItems>();
  const partitions = new Map<string, SortedItems>();
  let written = 0;
  const isKept = ({ [TABLE.ttl]: ttl }: Item): boolean =>
    clock === undefined || typeof ttl !== 'number' || ttl * 1000 > clock.now();
  const kept = (key: Key): Item | undefined => {
    const item = items.get(name(key));
    return item !== undefined && isKept(item) ? item : undefined;
  };
  const sortedIn = (of: Map<string, SortedItems>, which: string): SortedItems => {
    const there = of.get(which) ?? createSortedItems();
    of.set(which, there);
    return there;
  };
  /** Which order an item has in which list, if it is on one. */
  const placeOf = (item: Item | undefined): readonly [SortedItems, string] | undefined => {
    const { [TABLE.list]: list, [TABLE.listOrder]: order } = item ?? {};
    return typeof list === 'string' && typeof order === 'string' ? [sortedIn(lists, list), order] : undefined;
  };
  const put = (key: Key, item: Item): void => {
    const named = name(key);
    const [before] = placeOf(items.get(named)) ?? [];
    const [now, order] = placeOf(item) ?? [];
    if (before !== now) before?.remove(named);
    if (order !== undefined) now?.put(named, order, item);
    items.set(named, item);
    sortedIn(partitions, key.pk).put(named, key.sk, item);
  };
  const forget = (named: string, item: Item): void => {
    placeOf(item)?.[0].remove(named);
    items.delete(named);
    const pk = String(item.pk);
    const partition = sortedIn(partitions, pk);
    partition.remove(named);
    if (partition.isEmpty()) partitions.delete(pk);
  };
  const clean = (): void => {
    for (const [named, item] of items) if (!isKept(item)) forget(named, item);
  };
  const onListOf = (list: string, { limit, after }: Parameters<Store['list']>[1]) => {
    const found = lists.get(list)?.following(after, limit + 1, isKept) ?? [];
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return {
      items: page,
      next: found.length > limit && last !== undefined ? String(last[TABLE.listOrder]) : undefined,
    };
  };
  return {
    get: async (key) => kept(key),
    write: async (key, change) => {
      assertWellFormed(change);
      const outcome = apply(key, kept(key), change);
      if (!outcome.ok) return outcome;
      const item = keep(outcome.item);
      put(key, item);
      written += 1;
      if (written % WRITES_A_CLEANING === 0) clean();
      return { ok: true, item };
    },
    list: async (list, page) => onListOf(list, page),
    listKeys: async (list, page) => {
      const { items: found, next } = onListOf(list, page);
      return { keys: found.map(toListedKey), next };
    },
    listUnder: async (pk, { prefix, limit, after }) => {
      const isMeant = (item: Item) => String(item.sk).startsWith(prefix) && isKept(item);
      const found = partitions.get(pk)?.following(after, limit + 1, isMeant) ?? [];
      const page = found.slice(0, limit);
      return { items: page, next: found.length > limit ? String(page.at(-1)?.sk) : undefined };
    },
    everything: () => [...items.values()].filter(isKept),
  };
};
