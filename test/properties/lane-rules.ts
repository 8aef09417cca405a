/** What must hold of a pair's two lanes after every single write, whoever made it. */

import type { Lane } from '../../src/core/model/event.ts';
import { otherLane } from '../../src/core/model/event.ts';
import { GONE_AFTER_MS } from '../../src/core/model/times.ts';
import type { Item } from '../../src/core/ports/change.ts';
import { laneAttributes } from '../../src/core/state/items.ts';
import { type LaneState, type Pair, readPair } from '../../src/core/state/pair.ts';
import type { Step } from './lane-game.ts';

const LANES: readonly Lane[] = ['toFrontline', 'toFlex'];

/** @returns what is wrong; undefined when nothing is. */
type Rule = (step: Step, before: Pair, after: Pair) => string | undefined;

const eachLane =
  (holds: (before: LaneState, after: LaneState, lane: Lane, step: Step, pair: Pair) => boolean): Rule =>
  (step, before, after) => {
    const broken = LANES.filter((lane) => !holds(before.lanes[lane], after.lanes[lane], lane, step, before));
    return broken.length === 0 ? undefined : `lane ${broken.join(' and ')}`;
  };

const always =
  (holds: (step: Step, before: Pair, after: Pair) => boolean): Rule =>
  (step, before, after) =>
    holds(step, before, after) ? undefined : 'the pair';

const same = (a: Item, b: Item): boolean => JSON.stringify(a) === JSON.stringify(b);

const whole = (item: Item, lane: Lane): boolean => {
  const a = laneAttributes(lane);
  const parts = [a.intentSid, a.intentIndex, a.intentCreatedAt, a.intentTail].filter(
    (name) => item[name] !== undefined,
  );
  return parts.length === 0 || (parts.length === 4 && item[a.intentNotAfter] !== undefined);
};

const rules: Readonly<Record<string, Rule>> = {
  'a cursor never goes back': eachLane((before, after) => after.cursor >= before.cursor),

  'a fence only grows': eachLane((before, after) => after.fence >= before.fence),

  'who holds an old fence writes nothing': always(
    ({ fence, move, ok, before, after }, pair) =>
      fence === undefined || fence === pair.lanes[move.lane].fence || (ok === false && same(before, after)),
  ),

  'a refused write changes nothing': always(({ ok, before, after }) => ok !== false || same(before, after)),

  'an intent is whole': eachLane((_, __, lane, { after }) => whole(after, lane)),

  'an intent gives way to no other': eachLane(
    ({ intent: was }, { intent: is }) =>
      was === undefined || is === undefined || (is.sid === was.sid && is.tail === was.tail),
  ),

  'only who claims anew opens an intent, under a fence of its own': eachLane(
    (before, after, lane, { move }) =>
      before.intent !== undefined ||
      after.intent === undefined ||
      (move.lane === lane && (move.op === 'claim' || move.op === 'intend') && after.fence === before.fence + 1),
  ),

  'only a comparison of its lane takes a dirty mark away': eachLane(
    (before, after, lane, { move }) =>
      before.dirty === undefined || after.dirty !== undefined || (move.op === 'clean' && move.lane === lane),
  ),

  'a dirty mark never names less': eachLane(
    ({ dirty: was }, { dirty: is }) => was === undefined || is === undefined || is.upTo >= was.upTo,
  ),

  'a hole goes when it is filled, is a copy of ours, or is old': eachLane((before, after, lane, step, pair) => {
    const { move, copy, listedAt = 0 } = step;
    const { intent } = pair.lanes[move.lane];
    return [...before.holes].every(
      ([index, found]) =>
        after.holes.has(index) ||
        (lane === move.lane && intent?.late === true && intent.index === index) ||
        (lane === otherLane(move.lane) && copy === index) ||
        (lane === move.lane && move.op === 'clean' && listedAt - found > GONE_AFTER_MS),
    );
  }),

  'a hole stands behind its cursor': eachLane((_, { holes, cursor }) =>
    [...holes.keys()].every((index) => index <= cursor),
  ),

  'a copy counts as our own on the other lane, and is no hole': always(({ move, copy, ok }, _, { lanes }) => {
    const { cursor, ownIndices, holes } = lanes[otherLane(move.lane)];
    return copy === undefined || !ok || ((copy <= cursor || ownIndices.includes(copy)) && !holes.has(copy));
  }),

  'what is dirty, stale, held or unlinked is due': always(
    (_, __, { lanes, linked, heldUntil, due }) =>
      due ||
      (linked &&
        heldUntil === undefined &&
        LANES.every((lane) => lanes[lane].dirty === undefined && lanes[lane].stale.size === 0)),
  ),

  'an intent that lapsed is due': always(({ move, ok }, _, { due }) => move.op !== 'lapse' || !ok || due),

  'holes that a comparison left are due': always(
    ({ move, ok }, _, { lanes, due }) => move.op !== 'clean' || !ok || due || lanes[move.lane].holes.size === 0,
  ),

  'the mark goes only when nothing waits': always(
    (_, before, { lanes, due }) =>
      !before.due || due || LANES.every((lane) => lanes[lane].intent === undefined && lanes[lane].holes.size === 0),
  ),
};

const homeIn = (item: Item): Pair => {
  const pair = readPair(item);
  if (pair === undefined) throw new Error('no pair');
  return pair;
};

/** @returns the rules that a step breaks. */
export const broken = (step: Step): readonly string[] => {
  const [before, after] = [homeIn(step.before), homeIn(step.after)];
  return Object.entries(rules).flatMap(([name, rule]) => {
    const problem = rule(step, before, after);
    return problem === undefined ? [] : [`${name} (${problem})`];
  });
};
