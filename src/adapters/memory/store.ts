import { TABLE } from '../../contract.ts';
import { apply, assertWellFormed, type Item, type Key } from '../../core/ports/change.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { ListedKey, Store } from '../../core/ports/store.ts';

const name = (key: Key): string => JSON.stringify([key.pk, key.sk]);

/** As DynamoDB sorts text: by its UTF-8 bytes. */
const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

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

/**
 * State that lives as long as the process: for tests, and what {@link apply} alone makes of the port. Given a clock it
 * forgets an item as soon as its `ttl` has passed; DynamoDB takes its time.
 */
export const createMemoryStore = (clock?: Pick<Clock, 'now'>): Store => {
  const items = new Map<string, Item>();
  const isKept = ({ [TABLE.ttl]: ttl }: Item): boolean =>
    clock === undefined || typeof ttl !== 'number' || ttl * 1000 > clock.now();
  const kept = (key: Key): Item | undefined => {
    const item = items.get(name(key));
    return item !== undefined && isKept(item) ? item : undefined;
  };
  const onListOf = (list: string, { limit, after }: Parameters<Store['list']>[1]) => {
    const sortKey = (item: Item): string => String(item[TABLE.listOrder]);
    const found = [...items.values()]
      .filter((item) => item[TABLE.list] === list && typeof item[TABLE.listOrder] === 'string' && isKept(item))
      .filter((item) => after === undefined || byBytes(sortKey(item), after) > 0)
      .sort((a, b) => byBytes(sortKey(a), sortKey(b)));
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return { items: page, next: found.length > limit && last !== undefined ? sortKey(last) : undefined };
  };
  return {
    get: async (key) => kept(key),
    write: async (key, change) => {
      assertWellFormed(change);
      const written = apply(key, kept(key), change);
      if (!written.ok) return written;
      const item = keep(written.item);
      items.set(name(key), item);
      return { ok: true, item };
    },
    list: async (list, page) => onListOf(list, page),
    listKeys: async (list, page) => {
      const { items: found, next } = onListOf(list, page);
      return { keys: found.map(toListedKey), next };
    },
    listUnder: async (pk, { prefix, limit, after }) => {
      const found = [...items.values()]
        .filter((item) => item.pk === pk && String(item.sk).startsWith(prefix) && isKept(item))
        .filter((item) => after === undefined || byBytes(String(item.sk), after) > 0)
        .sort((a, b) => byBytes(String(a.sk), String(b.sk)));
      const page = found.slice(0, limit);
      return { items: page, next: found.length > limit ? String(page.at(-1)?.sk) : undefined };
    },
  };
};
