/** The file of one machine: opened, upgraded, written through to the disk, closed. */
import { closeSync, fdatasync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { TIMES } from '../../contract.ts';
import type { Clock } from '../../core/ports/clock.ts';
import { createGroupCommit } from './group-commit.ts';
import { upgrades } from './schema.ts';
import { type Sql, statements } from './statements.ts';

export type Database = {
  /**
   * Reads and writes in one step, after everything asked for before. All work asked for while the disk is busy is
   * committed together, and no promise resolves before the commit is on the disk: that is what makes thousands of
   * durable writes a second possible. Work that throws is undone and rejects alone;
   * other work of its transaction may run twice, so it must do nothing but read and write here.
   */
  readonly perform: <T>(work: (sql: Sql) => T) => Promise<T>;
  /**
   * Removes the items whose `ttl` (seconds) has passed, and dead letters that are older than SQS keeps one: they hold
   * what people wrote, and no row tells any more what became of it. @returns how many items.
   */
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

/**
 * WAL. SQLite itself puts an upgrade on the disk before it counts, and what a checkpoint needs
 * (https://sqlite.org/pragma.html#pragma_synchronous); every other commit is {@link createGroupCommit}'s to put there.
 */
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
    raw.exec('PRAGMA synchronous = NORMAL');
    return raw;
  } catch (error) {
    raw.close();
    if (isBusy(error)) throw new Error(`${path} is in use by another bridge process`, { cause: error });
    throw error;
  }
};

/**
 * Opens the file that holds a bridge's state and queues on one machine, creates or upgrades it, and removes expired
 * items. It is this process's alone until it is closed or dies.
 * @throws when another process has it open, or a newer release has written it.
 */
export const openDatabase = async (
  path: string,
  at: {
    readonly clock: Pick<Clock, 'now'>;
    /** Puts on the disk what was written to an open file; fdatasync unless given. */
    readonly sync?: ((file: number) => Promise<void>) | undefined;
  },
): Promise<Database> => {
  const raw = connect(path);
  // The upgrade has made it, and it stays the same file until the connection is closed.
  const wal = openSync(`${path}-wal`, 'r+');
  const { sync = promisify(fdatasync) } = at;
  const { perform, end } = createGroupCommit(raw, statements(raw), () => sync(wal), path);

  const removeExpired = async (): Promise<number> =>
    perform(({ run }) => {
      const now = at.clock.now();
      run('DELETE FROM dead WHERE parked_at <= ?', now - TIMES.retention * 1000);
      return run('DELETE FROM item WHERE ttl <= ?', Math.floor(now / 1000));
    });

  await removeExpired();
  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await end();
    closeSync(wal);
    raw.close();
  };
  return {
    perform,
    removeExpired,
    close: () => {
      closed ??= close();
      return closed;
    },
  };
};
