import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { stat, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createTime } from '../../../sim/time.ts';
import { openDatabase } from '../../../src/adapters/sqlite/open.ts';
import { createSqliteQueue } from '../../../src/adapters/sqlite/queue.ts';
import { createSqliteStore } from '../../../src/adapters/sqlite/store.ts';
import { FORWARD_SECONDS } from '../../../src/core/state/items.ts';
import { drainSource } from '../../contracts/queues.contract.ts';
import { newFolder } from './folder.ts';

const clock = createTime();
let folder: Awaited<ReturnType<typeof newFolder>>;
beforeEach(async () => {
  folder = await newFolder();
});
afterEach(() => folder.remove());
const open = () => openDatabase(folder.file('bridge.db'), { clock });

describe('The file of one machine', () => {
  test('is there again after it was closed', async () => {
    const first = await open();
    await createSqliteStore(first).write({ pk: 'a', sk: 'b' }, { when: [], set: { x: 1 }, nonce: ['n', '1'] });
    await first.close();
    const second = await open();
    expect(await createSqliteStore(second).get({ pk: 'a', sk: 'b' })).toEqual({ pk: 'a', sk: 'b', x: 1, n: '1' });
    await second.close();
  });

  test('is written through to the disk before a write counts, and work goes on meanwhile', async () => {
    const disk: (() => void)[] = [];
    const database = await openDatabase(folder.file('bridge.db'), {
      clock,
      sync: () => new Promise((resolve) => disk.push(resolve)),
    });
    const store = createSqliteStore(database);
    const ended: string[] = [];
    const write = (name: string) =>
      store.write({ pk: name, sk: 's' }, { when: [], nonce: ['n', '1'] }).then(() => ended.push(name));
    const turns = async () => {
      for (let n = 0; n < 5; n += 1) await new Promise(setImmediate);
    };
    const first = write('first');
    await turns();
    const others = [write('second'), write('third')];
    const read = store.get({ pk: 'second', sk: 's' }).then(() => ended.push('a read of the second'));
    await turns();
    expect(ended).toEqual([]);
    expect(disk).toHaveLength(1);
    disk.shift()?.();
    await first;
    await turns();
    expect(ended).toEqual(['first']);
    // Both that came meanwhile, and what was read of them, with one more.
    expect(disk).toHaveLength(1);
    disk.shift()?.();
    await Promise.all([...others, read]);
    expect(ended).toEqual(['first', 'second', 'third', 'a read of the second']);
    await store.get({ pk: 'second', sk: 's' });
    expect(disk).toEqual([]);
    await database.close();
  });

  test('whose disk failed is neither read nor written any more, and has what is there after a new start', async () => {
    let fails = false;
    const sync = async () => {
      if (fails) throw new Error('EIO');
    };
    const database = await openDatabase(folder.file('bridge.db'), { clock, sync });
    const store = createSqliteStore(database);
    const key = { pk: 'a', sk: 'b' };
    await store.write(key, { when: [], set: { x: 1 }, nonce: ['n', '1'] });
    fails = true;
    const failed = { name: 'DiskFailed', message: expect.stringContaining('could not be written to the disk') };
    await expect(store.write(key, { when: [], set: { x: 2 }, nonce: ['n', '2'] })).rejects.toMatchObject(failed);
    fails = false;
    await expect(store.get(key)).rejects.toMatchObject(failed);
    await database.close();
    const second = await open();
    expect(await createSqliteStore(second).get(key)).toBeDefined();
    await second.close();
  });

  test('is asked to put things on the disk where SQLite has put them', async () => {
    const { fstatSync } = await import('node:fs');
    const files: number[] = [];
    const sync = async (file: number) => void files.push(fstatSync(file).ino);
    const database = await openDatabase(folder.file('bridge.db'), { clock, sync });
    await createSqliteStore(database).write({ pk: 'a', sk: 'b' }, { when: [], nonce: ['n', '1'] });
    expect(files).toEqual([(await stat(folder.file('bridge.db-wal'))).ino]);
    await database.close();
  });

  test("can be read by its owner's account only", async () => {
    const database = await open();
    expect((await stat(folder.file('bridge.db'))).mode & 0o777).toBe(0o600);
    expect((await stat(folder.file('bridge.db-wal'))).mode & 0o777).toBe(0o600);
    await database.close();
  });

  test('is not opened twice', async () => {
    const first = await open();
    await expect(open()).rejects.toThrow('bridge.db is in use by another bridge process');
    await first.close();
    await (await open()).close();
  });

  test('of a newer release is left alone', async () => {
    const first = await open();
    await first.close();
    const { DatabaseSync } = await import('node:sqlite');
    const raw = new DatabaseSync(folder.file('bridge.db'));
    raw.exec('PRAGMA user_version = 99');
    raw.close();
    await expect(open()).rejects.toThrow('written by a newer release (schema 99');
  });

  test('from before the first release is left alone, with a word of what to do', async () => {
    const { DatabaseSync } = await import('node:sqlite');
    const raw = new DatabaseSync(folder.file('bridge.db'));
    raw.exec('PRAGMA user_version = 1');
    raw.close();
    await expect(open()).rejects.toThrow('written before the first release and cannot be read: move it away');
  });

  test('that is something else is not touched', async () => {
    await writeFile(
      folder.file('bridge.db'),
      'this is a letter, and long enough to be taken for a header of something',
    );
    await expect(open()).rejects.toThrow('not a database');
  });

  test('loses expired items at start and when asked, and no others', async () => {
    const seconds = clock.now() / 1000;
    const first = await open();
    const store = createSqliteStore(first);
    const put = (pk: string, set: { ttl?: number }) =>
      store.write({ pk, sk: 's' }, { when: [], set, nonce: ['n', '1'] });
    await put('over', { ttl: seconds });
    await put('soon', { ttl: seconds + 60 });
    await put('ever', {});
    expect(await first.removeExpired()).toBe(1);
    expect(await store.get({ pk: 'over', sk: 's' })).toBeUndefined();
    clock.advance(60_000);
    await first.close();
    const second = await open();
    expect(await createSqliteStore(second).get({ pk: 'soon', sk: 's' })).toBeUndefined();
    expect(await createSqliteStore(second).get({ pk: 'ever', sk: 's' })).toBeDefined();
    await second.close();
  });
});

