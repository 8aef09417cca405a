import { BatchGetItemCommand, DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
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

  test('keys of a list are one request, and its items one more', async () => {
    const store = createDynamoStore(dynamo);
    for (const n of [1, 2, 3])
      await store.write(
        { pk: `flex#${n}`, sk: 'pair' },
        { when: [], set: { list: 'ends', listOrder: `${n}`, cursor: n }, nonce: ['nonce', 'mine'] },
      );
    const before = { ...dynamo.counts };
    const asked = (name: string) => (dynamo.counts[name] ?? 0) - (before[name] ?? 0);
    expect((await store.listKeys('ends', { limit: 9 })).keys.map(({ pk }) => pk)).toEqual([
      'flex#1',
      'flex#2',
      'flex#3',
    ]);
    expect([asked('Query'), asked('BatchGetItem'), asked('GetItem')]).toEqual([1, 0, 0]);
    expect((await store.list('ends', { limit: 9 })).items.map(({ cursor }) => cursor)).toEqual([1, 2, 3]);
    expect([asked('Query'), asked('BatchGetItem'), asked('GetItem')]).toEqual([2, 1, 0]);
  });

  test('a table that is not there is an error, not an empty one', async () => {
    const store = createDynamoStore({ client: dynamo.client, tableName: 'elsewhere' });
    await expect(store.get({ pk: 'a', sk: 'b' })).rejects.toThrow();
    await expect(store.write({ pk: 'a', sk: 'b' }, claim)).rejects.toThrow();
    await expect(store.list('x', { limit: 1 })).rejects.toThrow();
    await expect(store.listKeys('x', { limit: 1 })).rejects.toThrow();
    await expect(store.listUnder('a', { prefix: 'b', limit: 1 })).rejects.toThrow();
  });
});

describe('a list whose index lags behind the table', () => {
  const keyed = (n: number) => ({ pk: { S: `flex#${n}` }, sk: { S: 'pair' } });
  const listed = (n: number, list = 'ends') => ({ ...keyed(n), list: { S: list }, listOrder: { S: `${n}` } });

  /** @param items of the table; the first answer leaves the last of them out */
  const storeOf = (items: readonly object[]) => {
    let answers = 0;
    const send = async (command: unknown) => {
      if (!(command instanceof BatchGetItemCommand))
        return { Items: [1, 2, 3].map((n) => listed(n)), LastEvaluatedKey: keyed(3) };
      answers += 1;
      if (answers > 1) return { Responses: { table: items.slice(-1) } };
      return { Responses: { table: items.slice(0, -1) }, UnprocessedKeys: { table: { Keys: [keyed(3)] } } };
    };
    const client = new DynamoDBClient({ region: 'eu-central-1' });
    client.send = send as never;
    return createDynamoStore({ client, tableName: 'table' });
  };

  test('shows no item that has left it, moved on it or is gone, and goes on behind all of them', async () => {
    const moved = { ...listed(2), listOrder: { S: '9' } };
    expect(await storeOf([listed(1, 'quiet'), moved, listed(3)]).list('ends', { limit: 3 })).toEqual({
      items: [{ pk: 'flex#3', sk: 'pair', list: 'ends', listOrder: '3' }],
      next: '3',
    });
    expect((await storeOf([listed(3)]).list('ends', { limit: 3 })).items).toHaveLength(1);
  });

  test('shows once what it names twice, as while an item moves on it, and asks for it once', async () => {
    const client = new DynamoDBClient({ region: 'eu-central-1' });
    const send = async (command: unknown) => {
      if (!(command instanceof BatchGetItemCommand))
        return { Items: [listed(1), { ...listed(1), listOrder: { S: '9' } }, listed(2)] };
      const asked = command.input.RequestItems?.table?.Keys?.map(({ pk }) => pk?.S) ?? [];
      if (new Set(asked).size < asked.length) throw new Error('Provided list of item keys contains duplicates');
      return { Responses: { table: [{ ...listed(1), listOrder: { S: '9' } }, listed(2)] } };
    };
    client.send = send as never;
    const { items } = await createDynamoStore({ client, tableName: 'table' }).list('ends', { limit: 3 });
    expect(items.map(({ pk, listOrder }) => [pk, listOrder])).toEqual([
      ['flex#2', '2'],
      ['flex#1', '9'],
    ]);
  });

  test('is in its own order, though items come in any, and some in a second answer', async () => {
    const { items } = await storeOf([listed(2), listed(1), listed(3)]).list('ends', { limit: 3 });
    expect(items.map(({ listOrder }) => listOrder)).toEqual(['1', '2', '3']);
  });
});
