import type { Change, Value } from './change.ts';

/**
 * More would not fit DynamoDB's expressions: 4 KB of text and 300 operators each
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html).
 */
export const MOST_PATHS = 200;

const values = (change: Change): readonly Value[] => [
  ...Object.values(change.set ?? {}),
  ...Object.values(change.add ?? {}),
  ...Object.values(change.include ?? {}),
  ...Object.values(change.put ?? {}),
];

const numbersIn = (value: Value): readonly number[] => {
  if (typeof value === 'number') return [value];
  if (typeof value === 'string') return [];
  return Object.values(value);
};

/** Attributes that are written whole, and single entries of maps. */
const paths = (
  change: Change,
): { readonly whole: readonly string[]; readonly entries: readonly (readonly [string, string])[] } => ({
  whole: [
    change.nonce[0],
    ...Object.keys(change.set ?? {}),
    ...Object.keys(change.copy ?? {}),
    ...Object.keys(change.add ?? {}),
    ...Object.keys(change.include ?? {}),
    ...Object.keys(change.exclude ?? {}),
    ...(change.remove ?? []),
  ],
  entries: [
    ...Object.entries(change.put ?? {}).flatMap(([map, more]) => Object.keys(more).map((key) => [map, key] as const)),
    ...Object.entries(change.drop ?? {}).flatMap(([map, keys]) => keys.map((key) => [map, key] as const)),
  ],
});

/**
 * Refuses a change that DynamoDB would refuse, so that a mistake shows in every adapter and not first in production:
 * one place written twice, a key attribute written, a number that is none, more than {@link MOST_PATHS} places.
 * @throws Error that names the attribute.
 */
export const assertWellFormed = (change: Change): void => {
  const { whole, entries } = paths(change);
  if (whole.length + entries.length > MOST_PATHS) throw new Error(`a change of more than ${MOST_PATHS} places`);
  const seen = new Set<string>();
  for (const attribute of whole) {
    if (attribute === 'pk' || attribute === 'sk') throw new Error(`a change of the key attribute ${attribute}`);
    if (seen.has(attribute)) throw new Error(`a change that writes ${attribute} twice`);
    seen.add(attribute);
  }
  const places = new Set<string>();
  for (const [map, key] of entries) {
    const place = JSON.stringify([map, key]);
    if (seen.has(map) || places.has(place)) throw new Error(`a change that writes ${map} twice`);
    places.add(place);
  }
  if (!values(change).flatMap(numbersIn).every(Number.isFinite)) throw new Error('a change to a number that is none');
};
