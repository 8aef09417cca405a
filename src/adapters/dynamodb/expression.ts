import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { TABLE } from '../../contract.ts';
import type { Change, Test } from '../../core/ports/change.ts';
import { toAttribute, toNumberSet } from './attributes.ts';

export type Expression = {
  readonly UpdateExpression: string;
  readonly ConditionExpression?: string;
  readonly ExpressionAttributeNames: Record<string, string>;
  readonly ExpressionAttributeValues: Record<string, AttributeValue>;
};

/** Placeholders: every attribute name stands once, so that no reserved word of DynamoDB can get in the way. */
const placeholders = () => {
  const names = new Map<string, string>();
  const values: Record<string, AttributeValue> = {};
  let count = 0;
  return {
    values,
    names: () => Object.fromEntries([...names].map(([attribute, placeholder]) => [placeholder, attribute])),
    name: (attribute: string): string => {
      const known = names.get(attribute) ?? `#${names.size}`;
      names.set(attribute, known);
      return known;
    },
    value: (value: AttributeValue): string => {
      const placeholder = `:${count++}`;
      values[placeholder] = value;
      return placeholder;
    },
  };
};
type Placeholders = ReturnType<typeof placeholders>;

const always = (pk: string): string => `(attribute_exists(${pk}) OR attribute_not_exists(${pk}))`;
const never = (pk: string): string => `(attribute_exists(${pk}) AND attribute_not_exists(${pk}))`;

/**
 * A condition that can stand between ANDs. DynamoDB has no literals for true and false, and refuses doubled
 * parentheses.
 */
const condition = (test: Test, use: Placeholders): string => {
  const { name, value } = use;
  switch (test[0]) {
    case 'has':
      return `attribute_exists(${name(test[1])})`;
    case 'lacks':
      return `attribute_not_exists(${name(test[1])})`;
    case 'hasKey':
      return `attribute_exists(${name(test[1])}.${name(test[2])})`;
    case 'any': {
      const groups = test.slice(1) as readonly (readonly Test[])[];
      if (groups.length === 0) return never(name(TABLE.pk));
      if (groups.some((group) => group.length === 0)) return always(name(TABLE.pk));
      const conditions = groups.map((group) => group.map((inner) => condition(inner, use)).join(' AND '));
      return conditions.length === 1 ? conditions.join() : `(${conditions.join(' OR ')})`;
    }
    default:
      return `${name(test[1])} ${test[0]} ${value(toAttribute(test[2]))}`;
  }
};

const isEmptySet = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

const clauses = (change: Change, { name, value }: Placeholders): Readonly<Record<string, readonly string[]>> => {
  const sets = Object.entries(change.set ?? {});
  const filled = (lists: Change['include']) => Object.entries(lists ?? {}).filter(([, list]) => list.length > 0);
  return {
    SET: [
      `${name(change.nonce[0])} = ${value(toAttribute(change.nonce[1]))}`,
      ...sets
        .filter(([, to]) => !isEmptySet(to))
        .map(([attribute, to]) => `${name(attribute)} = ${value(toAttribute(to))}`),
      ...Object.entries(change.copy ?? {}).map(([target, source]) => `${name(target)} = ${name(source)}`),
      ...Object.entries(change.put ?? {}).flatMap(([map, more]) =>
        Object.entries(more).map(([key, to]) => `${name(map)}.${name(key)} = ${value(toAttribute(to))}`),
      ),
    ],
    REMOVE: [
      ...(change.remove ?? []).map(name),
      ...sets.filter(([, to]) => isEmptySet(to)).map(([attribute]) => name(attribute)),
      ...Object.entries(change.drop ?? {}).flatMap(([map, keys]) => keys.map((key) => `${name(map)}.${name(key)}`)),
    ],
    ADD: [
      ...Object.entries(change.add ?? {}).map(([attribute, by]) => `${name(attribute)} ${value(toAttribute(by))}`),
      ...filled(change.include).map(([attribute, more]) => `${name(attribute)} ${value(toNumberSet(more))}`),
    ],
    DELETE: filled(change.exclude).map(([attribute, less]) => `${name(attribute)} ${value(toNumberSet(less))}`),
  };
};

/**
 * A change in DynamoDB's words. What is read on the right of an assignment is the item before the write, as `apply`
 * has it (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html).
 */
export const toExpression = (change: Change): Expression => {
  const use = placeholders();
  const conditions = change.when.map((test) => condition(test, use));
  const update = Object.entries(clauses(change, use))
    .filter(([, list]) => list.length > 0)
    .map(([word, list]) => `${word} ${list.join(', ')}`)
    .join(' ');
  return {
    UpdateExpression: update,
    ...(conditions.length > 0 ? { ConditionExpression: conditions.join(' AND ') } : {}),
    ExpressionAttributeNames: use.names(),
    ExpressionAttributeValues: use.values,
  };
};
