import type { Change, Item, Key, Written } from './change.ts';

export type Store = {
  /** Strongly consistent. */
  readonly get: (key: Key) => Promise<Item | undefined>;
  readonly write: (key: Key, change: Change) => Promise<Written>;
  /**
   * Items on the list of that name, by their `listOrder`, from after `after`. May lag behind writes by seconds. `next`
   * is the `listOrder` to go on from.
   */
  readonly list: (
    name: string,
    page: { readonly limit: number; readonly after?: string | undefined },
  ) => Promise<{ readonly items: readonly Item[]; readonly next: string | undefined }>;
  /**
   * Items of one `pk` whose `sk` begins with the prefix, ordered by `sk`, from after `after`. Strongly consistent. A
   * page holds at most `limit`, and may hold fewer though more follow; `next` is the `sk` to go on from.
   */
  readonly listUnder: (
    pk: string,
    page: { readonly prefix: string; readonly limit: number; readonly after?: string | undefined },
  ) => Promise<{ readonly items: readonly Item[]; readonly next: string | undefined }>;
};
