import { describe, expect, test } from '@jest/globals';
import { MOST_PATHS } from '../../../src/core/model/times.ts';
import { apply, assertWellFormed, type Change, type Item, type Test } from '../../../src/core/ports/change.ts';

const key = { pk: 'flex#CH1', sk: 'pair' };
const item: Item = { ...key, n: 'before', cursor: 4, state: 'open', own: [6, 8], holes: { 2: 200, 3: 300 } };
const change = (part: Partial<Change>): Change => ({ when: [], nonce: ['n', 'now'], ...part });
const changed = (part: Partial<Change>): Item => {
  const written = apply(key, item, change(part));
  if (!written.ok) throw new Error('refused');
  return written.item;
};
const passes = (...when: Test[]): boolean => apply(key, item, change({ when })).ok;

describe('A condition', () => {
  test('compares with what stands there', () => {
    expect(
      passes(['=', 'cursor', 4], ['<', 'cursor', 5], ['<=', 'cursor', 4], ['>', 'cursor', 3], ['>=', 'cursor', 4]),
    ).toBe(true);
    expect(passes(['<', 'cursor', 4])).toBe(false);
    expect(passes(['>', 'cursor', 4])).toBe(false);
    expect(passes(['=', 'state', 'ending'])).toBe(false);
  });

  test('never holds for what is not there, or is no number', () => {
    expect(passes(['=', 'otherCursor', 0])).toBe(false);
    expect(passes(['<=', 'otherCursor', 0])).toBe(false);
    expect(passes(['>=', 'state', 0])).toBe(false);
  });

  test('asks for attributes and for entries of maps', () => {
    expect(passes(['has', 'state'], ['lacks', 'intent'], ['hasKey', 'holes', '2'])).toBe(true);
    expect(passes(['hasKey', 'holes', '4'])).toBe(false);
    expect(passes(['hasKey', 'nothing', '4'])).toBe(false);
  });

  test('of several groups needs one that holds in full', () => {
    expect(
      passes([
        'any',
        [['has', 'intent']],
        [
          ['has', 'state'],
          ['=', 'cursor', 4],
        ],
      ]),
    ).toBe(true);
    expect(
      passes([
        'any',
        [['has', 'intent']],
        [
          ['has', 'state'],
          ['=', 'cursor', 5],
        ],
      ]),
    ).toBe(false);
    expect(passes(['any'])).toBe(false);
    expect(passes(['any', []])).toBe(true);
  });
});

describe('A change', () => {
  test('leaves alone what it does not name, and signs itself', () => {
    expect(changed({})).toEqual({ ...item, n: 'now' });
  });

  test('sees the item as it was, whatever else it writes', () => {
    expect(changed({ copy: { was: 'cursor' }, add: { cursor: 2 } })).toEqual({ ...item, n: 'now', was: 4, cursor: 6 });
  });

  test('keeps sets sorted, without doubles, and gone when empty', () => {
    expect(changed({ include: { own: [7, 6] }, set: { otherOwn: [3, 1, 3] } })).toMatchObject({
      own: [6, 7, 8],
      otherOwn: [1, 3],
    });
    expect(changed({ exclude: { own: [6, 8] } })).not.toHaveProperty('own');
  });

  test('puts and drops entries of a map, which stays when it is empty', () => {
    expect(changed({ put: { holes: { 4: 400 } }, drop: { holes: ['2'] } }).holes).toEqual({ 3: 300, 4: 400 });
    expect(changed({ drop: { holes: ['2', '3'] } }).holes).toEqual({});
  });

  test('of nothing in a map that is not there is no mistake', () => {
    expect(changed({ put: { otherHoles: {} }, drop: { otherHoles: [] } })).toEqual({ ...item, n: 'now' });
  });

  test('removes', () => {
    expect(changed({ remove: ['state', 'nothing'] })).not.toHaveProperty('state');
  });

  test('leaves the item it was given as it was', () => {
    const before = structuredClone(item);
    changed({ include: { own: [7] }, put: { holes: { 4: 1 } }, add: { cursor: 1 }, remove: ['state'] });
    expect(item).toEqual(before);
  });

  test('makes the item where there was none', () => {
    expect(apply(key, undefined, change({ add: { fence: 1 } }))).toEqual({
      ok: true,
      item: { ...key, fence: 1, n: 'now' },
    });
  });
});

describe('A refused change', () => {
  test('shows the item that refused it', () => {
    expect(apply(key, item, change({ when: [['has', 'intent']] }))).toEqual({ ok: false, old: item });
    expect(apply(key, undefined, change({ when: [['has', 'intent']] }))).toEqual({ ok: false, old: undefined });
  });

  test('that finds its own nonce was written before: its answer had been lost', () => {
    expect(
      apply(key, item, change({ when: [['=', 'cursor', 3]], set: { cursor: 4 }, nonce: ['n', 'before'] })),
    ).toEqual({
      ok: true,
      item,
    });
  });
});

describe('A change that no store can write', () => {
  test('is told from one that every store can', () => {
    expect(() => assertWellFormed(change({ set: { a: 1 }, put: { m: { 1: 1 } }, drop: { m: ['2'] } }))).not.toThrow();
    expect(() => assertWellFormed(change({ set: { n: 'a nonce of its own' } }))).toThrow('writes n twice');
    expect(() => assertWellFormed(change({ include: { z: [1] }, exclude: { z: [2] } }))).toThrow('writes z twice');
    expect(() => assertWellFormed(change({ add: { a: Number.POSITIVE_INFINITY } }))).toThrow('a number that is none');
  });

  test('is one of more places than one request can name', () => {
    const entries = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [i, i]));
    expect(() => assertWellFormed(change({ put: { m: entries(MOST_PATHS - 1) } }))).not.toThrow();
    expect(() => assertWellFormed(change({ put: { m: entries(MOST_PATHS) } }))).toThrow('more than 200 places');
  });
});
