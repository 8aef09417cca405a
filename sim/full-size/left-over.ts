/** What a year has left in the store and on its lists, against how long each kind of it is kept. */
import type { Item } from '../../src/core/ports/change.ts';
import { ITEMS, type ListName } from '../../src/core/state/items.ts';
import type { Crowd } from './crowd.ts';
import type { Figures } from './figures.ts';

/** `endless`: how many chats of each day, the last one's last, nobody ever ended. */
export type YearSoFar = { readonly chats: number; readonly endless: readonly number[] };

const kindOf = ({ sk, state, pair }: Item): string => {
  const { of } = ITEMS.find(({ sk: form }) => form.test(String(sk))) ?? { of: 'of no kind' };
  if (of !== 'a pair, or an alias') return of;
  if (pair !== undefined) return 'an alias';
  return state === 'closed' ? 'a pair that has ended' : 'a pair that is open';
};

/** Days from an item's last write until DynamoDB has forgotten it: its time, two days more, and the day it is of. */
const FORGOTTEN = { closed: 33, rest: 30 + 183, ledger: 183, forward: 18, end: 5 };
/** Agents, and what there is one of. */
const FEW = 40;

export const judgeLeftOver = async (
  { most, row }: Figures,
  { world, listed }: Crowd,
  { chats, endless }: YearSoFar,
) => {
  const sum = (days: number): number => endless.slice(-days).reduce((all, few) => all + few, 0);
  const ended = chats * FORGOTTEN.closed;
  const kept: Readonly<Record<string, number>> = {
    'a pair that has ended': ended,
    'a pair that is open': sum(FORGOTTEN.rest),
    'an alias': ended + sum(endless.length),
    'the registry': ended + sum(FORGOTTEN.rest),
    // Three texts, each copied once.
    'a row of the ledger': chats * 3 * FORGOTTEN.ledger,
    // Of each text in Flex, and of what becomes of its channel.
    'a row of the forwarder': chats * 6 * FORGOTTEN.forward,
    "the forwarder's cursor": chats * FORGOTTEN.forward,
    'the end of a channel': chats * FORGOTTEN.end,
  };
  const items = Map.groupBy(world.store.everything(), kindOf);
  for (const [of, those] of [...items].sort(([a], [b]) => (a < b ? -1 : 1))) {
    most(`in the store: ${of}`, those.length, kept[of] ?? FEW);
  }
  const lists: Readonly<Record<ListName, number>> = {
    ...{ due: 0, backlog: 0, parked: 0, offers: 0, ends: 0, starts: 0, strays: 0 },
    ...{ active: sum(2), quiet: sum(32) },
  };
  for (const [list, goal] of Object.entries(lists) as [ListName, number][])
    most(`on the list ${list}`, await listed(list), goal);
  row(
    'bytes of all that is stored, as JSON',
    world.store.everything().reduce((n, item) => n + JSON.stringify(item).length, 0),
  );
};
