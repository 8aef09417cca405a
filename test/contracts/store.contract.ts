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
      const item = { ...key, n: 'birth', state: 'linking', cursor: -1, own: [2, 10], holes: {} };
      expect(await store.write(key, born({ state: 'linking', cursor: -1, own: [10, 2, 2], holes: {} }))).toEqual({
        ok: true,
        item,
      });
      expect(await store.get(key)).toEqual(item);
    });

    test('a write whose condition fails changes nothing and shows the item as it stands', async () => {
      const key = newKey();
      await store.write(key, born({ cursor: 4 }));
      const refused = await store.write(key, { when: [['=', 'cursor', 3]], set: { cursor: 5 }, nonce: ['n', 'late'] });
      expect(refused).toEqual({ ok: false, old: { ...key, n: 'birth', cursor: 4 } });
      expect(await store.get(key)).toEqual({ ...key, n: 'birth', cursor: 4 });
    });

    test('a condition on an item that is not there fails and shows nothing', async () => {
      const key = newKey();
      expect(await store.write(key, { when: [['>', 'cursor', -9]], nonce: ['n', 'x'] })).toEqual({
        ok: false,
        old: undefined,
      });
      expect(await store.get(key)).toBeUndefined();
    });

    test('a write asked for again with its own nonce counts as written', async () => {
      const key = newKey();
      const claim: Change = {
        when: [['=', 'cursor', 0]],
        add: { fence: 1 },
        set: { cursor: 1 },
        nonce: ['nonce', 'mine'],
      };
      await store.write(key, born({ cursor: 0 }));
      const first = await store.write(key, claim);
      expect(await store.write(key, claim)).toEqual(first);
      expect(first).toEqual({ ok: true, item: { ...key, n: 'birth', cursor: 1, fence: 1, nonce: 'mine' } });
    });

    test("another's nonce does not make a refused write count", async () => {
      const key = newKey();
      await store.write(key, born());
      expect(await store.write(key, born({}, 'rival'))).toEqual({ ok: false, old: { ...key, n: 'birth' } });
    });

    test('of many that want the same thing at once exactly one gets it', async () => {
      const key = newKey();
      await store.write(key, born({ fence: 7 }));
      const rivals = await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          store.write(key, { when: [['=', 'fence', 7]], add: { fence: 1 }, nonce: ['nonce', `rival ${i}`] }),
        ),
      );
      expect(rivals.filter((written) => written.ok)).toHaveLength(1);
      expect((await store.get(key))?.fence).toBe(8);
    });

    test('a copy is of what stood there before the write', async () => {
      const key = newKey();
      await store.write(key, born({ otherCursor: 3, late: 'old' }));
      const written = await store.write(key, {
        when: [],
        copy: { tail: 'otherCursor', was: 'late' },
        set: { otherCursor: 4 },
        remove: ['late'],
        nonce: ['n', 'x'],
      });
      expect(written).toEqual({ ok: true, item: { ...key, n: 'x', otherCursor: 4, tail: 3, was: 'old' } });
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
      await store.write(key, born({ holes: { 3: 30 } }));
      await store.write(key, {
        when: [['hasKey', 'holes', '3']],
        put: { holes: { 4: 40, 5: 50 } },
        drop: { holes: ['3'] },
        nonce: ['n', '2'],
      });
      expect((await store.get(key))?.holes).toEqual({ 4: 40, 5: 50 });
      await store.write(key, { when: [['has', 'holes']], drop: { holes: ['4', '5'] }, nonce: ['n', '3'] });
      expect((await store.get(key))?.holes).toEqual({});
    });

    test.each<[string, Partial<Change>]>([
      ['puts into a map that is not there', { put: { holes: { 1: 1 } } }],
      ['drops from a map that is not there', { drop: { holes: ['1'] } }],
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
      await store.write(key, { when: [['has', 'm']], put: { m }, set: { cursor: 1 }, nonce: ['n', 'x'] });
      expect((await store.get(key))?.m).toEqual(m);
    });

    test('what a caller does to its own objects does not change the state', async () => {
      const key = newKey();
      const holes: Record<string, number> = { 1: 1 };
      const written = await store.write(key, born({ holes }));
      holes[2] = 2;
      if (written.ok) await settled(() => Object.assign(written.item.holes as object, { 3: 3 }));
      expect((await store.get(key))?.holes).toEqual({ 1: 1 });
    });

    test('items on a list come by its name in their order, page by page, until they are taken off', async () => {
      const list = `sweep#${newKey().pk}`;
      const written: Key[] = [];
      for (const listOrder of ['0003', '0001', '0002', '0010', '0005']) {
        const key = newKey();
        written.push(key);
        await store.write(key, born({ list, listOrder }));
      }
      await store.write(newKey(), born({ list: `${list}!`, listOrder: '0004' }));
      await store.write(newKey(), born({ listOrder: '0006' }));
      const listed: Item[] = [];
      let after: string | undefined;
      do {
        const page = await store.list(list, { limit: 2, after });
        expect(page.items.length).toBeLessThanOrEqual(2);
        listed.push(...page.items);
        after = page.next;
      } while (after !== undefined);
      expect(listed.map((item) => item.listOrder)).toEqual(['0001', '0002', '0003', '0005', '0010']);
      expect(listed[0]).toEqual({ ...written[1], n: 'birth', list, listOrder: '0001' });
      const first = await store.listKeys(list, { limit: 2 });
      expect(first).toEqual({
        keys: [
          { ...written[1], listOrder: '0001' },
          { ...written[2], listOrder: '0002' },
        ],
        next: '0002',
      });
      const rest = await store.listKeys(list, { limit: 9, after: first.next });
      expect(rest.keys.map(({ listOrder }) => listOrder)).toEqual(['0003', '0005', '0010']);
      expect(rest.next).toBeUndefined();
      for (const key of written)
        await store.write(key, { when: [], remove: ['list', 'listOrder'], nonce: ['n', 'done'] });
      expect(await store.list(list, { limit: 9 })).toEqual({ items: [], next: undefined });
      expect(await store.listKeys(list, { limit: 9 })).toEqual({ keys: [], next: undefined });
    });

    test('lists what stands under a key, by the beginning of its second part, page by page and in order', async () => {
      const { pk } = newKey();
      const names = ['m#fl#b', 'm#fx#a', 'm#fl#a', 'm#fl', 'm#fl#é', 'm#fl#Z', 'pair', 'm#fm'];
      for (const sk of names) await store.write({ pk, sk }, born({ cursor: 1 }));
      await store.write({ pk: `${pk}0`, sk: 'm#fl#elsewhere' }, born());
      const listed: Item[] = [];
      let after: string | undefined;
      do {
        const page = await store.listUnder(pk, { prefix: 'm#fl#', limit: 2, after });
        expect(page.items.length).toBeLessThanOrEqual(2);
        listed.push(...page.items);
        after = page.next;
      } while (after !== undefined);
      expect(listed.map(({ sk }) => sk)).toEqual(['m#fl#Z', 'm#fl#a', 'm#fl#b', 'm#fl#é']);
      expect(listed[0]).toEqual({ pk, sk: 'm#fl#Z', n: 'birth', cursor: 1 });
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
