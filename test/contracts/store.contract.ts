import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { apply, type Change, type Item, type Key } from '../../src/core/ports/change.ts';
import type { Store } from '../../src/core/ports/store.ts';
import { changes } from './changes.ts';

type Opened = { readonly store: Store; readonly close: () => Promise<void> };
type Limits = { readonly runs?: number; readonly beyond?: (change: Change) => boolean };

let keys = 0;
const newKey = (): Key => ({ pk: `flex#${++keys}`, sk: 'pair' });
const born = (set: Change['set'] = {}, nonce = 'birth'): Change => ({
  when: [['lacks', 'pk']],
  set,
  nonce: ['n', nonce],
});

const settled = async <T>(asked: () => Promise<T> | T): Promise<T | 'thrown'> => {
  try {
    return await asked();
  } catch {
    return 'thrown';
  }
};

/**
 * What every store does. `make` is called once; keys are new in each test.
 * @param limits what a stand-in of a real store cannot do, and how much time it needs
 */
export const storeContract = (name: string, make: () => Promise<Opened>, limits: Limits = {}): void => {
  describe(`${name} as a store`, () => {
    let opened: Opened;
    let store: Store;
    beforeAll(async () => {
      opened = await make();
      store = opened.store;
    });
    afterAll(() => opened.close());

    test('nothing is found where nothing was written', async () => {
      expect(await store.get(newKey())).toBeUndefined();
    });

    test('a first write makes the item, and a reader sees it at once', async () => {
      const key = newKey();
      const item = { ...key, n: 'birth', st: 'linking', Fc: -1, Fo: [2, 10], Fh: {} };
      expect(await store.write(key, born({ st: 'linking', Fc: -1, Fo: [10, 2, 2], Fh: {} }))).toEqual({
        ok: true,
        item,
      });
      expect(await store.get(key)).toEqual(item);
    });

    test('a write whose condition fails changes nothing and shows the item as it stands', async () => {
      const key = newKey();
      await store.write(key, born({ Fc: 4 }));
      const refused = await store.write(key, { when: [['=', 'Fc', 3]], set: { Fc: 5 }, nonce: ['n', 'late'] });
      expect(refused).toEqual({ ok: false, old: { ...key, n: 'birth', Fc: 4 } });
      expect(await store.get(key)).toEqual({ ...key, n: 'birth', Fc: 4 });
    });

    test('a condition on an item that is not there fails and shows nothing', async () => {
      const key = newKey();
      expect(await store.write(key, { when: [['>', 'Fc', -9]], nonce: ['n', 'x'] })).toEqual({
        ok: false,
        old: undefined,
      });
      expect(await store.get(key)).toBeUndefined();
    });

    test('a write asked for again with its own nonce counts as written', async () => {
      const key = newKey();
      const claim: Change = { when: [['=', 'Fc', 0]], add: { Ff: 1 }, set: { Fc: 1 }, nonce: ['Fn', 'mine'] };
      await store.write(key, born({ Fc: 0 }));
      const first = await store.write(key, claim);
      expect(await store.write(key, claim)).toEqual(first);
      expect(first).toEqual({ ok: true, item: { ...key, n: 'birth', Fc: 1, Ff: 1, Fn: 'mine' } });
    });

    test("another's nonce does not make a refused write count", async () => {
      const key = newKey();
      await store.write(key, born());
      expect(await store.write(key, born({}, 'rival'))).toEqual({ ok: false, old: { ...key, n: 'birth' } });
    });

    test('of many that want the same thing at once exactly one gets it', async () => {
      const key = newKey();
      await store.write(key, born({ Ff: 7 }));
      const rivals = await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          store.write(key, { when: [['=', 'Ff', 7]], add: { Ff: 1 }, nonce: ['Fn', `rival ${i}`] }),
        ),
      );
      expect(rivals.filter((written) => written.ok)).toHaveLength(1);
      expect((await store.get(key))?.Ff).toBe(8);
    });

    test('a copy is of what stood there before the write', async () => {
      const key = newKey();
      await store.write(key, born({ Bc: 3, Fl: 'old' }));
      const written = await store.write(key, {
        when: [],
        copy: { Ft: 'Bc', was: 'Fl' },
        set: { Bc: 4 },
        remove: ['Fl'],
        nonce: ['n', 'x'],
      });
      expect(written).toEqual({ ok: true, item: { ...key, n: 'x', Bc: 4, Ft: 3, was: 'old' } });
    });

    test('numbers go into and out of sets, and an empty set is no attribute', async () => {
      const key = newKey();
      await store.write(key, { when: [], include: { Mo: [11, 9, 10], Lo: [] }, nonce: ['n', '1'] });
      expect((await store.get(key))?.Mo).toEqual([9, 10, 11]);
      await store.write(key, { when: [], exclude: { Mo: [9, 10, 11, 12], none: [1] }, nonce: ['n', '2'] });
      expect(await store.get(key)).toEqual({ ...key, n: '2' });
      await store.write(key, { when: [], set: { Mo: [4] }, nonce: ['n', '3'] });
      await store.write(key, { when: [], set: { Mo: [] }, nonce: ['n', '4'] });
      expect(await store.get(key)).toEqual({ ...key, n: '4' });
    });

    test('entries go into and out of a map that is there', async () => {
      const key = newKey();
      await store.write(key, born({ Fh: { 3: 30 } }));
      await store.write(key, {
        when: [['hasKey', 'Fh', '3']],
        put: { Fh: { 4: 40, 5: 50 } },
        drop: { Fh: ['3'] },
        nonce: ['n', '2'],
      });
      expect((await store.get(key))?.Fh).toEqual({ 4: 40, 5: 50 });
      await store.write(key, { when: [['has', 'Fh']], drop: { Fh: ['4', '5'] }, nonce: ['n', '3'] });
      expect((await store.get(key))?.Fh).toEqual({});
    });

    test.each<[string, Partial<Change>]>([
      ['puts into a map that is not there', { put: { Fh: { 1: 1 } } }],
      ['drops from a map that is not there', { drop: { Fh: ['1'] } }],
      ['copies what is not there', { copy: { a: 'b' } }],
      ['writes one attribute twice', { set: { a: 1 }, remove: ['a'] }],
      ['writes a map and an entry of it', { set: { a: {} }, put: { a: { 1: 1 } } }],
      ['puts and drops the same entry', { put: { m: { 1: 1 } }, drop: { m: ['1'] } }],
      ['writes its own key', { set: { pk: 'elsewhere' } }],
      ['writes a number that is none', { set: { a: Number.NaN } }],
      [
        'is too large for one request',
        { put: { m: Object.fromEntries(Array.from({ length: 300 }, (_, i) => [i, i])) } },
      ],
    ])('a change that %s is refused as a mistake and changes nothing', async (_, mistake) => {
      const key = newKey();
      await store.write(key, born({ m: {} }));
      await expect(store.write(key, { when: [], nonce: ['n', 'x'], ...mistake })).rejects.toThrow();
      expect(await store.get(key)).toEqual({ ...key, n: 'birth', m: {} });
    });

    test('a change as large as allowed is written', async () => {
      const key = newKey();
      await store.write(key, born({ m: {} }));
      const m = Object.fromEntries(Array.from({ length: 198 }, (_, i) => [i, 1_790_000_000_000 + i]));
      await store.write(key, { when: [['has', 'm']], put: { m }, set: { Fc: 1 }, nonce: ['n', 'x'] });
      expect((await store.get(key))?.m).toEqual(m);
    });

    test('what a caller does to its own objects does not change the state', async () => {
      const key = newKey();
      const Fh: Record<string, number> = { 1: 1 };
      const written = await store.write(key, born({ Fh }));
      Fh[2] = 2;
      if (written.ok) await settled(() => Object.assign(written.item.Fh as object, { 3: 3 }));
      expect((await store.get(key))?.Fh).toEqual({ 1: 1 });
    });

    test('due items are listed by name in the order of their key, page by page, until they are no longer due', async () => {
      const due = `sweep#${newKey().pk}`;
      const written: Key[] = [];
      for (const dk of ['0003', '0001', '0002', '0010', '0005']) {
        const key = newKey();
        written.push(key);
        await store.write(key, born({ due, dk }));
      }
      await store.write(newKey(), born({ due: `${due}!`, dk: '0004' }));
      await store.write(newKey(), born({ dk: '0006' }));
      const listed: Item[] = [];
      let after: string | undefined;
      do {
        const page = await store.listDue(due, { limit: 2, after });
        expect(page.items.length).toBeLessThanOrEqual(2);
        listed.push(...page.items);
        after = page.next;
      } while (after !== undefined);
      expect(listed.map((item) => item.dk)).toEqual(['0001', '0002', '0003', '0005', '0010']);
      expect(listed[0]).toEqual({ ...written[1], n: 'birth', due, dk: '0001' });
      for (const key of written) await store.write(key, { when: [], remove: ['due', 'dk'], nonce: ['n', 'done'] });
      expect(await store.listDue(due, { limit: 9 })).toEqual({ items: [], next: undefined });
    });

    test('lists what stands under a key, by the beginning of its second part, page by page and in order', async () => {
      const { pk } = newKey();
      const names = ['m#F#b', 'm#B#a', 'm#F#a', 'm#F', 'm#F#é', 'm#F#Z', 'pair', 'm#G'];
      for (const sk of names) await store.write({ pk, sk }, born({ Fc: 1 }));
      await store.write({ pk: `${pk}0`, sk: 'm#F#elsewhere' }, born());
      const listed: Item[] = [];
      let after: string | undefined;
      do {
        const page = await store.listUnder(pk, { prefix: 'm#F#', limit: 2, after });
        expect(page.items.length).toBeLessThanOrEqual(2);
        listed.push(...page.items);
        after = page.next;
      } while (after !== undefined);
      expect(listed.map(({ sk }) => sk)).toEqual(['m#F#Z', 'm#F#a', 'm#F#b', 'm#F#é']);
      expect(listed[0]).toEqual({ pk, sk: 'm#F#Z', n: 'birth', Fc: 1 });
      expect(await store.listUnder(pk, { prefix: 'x', limit: 2 })).toEqual({ items: [], next: undefined });
    });

    test('any run of changes leaves what `apply` says', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(changes, { minLength: 1, maxLength: 8 }), async (run) => {
          const key = newKey();
          let expected: Item | undefined;
          for (const change of run.filter((some) => limits.beyond?.(some) !== true)) {
            const meant = await settled(() => apply(key, expected, change));
            const done = await settled(() => store.write(key, change));
            expect(done).toEqual(meant);
            if (meant !== 'thrown' && meant.ok) expected = meant.item;
            expect(await store.get(key)).toEqual(expected);
          }
        }),
        { numRuns: limits.runs ?? 300 },
      );
    });
  });
};
