import { closeSync, openSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from 'node:sqlite';
import type { Clock } from '../../core/ports/clock.ts';
import { upgrades } from './schema.ts';

export type SqlRow = Readonly<Record<string, SQLOutputValue>>;

/** Statements inside the transaction of one turn. Valid only while the work that received it runs. */
export type Sql = {
  /** @returns how many rows it changed. */
  readonly run: (statement: string, ...values: SQLInputValue[]) => number;
  readonly one: (statement: string, ...values: SQLInputValue[]) => SqlRow | undefined;
  readonly all: (statement: string, ...values: SQLInputValue[]) => readonly SqlRow[];
};

export type Database = {
  /**
   * Reads and writes in one step, after everything asked for before. All work asked for in the same turn of the event
   * loop is committed together, and no promise resolves before the commit is on the disk: with synchronous=FULL that is
   * what makes thousands of durable writes a second possible. The event loop waits for a commit, so after a large one
   * it has as long for itself before the next: under load more is committed at once. Work that throws is undone and
   * rejects alone; it may be called twice.
   */
  readonly perform: <T>(work: (sql: Sql) => T) => Promise<T>;
  /** Removes the items whose `ttl` (seconds) has passed. @returns how many. */
  readonly removeExpired: () => Promise<number>;
  /** What was asked for is finished first; what is asked for later rejects. */
  readonly close: () => Promise<void>;
};

const BUSY = 5;
const isBusy = (error: unknown): boolean =>
  typeof error === 'object' &&
  error !== null &&
  'errcode' in error &&
  typeof error.errcode === 'number' &&
  (error.errcode & 0xff) === BUSY;

const statements = (raw: DatabaseSync): Sql => {
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

const upgrade = (raw: DatabaseSync, path: string): void => {
  const version = Number(raw.prepare('PRAGMA user_version').get()?.user_version);
  if (version > upgrades.length)
    throw new Error(`${path} was written by a newer release (schema ${version}, known ${upgrades.length})`);
  if (version === 1)
    throw new Error(`${path} was written before the first release and cannot be read: move it away, and start anew`);
  raw.exec('BEGIN IMMEDIATE');
  for (const text of upgrades.slice(version)) raw.exec(text);
  raw.exec(`PRAGMA user_version = ${upgrades.length}`);
  raw.exec('COMMIT');
};

/**
 * Pages of 4 KB that the WAL holds before they go to the file. SQLite's own 1000 are a few commits' worth under load,
 * and each time the disk is flushed twice more (https://sqlite.org/wal.html#ckpt).
 */
const CHECKPOINT_PAGES = 16_000;

/** A commit of so many jobs is a large one: few messages a second never wait for another's. */
const BUSY_JOBS = 16;
/** A shorter rest than a timer can give is none. */
const LEAST_REST_MS = 0.5;

/** WAL, and each commit on the disk before it counts (https://sqlite.org/pragma.html#pragma_synchronous). */
const connect = (path: string): DatabaseSync => {
  // The file holds what people wrote: made for its owner's eyes only, and SQLite gives the WAL the same mode.
  closeSync(openSync(path, 'a', 0o600));
  const raw = new DatabaseSync(path, { timeout: 0 });
  try {
    raw.exec('PRAGMA locking_mode = EXCLUSIVE');
    raw.exec('PRAGMA journal_mode = WAL');
    raw.exec('PRAGMA synchronous = FULL');
    raw.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    upgrade(raw, path);
    return raw;
  } catch (error) {
    raw.close();
    if (isBusy(error)) throw new Error(`${path} is in use by another bridge process`, { cause: error });
    throw error;
  }
};

type Job = { readonly work: () => void; readonly settle: () => void; readonly fail: (error: unknown) => void };

/**
 * Hardly any job ever throws, so that places to go back to are not worth making at first. @returns whether none did.
 */
const allWork = (sql: Sql, jobs: readonly Job[]): boolean => {
  try {
    for (const job of jobs) job.work();
    return true;
  } catch {
    sql.run('ROLLBACK');
    return false;
  }
};

/** Each job by itself: one that throws is rolled back to where it began. @returns what they threw. */
const eachWorks = (sql: Sql, jobs: readonly Job[]): ReadonlyMap<Job, unknown> => {
  const failed = new Map<Job, unknown>();
  for (const job of jobs) {
    sql.run('SAVEPOINT job');
    try {
      job.work();
    } catch (error) {
      failed.set(job, error);
      sql.run('ROLLBACK TO job');
    }
    sql.run('RELEASE job');
  }
  return failed;
};

/** One transaction for all jobs. */
const performTogether = (raw: DatabaseSync, sql: Sql, jobs: readonly Job[]): void => {
  let failed: ReadonlyMap<Job, unknown> = new Map();
  try {
    sql.run('BEGIN IMMEDIATE');
    if (!allWork(sql, jobs)) {
      sql.run('BEGIN IMMEDIATE');
      failed = eachWorks(sql, jobs);
    }
    sql.run('COMMIT');
  } catch (error) {
    // After an error of the disk SQLite may have ended the transaction by itself.
    if (raw.isTransaction) sql.run('ROLLBACK');
    for (const job of jobs) job.fail(error);
    return;
  }
  for (const job of jobs) {
    if (failed.has(job)) job.fail(failed.get(job));
    else job.settle();
  }
};

/**
 * Opens the file that holds a bridge's state and queues on one machine, creates or upgrades it, and removes expired
 * items. It is this process's alone until it is closed or dies.
 * @throws when another process has it open, or a newer release has written it.
 */
export const openDatabase = async (path: string, at: { readonly clock: Pick<Clock, 'now'> }): Promise<Database> => {
  const raw = connect(path);
  const sql = statements(raw);
  let waiting: Job[] = [];
  let closed = false;

  let nextCommit = 0;
  const flush = (): void => {
    const jobs = waiting;
    waiting = [];
    const begun = performance.now();
    performTogether(raw, sql, jobs);
    const ended = performance.now();
    nextCommit = jobs.length < BUSY_JOBS ? ended : ended + (ended - begun);
  };
  const flushSoon = (): void => {
    const rest = nextCommit - performance.now();
    if (rest < LEAST_REST_MS) setImmediate(flush);
    else setTimeout(flush, rest);
  };
  const perform: Database['perform'] = (work) =>
    new Promise((resolve, reject) => {
      if (closed) {
        reject(new Error(`${path} is closed`));
        return;
      }
      if (waiting.length === 0) flushSoon();
      let result: ReturnType<typeof work>;
      waiting.push({
        work: () => {
          result = work(sql);
        },
        settle: () => resolve(result),
        fail: reject,
      });
    });

  const removeExpired = async (): Promise<number> =>
    perform(({ run }) => run('DELETE FROM item WHERE ttl <= ?', Math.floor(at.clock.now() / 1000)));

  await removeExpired();
  return {
    perform,
    removeExpired,
    close: async () => {
      if (closed) return;
      const last = perform(() => undefined);
      closed = true;
      await last;
      raw.close();
    },
  };
};
