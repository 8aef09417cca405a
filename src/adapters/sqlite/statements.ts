import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite';

export type SqlRow = Readonly<Record<string, SQLOutputValue>>;

/** Statements inside the transaction of one turn. Valid only while the work that received it runs. */
export type Sql = {
  /** @returns how many rows it changed. */
  readonly run: (statement: string, ...values: SQLInputValue[]) => number;
  readonly one: (statement: string, ...values: SQLInputValue[]) => SqlRow | undefined;
  readonly all: (statement: string, ...values: SQLInputValue[]) => readonly SqlRow[];
};

/** Each is prepared once. */
export const statements = (raw: DatabaseSync): Sql => {
  const prepared = new Map<string, StatementSync>();
  const prepare = (text: string): StatementSync => {
    const statement = prepared.get(text) ?? raw.prepare(text);
    prepared.set(text, statement);
    return statement;
  };
  return {
    run: (text, ...values) => Number(prepare(text).run(...values).changes),
    one: (text, ...values) => prepare(text).get(...values),
    all: (text, ...values) => prepare(text).all(...values),
  };
};
