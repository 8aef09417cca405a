import { expect, test } from '@jest/globals';
import type { Item } from '../../../src/core/ports/change.ts';
import type { Entry } from '../../../src/core/ports/journal.ts';
import { type Pair, readPair } from '../../../src/core/state/pair.ts';
import { logDirtyLanes } from '../../../src/core/sweep/waiting.ts';

const NOW = 1_790_000_000_000;
const MINUTE = 60_000;

const pair = (over: Item): Pair => {
  const read = readPair({ pk: 'flex#CH1', sk: 'pair', state: 'open', begunAt: NOW - 60 * MINUTE, ...over });
  if (read === undefined) throw new Error('no pair');
  return read;
};
const linked = (over: Item): Pair => pair({ linked: 1, ...over });

const told = (pair: Pair): readonly Entry[] => {
  const entries: Entry[] = [];
  logDirtyLanes((entry) => entries.push(entry), [pair], NOW, { toFrontline: 'on', toFlex: 'on' });
  return entries;
};

test.each([
  ['a lane that is dirty', linked({ fl_dirtyUpTo: 7, fl_dirtySince: NOW }), 1],
  ['both', linked({ fl_dirtyUpTo: 7, fl_dirtySince: NOW, fx_dirtyUpTo: 1, fx_dirtySince: NOW }), 2],
  ['a lane with an edit that has waited for long', linked({ fx_staleEdits: { IM1: NOW, IM2: NOW - 16 * MINUTE } }), 1],
  [
    'a lane with both, once',
    linked({ fl_dirtyUpTo: 7, fl_dirtySince: NOW, fl_staleEdits: { IM1: NOW - 16 * MINUTE } }),
    1,
  ],
  ['both lanes of a chat that has not been linked for long', pair({ begunAt: NOW - 16 * MINUTE }), 2],
])('The sweep tells of %s', (_, pair, count) => {
  expect(told(pair)).toEqual([{ step: 'swept', type: 'dirty_lanes', sids: [], count }]);
});

test.each([
  ['an edit that the next run may apply', linked({ fl_staleEdits: { IM1: NOW - 14 * MINUTE } })],
  ['a link under way', pair({ begunAt: NOW - 14 * MINUTE })],
  ['a hole', linked({ fl_holes: { 3: NOW - 9 * MINUTE } })],
])('The sweep keeps quiet about %s', (_, pair) => {
  expect(told(pair)).toEqual([]);
});
