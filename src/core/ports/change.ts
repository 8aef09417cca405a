/**
 * One conditional write to one item, as data. Core says what must hold and what changes; an adapter performs it in
 * one step (DynamoDB: one UpdateItem; SQLite: one transaction; memory: {@link apply}). Nothing else writes state.
 */
import { MOST_PATHS } from '../model/times.ts';

/**
 * What an attribute holds. An array is a set of numbers (an empty set and no attribute are the same), a record a map.
 */
export type Value = string | number | readonly number[] | Readonly<Record<string, number>>;
export type Item = Readonly<Record<string, Value>>;
export type Key = { readonly pk: string; readonly sk: string };

/** A comparison with an attribute that is not there is false. `any` holds when all tests of one of its groups hold. */
export type Test =
  | readonly ['=', attribute: string, value: string | number]
  | readonly ['<' | '<=' | '>' | '>=', attribute: string, value: number]
  | readonly ['has' | 'lacks', attribute: string]
  | readonly ['hasKey', map: string, key: string]
  | readonly ['any', ...groups: (readonly Test[])[]];

export type Change = {
  /** All must hold, or nothing is written. */
  readonly when: readonly Test[];
  readonly set?: Readonly<Record<string, Value>>;
  /** target: source. The source's value as it was before this write; the source must be there. */
  readonly copy?: Readonly<Record<string, string>>;
  readonly add?: Readonly<Record<string, number>>;
  readonly remove?: readonly string[];
  /** Numbers into, and out of, number sets. */
  readonly include?: Readonly<Record<string, readonly number[]>>;
  readonly exclude?: Readonly<Record<string, readonly number[]>>;
  /**
   * Entries into, and out of, maps. The map must have been set before (else the write throws), unless nothing is
   * listed.
   */
  readonly put?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly drop?: Readonly<Record<string, readonly string[]>>;
  /**
   * Written along with the change. A write that is refused although this attribute already holds this value is this
   * very write, whose answer was lost: it counts as written.
   */
  readonly nonce: readonly [attribute: string, value: string];
};

/** `item` is the item after the write; `old`, when a test failed, the item as it stands. */
export type Written =
  | { readonly ok: true; readonly item: Item }
  | { readonly ok: false; readonly old: Item | undefined };

const numbers = (value: Value | undefined): readonly number[] => (Array.isArray(value) ? value : []);
const entries = (value: Value | undefined): Readonly<Record<string, number>> =>
  typeof value === 'object' && !Array.isArray(value) ? (value as Readonly<Record<string, number>>) : {};

const holds = (test: Test, item: Item | undefined): boolean => {
  switch (test[0]) {
    case '=':
      return item?.[test[1]] === test[2];
    case 'has':
      return item?.[test[1]] !== undefined;
    case 'lacks':
      return item?.[test[1]] === undefined;
    case 'hasKey':
      return entries(item?.[test[1]])[test[2]] !== undefined;
    case 'any':
      return test.slice(1).some((group) => (group as readonly Test[]).every((inner) => holds(inner, item)));
    default: {
      const value = item?.[test[1]];
      if (typeof value !== 'number') return false;
      if (test[0] === '<') return value < test[2];
      if (test[0] === '<=') return value <= test[2];
      if (test[0] === '>') return value > test[2];
      return value >= test[2];
    }
  }
};

const mapToChange = (item: Readonly<Record<string, Value>>, attribute: string): Readonly<Record<string, number>> => {
  if (item[attribute] === undefined) throw new Error(`change of absent map ${attribute}`);
  return entries(item[attribute]);
};

/**
 * The meaning of a change: what every adapter must do. Pure.
 * @throws when it copies an absent attribute or changes an absent map; nothing is written then.
 */
export const apply = (key: Key, item: Item | undefined, change: Change): Written => {
  const [nonceAttribute, nonce] = change.nonce;
  if (!change.when.every((test) => holds(test, item))) {
    if (item !== undefined && item[nonceAttribute] === nonce) return { ok: true, item };
    return { ok: false, old: item };
  }
  const next: Record<string, Value> = { ...item, ...key };
  for (const [target, source] of Object.entries(change.copy ?? {})) {
    const value = item?.[source];
    if (value === undefined) throw new Error(`copy from absent attribute ${source}`);
    next[target] = value;
  }
  for (const [attribute, value] of Object.entries(change.set ?? {})) next[attribute] = value;
  for (const [attribute, by] of Object.entries(change.add ?? {})) next[attribute] = Number(item?.[attribute] ?? 0) + by;
  for (const [attribute, more] of Object.entries(change.include ?? {}))
    next[attribute] = [...numbers(next[attribute]), ...more];
  for (const [attribute, less] of Object.entries(change.exclude ?? {}))
    next[attribute] = numbers(next[attribute]).filter((n) => !less.includes(n));
  for (const [attribute, more] of Object.entries(change.put ?? {}))
    if (Object.keys(more).length > 0) next[attribute] = { ...mapToChange(next, attribute), ...more };
  for (const [attribute, keys] of Object.entries(change.drop ?? {}))
    if (keys.length > 0)
      next[attribute] = Object.fromEntries(
        Object.entries(mapToChange(next, attribute)).filter(([key]) => !keys.includes(key)),
      );
  for (const attribute of change.remove ?? []) delete next[attribute];
  next[nonceAttribute] = nonce;
  for (const [attribute, value] of Object.entries(next)) {
    if (!Array.isArray(value)) continue;
    if (value.length === 0) delete next[attribute];
    else next[attribute] = [...new Set(numbers(value))].sort((a, b) => a - b);
  }
  return { ok: true, item: next };
};

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
