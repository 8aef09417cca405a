import type { Change, Item, Key, Written } from './change.ts';

/** What an item on a list is found by. */
export type ListedKey = Key & { readonly listOrder: string };

/** @param after the `listOrder` behind which the page begins */
type ListPage = { readonly limit: number; readonly after?: string | undefined };

export type Store = {
  /** Strongly consistent. */
  readonly get: (key: Key) => Promise<Item | undefined>;
  readonly write: (key: Key, change: Change) => Promise<Written>;
  /**
   * Items on the list of that name, by their `listOrder`. May lag behind writes by seconds. A page may hold fewer than
   * `limit`, or none, though more follow; `next` is the `listOrder` to go on from. Each item is read by itself, so
   * where its key says enough, `listKeys` costs less.
   */
  readonly list: (
    name: string,
    page: ListPage,
  ) => Promise<{ readonly items: readonly Item[]; readonly next: string | undefined }>;
  /** The same, of what the list itself holds. */
  readonly listKeys: (
    name: string,
    page: ListPage,
  ) => Promise<{ readonly keys: readonly ListedKey[]; readonly next: string | undefined }>;
  /**
   * Items of one `pk` whose `sk` begins with the prefix, ordered by `sk`, from after `after`. Strongly consistent. A
   * page holds at most `limit`, and may hold fewer though more follow; `next` is the `sk` to go on from.
   */
  readonly listUnder: (
    pk: string,
    page: { readonly prefix: string; readonly limit: number; readonly after?: string | undefined },
  ) => Promise<{ readonly items: readonly Item[]; readonly next: string | undefined }>;
};
