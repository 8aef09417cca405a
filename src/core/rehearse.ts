/**
 * What a handler would write at Twilio first, found by running it: what it stores it alone sees, and what it would
 * write, or put on a queue, is not done.
 */
import type { BridgeDeps } from './deps.ts';
import type { Outcome } from './model/outcome.ts';
import { TwilioError } from './model/twilio-error.ts';
import { apply, type Item, type Key } from './ports/change.ts';
import type { Decided } from './ports/journal.ts';
import type { Store } from './ports/store.ts';
import { type TwilioWrite, watchWrites } from './ports/writes.ts';
import { laneAttributes, MODES_KEY } from './state/items.ts';

class Rehearsed extends Error {
  readonly write: TwilioWrite;
  constructor(write: TwilioWrite) {
    super(`${write} is not written`);
    this.name = 'Rehearsed';
    this.write = write;
  }
}

const WAITING: readonly string[] = (['toFrontline', 'toFlex'] as const).flatMap((lane) => {
  const { dirtyUpTo, dirtySince } = laneAttributes(lane);
  return [dirtyUpTo, dirtySince];
});

/** As if every direction were on, and nothing waited for that. */
const asIfOn = ({ pk, sk }: Key, item: Item | undefined): Item | undefined => {
  if (pk === MODES_KEY.pk && sk === MODES_KEY.sk) return undefined;
  return item && Object.fromEntries(Object.entries(item).filter(([name]) => !WAITING.includes(name)));
};

/** Lists show what is really stored. */
const overlaid = (store: Store): Store => {
  const written = new Map<string, Item | undefined>();
  const get = async (key: Key): Promise<Item | undefined> => {
    const name = `${key.pk} ${key.sk}`;
    if (!written.has(name)) written.set(name, asIfOn(key, await store.get(key)));
    return written.get(name);
  };
  return {
    ...store,
    get,
    write: async (key, change) => {
      const result = apply(key, await get(key), change);
      if (result.ok) written.set(`${key.pk} ${key.sk}`, result.item);
      return result;
    },
  };
};

export const rehearsalOf = (deps: BridgeDeps): BridgeDeps => ({
  ...deps,
  ...watchWrites(deps, async (_, write) => {
    throw new Rehearsed(write);
  }),
  store: overlaid(deps.store),
  queues: { ...deps.queues, send: async () => {}, sendMany: async () => [], deadLetter: async () => {} },
  journal: () => {},
});

/** @returns `nothing`: it would end without a write; `unread`: Twilio would not show what it depends on. */
export const decidedBy = async (run: Promise<Outcome>): Promise<Decided> => {
  try {
    await run;
    return 'nothing';
  } catch (error) {
    if (error instanceof Rehearsed) return error.write;
    if (error instanceof TwilioError) return 'unread';
    throw error;
  }
};
