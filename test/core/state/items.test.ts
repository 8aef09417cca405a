import { describe, expect, test } from '@jest/globals';
import { FORWARD, ITEMS, LEDGER, laneAttributes, PAIR } from '../../../src/core/state/items.ts';

describe('What is stored', () => {
  test('is named in words, but for the attributes that every row of the ledger and the forwarder has', () => {
    const letters = (names: readonly string[]) =>
      names.filter((name) => !/[a-z]{2}/.test(name) || name === 'st' || name === 'di');
    expect(letters(ITEMS.flatMap(({ attributes }) => attributes)).sort()).toEqual(
      [
        ...[LEDGER.state, LEDGER.copy, LEDGER.copyIndex, LEDGER.nonce],
        ...[FORWARD.state, FORWARD.leaseUntil, FORWARD.settlesAt, FORWARD.since, FORWARD.fence, FORWARD.nonce],
      ].sort(),
    );
  });

  test('has no name that stands in two places of one item', () => {
    const names = [
      ...PAIR,
      ...Object.values(laneAttributes('toFrontline')),
      ...Object.values(laneAttributes('toFlex')),
    ];
    expect(new Set(names).size).toBe(names.length);
  });
});
