import {
  type AttributeValue,
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { TABLE } from '../../contract.ts';
import type { Key } from '../../core/ports/change.ts';
import { assertWellFormed, type Item } from '../../core/ports/change.ts';
import type { Store } from '../../core/ports/store.ts';
import { toItem } from './attributes.ts';
import { toExpression } from './expression.ts';
import { mergePages, sharded, shardsOf, unsharded } from './shards.ts';

const toKey = (key: Key) => ({ [TABLE.pk]: { S: key.pk }, [TABLE.sk]: { S: key.sk } });

const itemOf = (held: Record<string, AttributeValue>) => unsharded(toItem(held));

/** One page of a shard of a list, from the index, in the list's order: keys, for the index holds nothing else. */
const listQuery = (TableName: string, list: string, limit: number, after: string | undefined) =>
  new QueryCommand({
    TableName,
    IndexName: TABLE.listIndex,
    KeyConditionExpression: after === undefined ? '#list = :list' : '#list = :list AND #order > :after',
    ExpressionAttributeNames: { '#list': TABLE.list, ...(after === undefined ? {} : { '#order': TABLE.listOrder }) },
    ExpressionAttributeValues: { ':list': { S: list }, ...(after === undefined ? {} : { ':after': { S: after } }) },
    Limit: limit,
  });

/**
 * Most items of one BatchGetItem.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
 */
const BATCH = 100;

type At = { readonly client: DynamoDBClient; readonly tableName: string };

const readKeys = async (at: At, list: string, { limit, after }: Parameters<Store['listKeys']>[1]) => {
  const page = async (shard: string) => {
    const { Items = [], LastEvaluatedKey } = await at.client.send(listQuery(at.tableName, shard, limit, after));
    const keys = Items.map(toItem).map(({ pk, sk, [TABLE.listOrder]: order }) => ({
      ...{ pk: String(pk), sk: String(sk), listOrder: String(order) },
    }));
    return { keys, next: LastEvaluatedKey === undefined ? undefined : keys.at(-1)?.listOrder };
  };
  return mergePages(await Promise.all(shardsOf(list).map(page)), limit);
};

/**
 * The items of these keys, each once and in any order, for DynamoDB takes no key twice; while an item moves on a list,
 * its index may name it at both places. What an answer leaves out is asked for again; one that gives none at all is an
 * error of its own, so this ends.
 */
const readItems = async (at: At, keys: readonly Key[]): Promise<readonly Item[]> => {
  const items: Item[] = [];
  let left: Record<string, AttributeValue>[] = [
    ...new Map(keys.map(({ pk, sk }) => [JSON.stringify([pk, sk]), toKey({ pk, sk })])).values(),
  ];
  while (left.length > 0) {
    const RequestItems = { [at.tableName]: { Keys: left.slice(0, BATCH), ConsistentRead: true } };
    const { Responses, UnprocessedKeys } = await at.client.send(new BatchGetItemCommand({ RequestItems }));
    items.push(...(Responses?.[at.tableName] ?? []).map(itemOf));
    left = [...(UnprocessedKeys?.[at.tableName]?.Keys ?? []), ...left.slice(BATCH)];
  }
  return items;
};

/** One page of the items of a partition whose sort key begins with the prefix. */
const underQuery = (
  TableName: string,
  pk: string,
  { prefix, limit, after }: { readonly prefix: string; readonly limit: number; readonly after?: string | undefined },
) =>
  new QueryCommand({
    TableName,
    ConsistentRead: true,
    KeyConditionExpression: '#pk = :pk AND begins_with(#sk, :prefix)',
    ExpressionAttributeNames: { '#pk': TABLE.pk, '#sk': TABLE.sk },
    ExpressionAttributeValues: { ':pk': { S: pk }, ':prefix': { S: prefix } },
    // A key condition takes one comparison of the sort key, so a page begins where the one before ended.
    ...(after === undefined ? {} : { ExclusiveStartKey: toKey({ pk, sk: after }) }),
    Limit: limit,
  });

/**
 * State in one DynamoDB table. A write is one UpdateItem; when it is refused, the item that refused it comes back with
 * the answer, so nothing is read a second time
 * (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html).
 * Calls reject with the SDK's error once its own tries are used up; what became of a write is unknown then.
 */
export const createDynamoStore = (at: At): Store => ({
  get: async (key) => {
    const { Item } = await at.client.send(
      new GetItemCommand({ TableName: at.tableName, Key: toKey(key), ConsistentRead: true }),
    );
    return Item === undefined ? undefined : itemOf(Item);
  },
  write: async (key, change) => {
    assertWellFormed(change);
    try {
      const { Attributes } = await at.client.send(
        new UpdateItemCommand({
          TableName: at.tableName,
          Key: toKey(key),
          ...toExpression(sharded(change, key.pk)),
          ReturnValues: 'ALL_NEW',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
      if (Attributes === undefined) throw new Error('DynamoDB answered a write without the item');
      return { ok: true, item: itemOf(Attributes) };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      const old = error.Item === undefined ? undefined : itemOf(error.Item);
      const [attribute, nonce] = change.nonce;
      return old?.[attribute] === nonce ? { ok: true, item: old } : { ok: false, old };
    }
  },
  list: async (list, page) => {
    const { keys, next } = await readKeys(at, list, page);
    const read = await readItems(at, keys);
    // Of what has gone from the list since, or moved on it, the index will tell by and by.
    const items = keys.flatMap(({ pk, sk, listOrder }) =>
      read.filter(
        (item) => item.pk === pk && item.sk === sk && item[TABLE.list] === list && item[TABLE.listOrder] === listOrder,
      ),
    );
    return { items, next };
  },
  listKeys: (list, page) => readKeys(at, list, page),
  listUnder: async (pk, page) => {
    const { Items = [], LastEvaluatedKey } = await at.client.send(underQuery(at.tableName, pk, page));
    return { items: Items.map(itemOf), next: LastEvaluatedKey?.[TABLE.sk]?.S };
  },
});