test('Dead letters lie for as long as on AWS: who asks later finds no row of what became of them', async () => {
  const first = await open();
  const queues = await createSqliteQueue(first, { clock });
  const letter = {
    group: 'CH1',
    dedupe: 'one',
    body: 'Body=what+a+customer+wrote',
    reason: 'forward_refused',
  } as const;
  await queues.deadLetter('default-webhook', letter);
  clock.advance((FORWARD_SECONDS - 24 * 3600) * 1000 - 1);
  await first.removeExpired();
  expect(await queues.dead('default-webhook')).toHaveLength(1);
  clock.advance(1);
  await first.removeExpired();
  expect(await queues.dead('default-webhook')).toEqual([]);
  await first.close();
});

describe('Work asked for in one turn', () => {
  test('is one transaction, and what throws takes only itself back', async () => {
    const database = await open();
    const insert = (seq: number) =>
      database.perform((sql) => sql.run("INSERT INTO dedupe VALUES ('q','g',?,?)", `${seq}`, seq));
    const results = await Promise.allSettled([
      insert(1),
      database.perform((sql) => {
        sql.run("INSERT INTO dedupe VALUES ('q','g','half',1)");
        throw new Error('half-way');
      }),
      insert(1),
      insert(2),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    expect(await database.perform((sql) => sql.all('SELECT dedupe FROM dedupe ORDER BY 1'))).toEqual([
      { dedupe: '1' },
      { dedupe: '2' },
    ]);
    await database.close();
  });

  test('is seen by a read that was asked for after it, before anything is awaited', async () => {
    const database = await open();
    const store = createSqliteStore(database);
    const key = { pk: 'a', sk: 'b' };
    const before = store.get(key);
    const written = store.write(key, { when: [], nonce: ['n', '1'] });
    const after = store.get(key);
    expect(await before).toBeUndefined();
    expect(await after).toEqual({ ...key, n: '1' });
    expect((await written).ok).toBe(true);
    await database.close();
  });

  test('is finished when the file is closed at once; later work is refused', async () => {
    const database = await open();
    const store = createSqliteStore(database);
    const written = store.write({ pk: 'a', sk: 'b' }, { when: [], nonce: ['n', '1'] });
    const closed = database.close();
    expect((await written).ok).toBe(true);
    await expect(store.get({ pk: 'a', sk: 'b' })).rejects.toThrow('is closed');
    await closed;
    await database.close();
  });
});

describe('A process killed with -9', () => {
  test('loses nothing that it was told is stored, and what it held can be received at once', async () => {
    const file = folder.file('bridge.db');
    const victim = spawn(process.execPath, [fileURLToPath(new URL('./victim.ts', import.meta.url)), file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const told: number[] = [];
    try {
      for await (const line of createInterface({ input: victim.stdout })) {
        told.push(Number(line));
        if (told.length === 100) await expect(open()).rejects.toThrow('in use by another bridge process');
        if (told.length === 150) victim.kill('SIGKILL');
      }
    } finally {
      victim.kill('SIGKILL');
    }
    if (victim.exitCode === null && victim.signalCode === null) await once(victim, 'exit');

    const database = await open();
    const queues = await createSqliteQueue(database, { clock: { now: () => 1_790_000_000_000 } });
    const store = createSqliteStore(database);
    for (const n of told) expect((await store.get({ pk: `item${n}`, sk: 'pair' }))?.n).toBe(n);
    const found = await drainSource(queues, 'flex-events');
    expect(new Set(found.map(({ body }) => Number(body)))).toEqual(new Set([...found.keys()]));
    expect(found.length).toBeGreaterThanOrEqual(told.length);
    for (const group of ['CH0', 'CH1', 'CH2', 'CH3', 'CH4']) {
      const order = found.filter((one) => one.group === group).map(({ body }) => Number(body));
      expect(order).toEqual([...order].sort((a, b) => a - b));
    }
    const held = await drainSource(queues, 'frontline-events');
    expect(held.map(({ body, attempts }) => [body, attempts])).toEqual([
      ['held', 2],
      ['behind', 1],
    ]);
    await database.close();
  });
});
