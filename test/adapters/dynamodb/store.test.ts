import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createDynamoStore } from '../../../src/adapters/dynamodb/store.ts';
import type { Change } from '../../../src/core/ports/change.ts';
import { onList } from '../../../src/core/state/items.ts';
import { copiesWhatItChanges } from '../../contracts/changes.ts';
import { storeContract } from '../../contracts/store.contract.ts';
import { startDynamo } from './dynamo-server.ts';

storeContract(
  'DynamoDB',
  async () => {
    const dynamo = await startDynamo();
    return { store: createDynamoStore(dynamo), close: dynamo.close };
  },
  { runs: 60, beyond: copiesWhatItChanges },
);

describe('DynamoDB, asked over the network', () => {
  let dynamo: Awaited<ReturnType<typeof startDynamo>>;
  beforeAll(async () => {
    dynamo = await startDynamo();
  });
  afterAll(() => dynamo.close());

  const claim: Change = {
    when: [['lacks', 'intent']],
    add: { fence: 1 },
    set: { intent: 'IM1' },
    nonce: ['nonce', 'mine'],
  };

  test('a write whose answer is lost is asked for again, and its own trace is not taken for a rival', async () => {
    const store = createDynamoStore(dynamo);
    const key = { pk: 'flex#lost', sk: 'pair' };
    const before = dynamo.counts.UpdateItem ?? 0;
    dynamo.loseAnswers(1);
    expect(await store.write(key, claim)).toEqual({
      ok: true,
      item: { ...key, fence: 1, intent: 'IM1', nonce: 'mine' },
    });
    expect((dynamo.counts.UpdateItem ?? 0) - before).toBe(2);
  });

  test('a write is one request and a refused one costs no read', async () => {
    const store = createDynamoStore(dynamo);
    const key = { pk: 'flex#once', sk: 'pair' };
    const before = { ...dynamo.counts };
    await store.write(key, claim);
    await store.write(key, { ...claim, nonce: ['nonce', 'rival'] });
    expect((dynamo.counts.UpdateItem ?? 0) - (before.UpdateItem ?? 0)).toBe(2);
    expect(dynamo.counts.GetItem ?? 0).toBe(before.GetItem ?? 0);
  });

  test('a list that many pairs come to lies on eight partitions of the index, and is read as one, in its order', async () => {
    const store = createDynamoStore(dynamo);
    const pks = Array.from({ length: 60 }, (_, n) => `flex#CH${String(n).padStart(3, '0')}`);
    for (const pk of pks)
      expect(
        await store.write({ pk, sk: 'pair' }, { when: [], set: onList('due', pk), nonce: ['nonce', pk] }),
      ).toMatchObject({ item: { list: 'due' } });
    const { Items = [] } = await dynamo.client.send(new ScanCommand({ TableName: dynamo.tableName }));
    const shards = Map.groupBy(Items, ({ list }) => list?.S);
    shards.delete(undefined);
    expect(shards.size).toBe(8);
    expect(Math.max(...[...shards.values()].map(({ length }) => length))).toBeLessThan(20);

    const listed: string[] = [];
    for (let after: string | undefined, more = true; more; ) {
      const page = await store.list('due', { limit: 7, after });
      expect(page.items.every(({ list }) => list === 'due')).toBe(true);
      listed.push(...page.items.map(({ pk }) => String(pk)));
      after = page.next;
      more = after !== undefined;
    }
    expect(listed).toEqual(pks);
    const [first = ''] = pks;
    const left = await store.write(
      { pk: first, sk: 'pair' },
      {
        when: [['any', [['=', 'list', 'quiet']], [['=', 'list', 'due']]]],
        remove: ['list', 'listOrder'],
        nonce: ['nonce', 'gone'],
      },
    );
    expect(left.ok).toBe(true);
    expect((await store.list('due', { limit: 100 })).items).toHaveLength(59);
  });

  test('a table that is not there is an error, not an empty one', async () => {
    const store = createDynamoStore({ client: dynamo.client, tableName: 'elsewhere' });
    await expect(store.get({ pk: 'a', sk: 'b' })).rejects.toThrow();
    await expect(store.write({ pk: 'a', sk: 'b' }, claim)).rejects.toThrow();
    await expect(store.list('x', { limit: 1 })).rejects.toThrow();
    await expect(store.listUnder('a', { prefix: 'b', limit: 1 })).rejects.toThrow();
  });
});
