import { ITEMS_A_PAGE } from '../model/times.ts';
import type { Item } from '../ports/change.ts';
import type { ListedKey, Store } from '../ports/store.ts';
import type { ListName } from './items.ts';

/** Every item of one list, in its order. */
export const everyItem = async (store: Pick<Store, 'list'>, list: ListName): Promise<readonly Item[]> => {
  const items: Item[] = [];
  let after: string | undefined;
  do {
    const page = await store.list(list, { limit: ITEMS_A_PAGE, after });
    items.push(...page.items);
    after = page.next;
  } while (after !== undefined);
  return items;
};

/** The keys of a list behind a place, or of all of it, in its order; a page is read when the one before is used up. */
export async function* keysBehind(
  store: Pick<Store, 'listKeys'>,
  list: ListName,
  place: string | undefined,
): AsyncGenerator<ListedKey> {
  let after = place;
  do {
    const page = await store.listKeys(list, { limit: ITEMS_A_PAGE, after });
    yield* page.keys;
    after = page.next;
  } while (after !== undefined);
}

/** The keys of every item of one list, in its order. */
export const everyKey = async (store: Pick<Store, 'listKeys'>, list: ListName): Promise<readonly ListedKey[]> => {
  const keys: ListedKey[] = [];
  for await (const key of keysBehind(store, list, undefined)) keys.push(key);
  return keys;
};
