import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createTime } from '../../../sim/time.ts';
import { forgetEverything } from '../../../src/adapters/sqlite/forget.ts';
import { lapseIntents } from '../../../src/adapters/sqlite/lapse.ts';
import { type Database, openDatabase } from '../../../src/adapters/sqlite/open.ts';
import { createSqliteQueue } from '../../../src/adapters/sqlite/queue.ts';
import { createSqliteStore } from '../../../src/adapters/sqlite/store.ts';
import { readForwardRow } from '../../../src/core/forward/row.ts';
import type { Item } from '../../../src/core/ports/change.ts';
import { readPair } from '../../../src/core/state/pair.ts';
import { newFolder } from './folder.ts';

const clock = createTime();
let folder: Awaited<ReturnType<typeof newFolder>>;
let database: Database;
beforeEach(async () => {
  folder = await newFolder();
  database = await openDatabase(folder.file('bridge.db'), { clock });
});
afterEach(async () => {
  await database.close();
  await folder.remove();
});

const keep = async (pk: string, set: Item, sk = 'pair'): Promise<void> => {
  await createSqliteStore(database).write({ pk, sk }, { when: [], set, nonce: ['n', '1'] });
};
const pair = async (pk: string) => readPair(await createSqliteStore(database).get({ pk, sk: 'pair' }));

describe('A process that starts', () => {
  test('ends the time of every intent of the one before, and no more', async () => {
    const later = clock.now() + 20_000;
    const past = clock.now() - 20_000;
    await keep('a', {
      state: 'open',
      fl_intentSid: 'IM1',
      fl_intentIndex: 3,
      fl_intentNotAfter: later,
      fx_intentSid: 'IM2',
      fx_intentIndex: 1,
      fx_intentNotAfter: later,
      fl_cursor: 2,
    });
    const lapsed = {
      fx_intentSid: 'IM3',
      fx_intentIndex: 0,
      fx_intentNotAfter: past,
      fx_intentSettlesAt: past + 10_000,
    };
    await keep('b', { state: 'open', ...lapsed });
    await keep('c', { state: 'open', fl_cursor: 7 });
    expect(await lapseIntents(database, { clock, settleMs: 60_000 })).toBe(2);
    expect((await pair('a'))?.lanes.toFrontline).toMatchObject({
      cursor: 2,
      intent: { sid: 'IM1', index: 3, notAfter: clock.now(), settlesAt: clock.now() + 60_000 },
    });
    expect((await pair('a'))?.lanes.toFlex.intent).toMatchObject({ sid: 'IM2', notAfter: clock.now() });
    // What has lapsed already has waited for a while, and that counts.
    expect((await pair('b'))?.lanes.toFlex.intent).toMatchObject({ notAfter: past, settlesAt: past + 10_000 });
    expect((await pair('c'))?.lanes.toFrontline).toMatchObject({ cursor: 7, intent: undefined });
  });

  test('ends the time of every forward of the one before that was under way, and no more', async () => {
    const later = clock.now() + 20_000;
    const past = clock.now() - 20_000;
    const trying = { st: 'trying', b: past, f: 1 };
    await keep('flex#CH1', { ...trying, u: later, s: later + 60_000 }, 'f#onMessageSent:IM1');
    await keep('flex#CH1', { ...trying, u: past, s: past + 5_000 }, 'f#onMessageSent:IM2');
    await keep('flex#CH1', { st: 'sent', at: past, f: 1 }, 'f#onMessageSent:IM3');
    expect(await lapseIntents(database, { clock, settleMs: 60_000 })).toBe(1);
    const store = createSqliteStore(database);
    const row = (sid: string) => readForwardRow({ store }, { pk: 'flex#CH1', sk: `f#onMessageSent:${sid}` });
    expect(await row('IM1')).toMatchObject({ until: clock.now(), settlesAt: clock.now() + 60_000, since: past });
    expect(await row('IM2')).toMatchObject({ until: past, settlesAt: past + 5_000 });
    expect(await row('IM3')).toMatchObject({ state: 'sent' });
  });

  test('sweeps at once, whatever the one before had begun', async () => {
    await keep('sweep', { until: clock.now() + 55_000, active: 'place' }, 'lease');
    await lapseIntents(database, { clock, settleMs: 60_000 });
    expect(await createSqliteStore(database).get({ pk: 'sweep', sk: 'lease' })).toMatchObject({
      until: 0,
      active: 'place',
    });
  });

  test('can empty its file', async () => {
    const queues = await createSqliteQueue(database, { clock });
    await keep('a', { state: 'open' });
    await queues.send('flex-events', { group: 'g', dedupe: 'd', body: 'b' });
    await queues.deadLetter('flex-events', { group: 'g', dedupe: 'e', body: 'b', reason: 'unreadable' });
    await forgetEverything(database);
    expect(await pair('a')).toBeUndefined();
    expect((await queues.counts())['flex-events']).toEqual({ waiting: 0, inFlight: 0, dead: 0 });
    // Not even the memory of duplicates is left.
    await queues.send('flex-events', { group: 'g', dedupe: 'd', body: 'b' });
    expect((await queues.counts())['flex-events'].waiting).toBe(1);
  });
});
