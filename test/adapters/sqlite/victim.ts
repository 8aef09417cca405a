/**
 * A bridge process to be killed. It stores without end, prints what it was told is stored, one line each, and holds
 * received messages in its hands.
 * Arguments: the file.
 */
import { openDatabase } from '../../../src/adapters/sqlite/open.ts';
import { createSqliteQueue } from '../../../src/adapters/sqlite/queue.ts';
import { createSqliteStore } from '../../../src/adapters/sqlite/store.ts';

const clock = { now: () => 1_790_000_000_000 };
const database = await openDatabase(process.argv[2] ?? '', { clock });
const queues = await createSqliteQueue(database, { clock });
const store = createSqliteStore(database);

await queues.send('frontline-events', { group: 'CH0', dedupe: 'held', body: 'held' });
await queues.send('frontline-events', { group: 'CH0', dedupe: 'behind', body: 'behind' });
await queues.send('frontline-events', { group: 'CH9', dedupe: 'put off', body: 'put off' });
const source = queues.source('frontline-events');
for (const received of await source.receive(10)) if (received.group === 'CH9') await source.retry(received, 60);

for (let n = 0; ; n += 1) {
  await Promise.all([
    queues.send('flex-events', { group: `CH${n % 5}`, dedupe: `${n}`, body: `${n}` }),
    store.write({ pk: `item${n}`, sk: 'pair' }, { when: [], set: { n }, nonce: ['nonce', 'x'] }),
  ]);
  process.stdout.write(`${n}\n`);
}
