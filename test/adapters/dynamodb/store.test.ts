import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createDynamoStore } from '../../../src/adapters/dynamodb/store.ts';
import type { Change } from '../../../src/core/ports/change.ts';
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

  test('a table that is not there is an error, not an empty one', async () => {
    const store = createDynamoStore({ client: dynamo.client, tableName: 'elsewhere' });
    await expect(store.get({ pk: 'a', sk: 'b' })).rejects.toThrow();
    await expect(store.write({ pk: 'a', sk: 'b' }, claim)).rejects.toThrow();
    await expect(store.list('x', { limit: 1 })).rejects.toThrow();
    await expect(store.listUnder('a', { prefix: 'b', limit: 1 })).rejects.toThrow();
  });
});
