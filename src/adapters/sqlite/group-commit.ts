/** Work on one connection: what gathers while the disk is busy is one transaction, on the disk before it counts. */
import type { DatabaseSync } from 'node:sqlite';
import type { Sql } from './statements.ts';

export type GroupCommit = {
  readonly perform: <T>(work: (sql: Sql) => T) => Promise<T>;
  /** What was asked for is finished first; what is asked for later rejects. */
  readonly end: () => Promise<void>;
};

type Job = { readonly work: () => void; readonly settle: () => void; readonly fail: (error: unknown) => void };

/**
 * One transaction for all jobs. When one throws, all are done once more, each from a place to go back to: that hardly
 * ever happens, and the places cost two statements a job.
 * @returns what tells each how it ended, or all of them what befell them.
 */
const performTogether = (
  raw: DatabaseSync,
  sql: Sql,
  jobs: readonly Job[],
  way: 'straight' | 'step by step' = 'straight',
): ((lost?: unknown) => void) => {
  const failed = new Map<Job, unknown>();
  const failAll = (error: unknown): void => {
    for (const job of jobs) job.fail(error);
  };
  try {
    sql.run('BEGIN IMMEDIATE');
    for (const job of jobs) {
      if (way === 'step by step') sql.run('SAVEPOINT job');
      try {
        job.work();
      } catch (error) {
        if (way === 'straight' && raw.isTransaction) {
          sql.run('ROLLBACK');
          return performTogether(raw, sql, jobs, 'step by step');
        }
        failed.set(job, error);
        sql.run('ROLLBACK TO job');
      }
      if (way === 'step by step') sql.run('RELEASE job');
    }
    sql.run('COMMIT');
  } catch (error) {
    // After an error of the disk SQLite may have ended the transaction by itself.
    if (raw.isTransaction) sql.run('ROLLBACK');
    return () => failAll(error);
  }
  return (lost) => {
    if (lost !== undefined) return failAll(lost);
    for (const job of jobs) {
      if (failed.has(job)) job.fail(failed.get(job));
      else job.settle();
    }
  };
};

/**
 * @param sync - puts all that was committed on the disk. It is waited for without holding up the event loop, and one at
 * a time: what is asked for meanwhile is the next transaction. When it fails nobody knows what is on the disk, so
 * nothing is read or written any more: a new process begins with what is really there.
 */
export const createGroupCommit = (
  raw: DatabaseSync,
  sql: Sql,
  sync: () => Promise<void>,
  path: string,
): GroupCommit => {
  let waiting: Job[] = [];
  let isBusy = false;
  let refusal: Error | undefined;

  const writes = (): number => Number(sql.one('SELECT total_changes() AS n')?.n);

  const flush = async (): Promise<void> => {
    const jobs = waiting;
    waiting = [];
    const before = writes();
    const tell = performTogether(raw, sql, jobs);
    // Only reads: what they saw was on the disk before this transaction began.
    const lost = writes() === before ? undefined : await sync().then(() => undefined, failed);
    tell(lost);
    if (lost !== undefined) for (const job of waiting.splice(0)) job.fail(lost);
    isBusy = false;
    if (waiting.length > 0) begin();
  };
  const failed = (cause: unknown): Error => {
    refusal = new Error(`${path} could not be written to the disk; start anew`, { cause });
    // The journal tells the name alone.
    refusal.name = 'DiskFailed';
    return refusal;
  };
  const begin = (): void => {
    if (isBusy) return;
    isBusy = true;
    setImmediate(() => void flush());
  };

  const perform: GroupCommit['perform'] = (work) =>
    new Promise((resolve, reject) => {
      if (refusal !== undefined) return reject(refusal);
      let result: ReturnType<typeof work>;
      waiting.push({
        work: () => {
          result = work(sql);
        },
        settle: () => resolve(result),
        fail: reject,
      });
      begin();
    });
  return {
    perform,
    end: async () => {
      const last = perform(() => undefined);
      refusal ??= new Error(`${path} is closed`);
      await last.catch(() => {});
    },
  };
};
