/** Arbitrary changes over a few attributes, each of one type for ever, as core's are. */
import fc from 'fast-check';
import type { Change, Test } from '../../src/core/ports/change.ts';

const numberNames = ['n1', 'n2', 'n3'] as const;
const textNames = ['t1', 't2'] as const;
const setNames = ['z1', 'z2'] as const;
const mapNames = ['m1', 'm2'] as const;
const mapKeys = ['7', '8', 'status'] as const;

const small = fc.integer({ min: -3, max: 6 });
const text = fc.constantFrom('a', 'ü', '😀', 'list');
const set = fc.array(small, { maxLength: 3 });
const map = fc.dictionary(fc.constantFrom(...mapKeys), small, { noNullPrototype: true });
const attribute = fc.constantFrom(...numberNames, ...textNames, ...setNames, ...mapNames, 'n', 'pk');

const simple: fc.Arbitrary<Test> = fc.oneof(
  fc.tuple(fc.constant('=' as const), fc.constantFrom(...numberNames), small),
  fc.tuple(fc.constant('=' as const), fc.constantFrom(...textNames), text),
  fc.tuple(fc.constantFrom('<' as const, '<=' as const, '>' as const, '>=' as const), attribute, small),
  fc.tuple(fc.constantFrom('has' as const, 'lacks' as const), attribute),
  fc.tuple(fc.constant('hasKey' as const), fc.constantFrom(...mapNames, 'n1', 'z1'), fc.constantFrom(...mapKeys)),
);
const groups = (inner: fc.Arbitrary<Test>): fc.Arbitrary<Test> =>
  fc.array(fc.array(inner, { maxLength: 2 }), { maxLength: 3 }).map((some): Test => ['any', ...some]);
const anyTest = fc.oneof({ weight: 6, arbitrary: simple }, groups(simple), groups(fc.oneof(simple, groups(simple))));

/** What one change does to one attribute. */
type Doing =
  | { readonly set: Change['set'] }
  | { readonly copy: Change['copy'] }
  | { readonly add: Change['add'] }
  | { readonly remove: readonly string[] }
  | { readonly include: Change['include'] }
  | { readonly exclude: Change['exclude'] }
  | { readonly put: Change['put'] }
  | { readonly drop: Change['drop'] };

const one = (
  name: string,
  values: fc.Arbitrary<string | number | number[] | Record<string, number>>,
  like: readonly string[],
) =>
  [
    fc.record({ set: values.map((value) => ({ [name]: value })) }),
    fc.record({ copy: fc.constantFrom(...like).map((source) => ({ [name]: source })) }),
    fc.record({ remove: fc.constant([name]) }),
  ] as const;

const doings: readonly fc.Arbitrary<Doing>[] = [
  ...numberNames.map((name) =>
    fc.oneof<fc.Arbitrary<Doing>[]>(
      ...one(name, small, numberNames),
      fc.record({ add: small.map((by) => ({ [name]: by })) }),
    ),
  ),
  ...textNames.map((name) => fc.oneof<fc.Arbitrary<Doing>[]>(...one(name, text, textNames))),
  ...setNames.map((name) =>
    fc.oneof<fc.Arbitrary<Doing>[]>(
      ...one(name, set, setNames),
      fc.record({ include: set.map((more) => ({ [name]: more })) }),
      fc.record({ exclude: set.map((less) => ({ [name]: less })) }),
    ),
  ),
  ...mapNames.map((name) =>
    fc.oneof<fc.Arbitrary<Doing>[]>(
      ...one(name, map, mapNames),
      fc.record({ put: map.map((more) => ({ [name]: more })) }),
      fc.record({ drop: fc.uniqueArray(fc.constantFrom(...mapKeys)).map((keys) => ({ [name]: keys })) }),
    ),
  ),
];

const merged = (when: readonly Test[], some: readonly Doing[], nonce: string): Change => {
  const all: Record<string, object> = {};
  for (const [kind, what] of some.flatMap((doing) => Object.entries(doing)))
    all[kind] = Array.isArray(what) ? [...((all[kind] as string[]) ?? []), ...what] : { ...all[kind], ...what };
  return { ...all, when, nonce: ['n', nonce] };
};

/** Now and then two changes share a nonce: then the second, when refused, counts as the first tried again. */
export const changes: fc.Arbitrary<Change> = fc
  .tuple(
    fc.array(anyTest, { maxLength: 2 }),
    fc.subarray([...doings.keys()], { maxLength: 4 }),
    fc.tuple(...doings),
    fc.constantFrom('p', 'q', 'r', 's', 't'),
  )
  .map(([when, chosen, all, nonce]) =>
    merged(
      when,
      chosen.flatMap((index) => all[index] ?? []),
      nonce,
    ),
  );

/**
 * dynalite copies a set, a map or a number by reference, so a change of the source in the same write shows in the copy.
 */
export const copiesWhatItChanges = (change: Change): boolean =>
  Object.values(change.copy ?? {}).some((source) =>
    [change.add, change.include, change.exclude, change.put, change.drop].some((part) => part?.[source] !== undefined),
  );
