import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Item, Value } from '../../core/ports/change.ts';

/** DynamoDB refuses a set that names a number twice. The set must not be empty: there is no such set there. */
export const toNumberSet = (numbers: readonly number[]): AttributeValue => ({ NS: [...new Set(numbers)].map(String) });

const isNumbers = (value: Value): value is readonly number[] => Array.isArray(value);

export const toAttribute = (value: Value): AttributeValue => {
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return { N: String(value) };
  if (isNumbers(value)) return toNumberSet(value);
  return { M: Object.fromEntries(Object.entries(value).map(([key, number]) => [key, { N: String(number) }])) };
};

const toValue = (attribute: string, held: AttributeValue): Value => {
  if (held.S !== undefined) return held.S;
  if (held.N !== undefined) return Number(held.N);
  if (held.NS !== undefined) return held.NS.map(Number).sort((a, b) => a - b);
  if (held.M !== undefined)
    return Object.fromEntries(
      Object.entries(held.M).map(([key, entry]) => {
        if (entry.N === undefined)
          throw new Error(`attribute ${attribute} holds a map of what the bridge never writes`);
        return [key, Number(entry.N)];
      }),
    );
  throw new Error(`attribute ${attribute} is of a type that the bridge never writes`);
};

/** @throws when the item holds what the bridge cannot have written. */
export const toItem = (held: Record<string, AttributeValue>): Item =>
  Object.fromEntries(Object.entries(held).map(([attribute, value]) => [attribute, toValue(attribute, value)]));
