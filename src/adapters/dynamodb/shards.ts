/**
 * A list is one partition of the index, and a partition takes 1 000 writes a second until DynamoDB splits it; what the
 * index turns away the table turns away, too. So a list that many pairs come to within a minute, as when a side is
 * down, lies on several partitions, by a hash of the item's `pk`, and is read from all of them.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-sharding.html
 */
import { TABLE } from '../../contract.ts';
import type { Change, Item, Test } from '../../core/ports/change.ts';
import type { ListedKey } from '../../core/ports/store.ts';

/** May only grow: what lies on a shard is found as long as that shard is read. */
const SHARDS: Readonly<Record<string, number>> = { due: 8 };

/** The first one is named as the list. */
const shardNamed = (list: string, n: number): string => (n === 0 ? list : `${list}#${n}`);

export const shardsOf = (list: string): readonly string[] =>
  Array.from({ length: SHARDS[list] ?? 1 }, (_, n) => shardNamed(list, n));

/** FNV-1a: even, and the same in every release. */
const hash = (text: string): number => {
  let sum = 0x811c9dc5;
  for (const byte of Buffer.from(text)) sum = Math.imul(sum ^ byte, 0x01000193) >>> 0;
  return sum;
};

const shardFor = (list: string, pk: string): string => shardNamed(list, hash(pk) % (SHARDS[list] ?? 1));

const isList = (value: unknown): value is string => typeof value === 'string' && value in SHARDS;

const onShard = (test: Test, pk: string): Test => {
  if (test[0] === 'any')
    return ['any', ...test.slice(1).map((group) => (group as readonly Test[]).map((one) => onShard(one, pk)))];
  return test[0] === '=' && test[1] === TABLE.list && isList(test[2]) ? ['=', TABLE.list, shardFor(test[2], pk)] : test;
};

/** The same change, with the shard where it names a list. */
export const sharded = (change: Change, pk: string): Change => {
  const list = change.set?.[TABLE.list];
  return {
    ...change,
    when: change.when.map((test) => onShard(test, pk)),
    ...(isList(list) ? { set: { ...change.set, [TABLE.list]: shardFor(list, pk) } } : {}),
  };
};

/** The item as core knows it: on a list, whatever the shard. */
export const unsharded = (item: Item): Item => {
  const [list] = String(item[TABLE.list] ?? '').split('#');
  return isList(list) ? { ...item, [TABLE.list]: list } : item;
};

/** As DynamoDB sorts text: by its UTF-8 bytes. */
const byBytes = (a: ListedKey, b: ListedKey): number =>
  Buffer.compare(Buffer.from(a.listOrder), Buffer.from(b.listOrder));

type Page = { readonly keys: readonly ListedKey[]; readonly next: string | undefined };

/** One page of a list out of a page of each shard, all of them of this limit and from after the same place. */
export const mergePages = (pages: readonly Page[], limit: number): Page => {
  const all = pages.flatMap(({ keys }) => keys).toSorted(byBytes);
  const keys = all.slice(0, limit);
  const hasMore = all.length > limit || pages.some(({ next }) => next !== undefined);
  return { keys, next: hasMore ? keys.at(-1)?.listOrder : undefined };
};
