import { type Home, readHome } from '../../core/pair.ts';
import type { Database } from './open.ts';

/** The pairs whose chat goes on, from after the home key `after`, in the order of their keys. */
export const openPairs = (
  database: Database,
  page: { readonly limit: number; readonly after?: string | undefined },
): Promise<readonly Home[]> =>
  database.perform(({ all }) =>
    all(
      `SELECT json FROM item WHERE sk = 'pair' AND pk > ? AND json_extract(json, '$.st') = 'open' ORDER BY pk LIMIT ?`,
      page.after ?? '',
      page.limit,
    )
      .map((row) => readHome(JSON.parse(String(row.json))))
      .filter((home) => home !== undefined),
  );
