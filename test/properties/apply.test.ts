import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { apply, type Change, type Item, type Written } from '../../src/core/ports/change.ts';
import { changes } from '../contracts/changes.ts';

const key = { pk: 'flex#CH1', sk: 'pair' };

/** What stands there after some changes; some of them may have thrown or been refused. */
const item: fc.Arbitrary<Item | undefined> = fc.array(changes, { maxLength: 6 }).map((some) =>
  some.reduce<Item | undefined>((before, change) => {
    const written = attempt(before, { ...change, when: [] });
    return written?.ok ? written.item : before;
  }, undefined),
);

/** undefined: it throws. */
const attempt = (before: Item | undefined, change: Change): Written | undefined => {
  try {
    return apply(key, before, change);
  } catch {
    return undefined;
  }
};

const holding = (rule: (before: Item | undefined, change: Change, written: Written) => boolean): void =>
  fc.assert(
    fc.property(item, changes, (before, change) => {
      const written = attempt(before, change);
      return written === undefined || rule(before, change, written);
    }),
    { numRuns: 500 },
  );

describe('a conditional write', () => {
  test('leaves the item that it was given as it was, also when it throws', () => {
    fc.assert(
      fc.property(item, changes, (before, change) => {
        const copy = structuredClone(before);
        attempt(before, change);
        expect(before).toEqual(copy);
      }),
    );
  });

  test('gives the item its key and its nonce, and never takes them away', () => {
    holding((_, { nonce: [name, value] }, written) => {
      if (!written.ok) return true;
      return written.item.pk === key.pk && written.item.sk === key.sk && written.item[name] === value;
    });
  });

  test('that is refused shows the item as it stands', () => {
    holding((before, _, written) => written.ok || written.old === before);
  });

  test('touches nothing that it does not name', () => {
    holding((before, change, written) => {
      if (!written.ok) return true;
      const { when: _, nonce, remove = [], ...parts } = change;
      const named = new Set([
        nonce[0],
        'pk',
        'sk',
        ...remove,
        ...Object.values(parts).flatMap((part) => Object.keys(part)),
      ]);
      const rest = (of: Item = {}) => Object.fromEntries(Object.entries(of).filter(([name]) => !named.has(name)));
      expect(rest(written.item)).toEqual(rest(before));
      return true;
    });
  });

  test('does not happen twice, when its answer was lost and its condition holds no more', () => {
    holding((_, change, written) => {
      if (!written.ok) return true;
      const again = apply(key, written.item, { ...change, when: [...change.when, ['has', 'never there']] });
      return again.ok && again.item === written.item;
    });
  });

  test('keeps each set sorted, without doubles, and none that is empty', () => {
    holding((_, __, written) => {
      if (!written.ok) return true;
      return Object.values(written.item).every(
        (value) =>
          !Array.isArray(value) ||
          (value.length > 0 && value.every((one, n) => n === 0 || one > (value[n - 1] ?? Number.POSITIVE_INFINITY))),
      );
    });
  });

  test('of which a condition fails never happens, whatever else holds', () => {
    holding((before, change) => {
      const written = attempt(before, { ...change, when: [...change.when, ['any']], nonce: ['n', 'of nobody else'] });
      return written !== undefined && !written.ok;
    });
  });
});
