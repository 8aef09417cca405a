import { ITEMS_A_PAGE } from '../model/times.ts';
import type { Item } from '../ports/change.ts';
import type { Store } from '../ports/store.ts';
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
