import { expect, test } from '@jest/globals';
import { everyNowAndThen } from '../../local/chores.ts';
import { createTime } from '../../sim/time.ts';

const MINUTE = 60_000;

/** @returns when each of the runs began, in milliseconds from the first one. */
const beginsOf = async (runMs: number, until: number, fails = false): Promise<readonly number[]> => {
  const time = createTime();
  const start = time.now();
  const begins: number[] = [];
  const work = async () => {
    begins.push(time.now() - start);
    await time.sleep(runMs);
    if (fails) throw new Error('did not work');
  };
  everyNowAndThen(MINUTE, work, () => {}, time);
  await time.runUntil(start + until);
  return begins;
};

test('A sweep that takes most of its minute is followed by the next one a minute after its begin', async () => {
  expect(await beginsOf(46_000, 3 * MINUTE)).toEqual([0, MINUTE, 2 * MINUTE, 3 * MINUTE]);
});

test('One that takes longer is followed at once, never joined', async () => {
  expect(await beginsOf(70_000, 3 * MINUTE)).toEqual([0, 70_000, 140_000]);
});

test('One that fails does not end the row', async () => {
  expect(await beginsOf(1_000, 2 * MINUTE, true)).toEqual([0, MINUTE, 2 * MINUTE]);
});
