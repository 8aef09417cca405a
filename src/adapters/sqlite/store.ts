import { TABLE } from '../../contract.ts';
import { apply, assertWellFormed, type Item, type Key, type Value } from '../../core/ports/change.ts';
import type { Store } from '../../core/ports/store.ts';
import type { Database } from './open.ts';
import type { Sql, SqlRow } from './statements.ts';

const toItem = (row: SqlRow): Item => JSON.parse(String(row.json)) as Item;

const read = (sql: Sql, key: Key): Item | undefined => {
  const row = sql.one('SELECT json FROM item WHERE pk = ? AND sk = ?', key.pk, key.sk);
  return row === undefined ? undefined : toItem(row);
};

const textOrNull = (value: Value | undefined): string | null => (typeof value === 'string' ? value : null);

const indexed = [TABLE.list, TABLE.listOrder, TABLE.ttl] as const;

/** As a rule nothing that an index holds has changed, and then none is written: that takes half the time. */
const keep = (sql: Sql, key: Key, item: Item, before: Item | undefined): void => {
  if (before !== undefined && indexed.every((name) => before[name] === item[name])) {
    sql.run('UPDATE item SET json = ? WHERE pk = ? AND sk = ?', JSON.stringify(item), key.pk, key.sk);
    return;
  }
  const ttl = item[TABLE.ttl];
  sql.run(
    'INSERT OR REPLACE INTO item (pk, sk, json, list, list_order, ttl) VALUES (?, ?, ?, ?, ?, ?)',
    key.pk,
    key.sk,
    JSON.stringify(item),
    textOrNull(item[TABLE.list]),
    textOrNull(item[TABLE.listOrder]),
    typeof ttl === 'number' ? Math.floor(ttl) : null,
  );
};

/**
 * State in a SQLite file, durable when a write resolves; the change is made by {@link apply} inside the transaction.
 */
export const createSqliteStore = (database: Database): Store => ({
  get: (key) => database.perform((sql) => read(sql, key)),
  write: (key, change) =>
    database.perform((sql) => {
      assertWellFormed(change);
      const before = read(sql, key);
      const written = apply(key, before, change);
      if (written.ok) keep(sql, key, written.item, before);
      return written;
    }),
  list: (list, { limit, after }) =>
    database.perform((sql) => {
      const rows = sql.all(
        'SELECT json, list_order FROM item WHERE list = ? AND list_order > ? ORDER BY list_order LIMIT ?',
        list,
        after ?? '',
        limit + 1,
      );
      const page = rows.slice(0, limit);
      return { items: page.map(toItem), next: rows.length > limit ? String(page.at(-1)?.list_order) : undefined };
    }),
  listKeys: (list, { limit, after }) =>
    database.perform((sql) => {
      const rows = sql.all(
        'SELECT pk, sk, list_order FROM item WHERE list = ? AND list_order > ? ORDER BY list_order LIMIT ?',
        ...[list, after ?? '', limit + 1],
      );
      const page = rows
        .slice(0, limit)
        .map(({ pk, sk, list_order }) => ({ pk: String(pk), sk: String(sk), listOrder: String(list_order) }));
      return { keys: page, next: rows.length > limit ? page.at(-1)?.listOrder : undefined };
    }),
  listUnder: (pk, { prefix, limit, after }) =>
    database.perform((sql) => {
      const rows = sql.all(
        'SELECT json, sk FROM item WHERE pk = ? AND sk > ? AND substr(sk, 1, length(?)) = ? ORDER BY sk LIMIT ?',
        ...[pk, after ?? '', prefix, prefix, limit + 1],
      );
      const page = rows.slice(0, limit);
      return { items: page.map(toItem), next: rows.length > limit ? String(page.at(-1)?.sk) : undefined };
    }),
});
