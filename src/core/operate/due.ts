import type { Item } from '../ports/change.ts';
import type { Store } from '../ports/store.ts';

const PAGE = 100;

/** Every item of one of the sparse index's lists, in its order. */
export const allDue = async (store: Pick<Store, 'listDue'>, name: string): Promise<readonly Item[]> => {
  const items: Item[] = [];
  let after: string | undefined;
  do {
    const page = await store.listDue(name, { limit: PAGE, after });
    items.push(...page.items);
    after = page.next;
  } while (after !== undefined);
  return items;
};
