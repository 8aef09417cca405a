/** Items in an order of their own, of which a page is found without looking at the others. */
import type { Item } from '../../core/ports/change.ts';

/** As DynamoDB sorts text: by its UTF-8 bytes. */
const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

type Place = { readonly name: string; readonly order: string; item: Item };

export type SortedItems = {
  readonly put: (name: string, order: string, item: Item) => void;
  readonly remove: (name: string) => void;
  readonly isEmpty: () => boolean;
  /** The first so many of those meant that come behind this order. */
  readonly following: (after: string | undefined, most: number, isMeant: (item: Item) => boolean) => readonly Item[];
};

export const createSortedItems = (): SortedItems => {
  const places = new Map<string, Place>();
  const sorted: Place[] = [];
  /** The first place behind all that come before. */
  const firstThat = (isBehind: (order: string) => boolean): number => {
    let [first, behind] = [0, sorted.length];
    while (first < behind) {
      const middle = (first + behind) >> 1;
      if (isBehind(sorted[middle]?.order ?? '')) behind = middle;
      else first = middle + 1;
    }
    return first;
  };
  const remove = (name: string): void => {
    const place = places.get(name);
    if (place === undefined) return;
    places.delete(name);
    sorted.splice(
      sorted.indexOf(
        place,
        firstThat((order) => byBytes(order, place.order) >= 0),
      ),
      1,
    );
  };
  return {
    remove,
    put: (name, order, item) => {
      const there = places.get(name);
      if (there?.order === order) {
        there.item = item;
        return;
      }
      remove(name);
      const place = { name, order, item };
      places.set(name, place);
      sorted.splice(
        firstThat((other) => byBytes(other, order) > 0),
        0,
        place,
      );
    },
    isEmpty: () => sorted.length === 0,
    following: (after, most, isMeant) => {
      const found: Item[] = [];
      const first = after === undefined ? 0 : firstThat((order) => byBytes(order, after) > 0);
      for (let n = first; n < sorted.length && found.length < most; n += 1) {
        const item = sorted[n]?.item;
        if (item !== undefined && isMeant(item)) found.push(item);
      }
      return found;
    },
  };
};
