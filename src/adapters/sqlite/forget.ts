import type { Database } from './open.ts';

/** Empties the file: state, queues and dead letters. */
export const forgetEverything = (database: Database): Promise<void> =>
  database.perform(({ run }) => {
    for (const table of ['item', 'message', 'line', 'dedupe', 'dead']) run(`DELETE FROM ${table}`);
  });
