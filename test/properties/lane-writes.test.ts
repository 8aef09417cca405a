import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Lane } from '../../src/core/model/event.ts';
import type { Change, Test } from '../../src/core/ports/change.ts';
import type { Store } from '../../src/core/ports/store.ts';
import { type Game, games, type Operation, play } from './lane-game.ts';
import { broken } from './lane-rules.ts';

const named = (rule: string): string => rule.replace(/ \(.*/, '');

/** Plays games until a rule is broken. @returns the rule, and the fewest moves that break it. */
const judged = async (wrap?: (store: Store) => Store): Promise<string | undefined> => {
  const property = fc.asyncProperty(games, (game) =>
    play(
      game,
      (step) => {
        const rule = broken(step).at(0);
        if (rule !== undefined) throw new Error(rule);
      },
      wrap,
    ),
  );
  const { failed, counterexample, errorInstance } = await fc.check(property, { numRuns: 2_000 });
  if (!failed) return undefined;
  const rule = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
  return `${rule} after ${JSON.stringify(counterexample)}`;
};

/** A store whose writes come otherwise than core meant them. */
const writing =
  (change: (change: Change) => Change) =>
  (store: Store): Store => ({ ...store, write: (key, asked) => store.write(key, change(asked)) });

const without =
  (drop: (test: Test) => boolean) =>
  (change: Change): Change => ({ ...change, when: change.when.filter((test) => !drop(test)) });

const about = (test: Test, ...attributes: readonly string[]): boolean =>
  typeof test[1] === 'string' && attributes.includes(test[1]);

describe('whatever the owners of a pair do, in whatever order', () => {
  test('no rule is broken', async () => {
    expect(await judged()).toBeUndefined();
  });

  test('every operation takes place now and then', async () => {
    const done = new Set<string>();
    for (const game of fc.sample(games, { seed: 5, numRuns: 1_500 }))
      await play(game, ({ move, ok }) => void (ok && done.add(move.op)));
    const all = 'claim clean clear close defer fence hold intend lapse link park place release stale take';
    expect([...done].sort().join(' ')).toBe(all);
  });
});

describe('a store that is written otherwise is caught:', () => {
  test.each<[string, (change: Change) => Change, string]>([
    [
      'by whoever comes, whatever fence he holds',
      without((test) => about(test, 'fl_fence', 'fx_fence')),
      'who holds an old fence writes nothing',
    ],
    [
      'over an intent',
      without((test) => about(test, 'fl_intentSid', 'fx_intentSid')),
      'an intent gives way to no other',
    ],
    [
      'under the same fence',
      (change) => (change.set?.fl_intentSid === undefined ? change : { ...change, add: {} }),
      'only who claims anew opens an intent, under a fence of its own',
    ],
    [
      'with a cursor that others have moved since',
      without((test) => test[0] === '=' && about(test, 'fl_cursor', 'fx_cursor')),
      'a cursor never goes back',
    ],
    [
      'without the dirty mark',
      (change) =>
        change.remove?.includes('fl_intentSid') && change.set?.fl_dirtyUpTo === undefined
          ? { ...change, remove: [...change.remove, 'fl_dirtyUpTo', 'fl_dirtySince'] }
          : change,
      'dirty',
    ],
    [
      'without the mark of what waits',
      ({ set: { list, listOrder, ...set } = {}, ...change }) => ({ ...change, set }),
      'due',
    ],
    [
      'with its holes forgotten at each comparison',
      (change) =>
        change.remove?.includes('fl_place')
          ? { ...change, put: {}, drop: {}, set: { ...change.set, fl_holes: {} } }
          : change,
      '',
    ],
  ])('%s', async (_, change, rule) => {
    expect(await judged(writing(change))).toContain(rule);
  });
});

/** `0toFrontline:start` is owner 0 on the lane to Frontline; then pick and bits. */
const gameOf = (moves: string): Game => ({
  linked: true,
  moves: moves.split(' ').map((text) => {
    const [, owner, lane, op, pick, bits] = /^(\d)(toFrontline|toFlex):(\w+?)(?:\((\d+),(\d+)\))?$/.exec(text) ?? [];
    return {
      owner: Number(owner),
      lane: lane as Lane,
      op: op as Operation,
      pick: Number(pick ?? 0),
      bits: Number(bits ?? 0),
    };
  }),
});
const rulesBroken = async (moves: string): Promise<readonly string[]> => {
  const found: string[] = [];
  await play(gameOf(moves), (step) => found.push(...broken(step).map(named)));
  return found;
};

describe('the mark of what waits stays', () => {
  test('when an edit is marked while its lane is compared', async () => {
    expect(await rulesBroken('0toFrontline:start 1toFrontline:stale 0toFrontline:clean')).toEqual([]);
  });

  test('when an edit is marked while the other lane is compared', async () => {
    expect(await rulesBroken('0toFlex:start 1toFrontline:stale 0toFlex:clean')).toEqual([]);
  });

  test('when the other lane finds a hole while this one is compared', async () => {
    expect(
      await rulesBroken(
        '0toFrontline:say 0toFrontline:say 0toFlex:start 1toFrontline:start(0,1) 1toFrontline:clean 0toFlex:clean',
      ),
    ).toEqual([]);
  });
});

describe('a dirty mark', () => {
  test('that came between a claim and its hold names as much as before', async () => {
    expect(await rulesBroken('0toFrontline:say 0toFrontline:claim 1toFrontline:defer(9,0) 0toFrontline:hold')).toEqual(
      [],
    );
  });
});
