import { describe, expect, test } from '@jest/globals';
import { BUGS, type Bug, type SeenInScenario } from './bugs.ts';
import { CHAT_BUGS } from './chat-bugs.ts';
import { simulate } from './child.ts';
import { buildSim, type Patch } from './planted.ts';

const SEEDS = 500;

const failing = (mode: string, from: number, to: number): readonly string[] => [
  ...['--from', String(from), '--seeds', String(to + 1 - from)],
  ...['--mode', mode, '--first'],
];

const built = new Map<Patch | undefined, Promise<string>>();
/** Without the bug. Built once for all bugs that need the same out of the way. */
const soundSim = (without: Patch | undefined): Promise<string> => {
  const sound = built.get(without) ?? buildSim(`sound ${built.size}`, without === undefined ? [] : [without]);
  built.set(without, sound);
  return sound;
};

/** It is the bug that fails there, not the seed, which may need what is out of the way. */
const isCaughtInSeeds = async (bug: Exclude<Bug, SeenInScenario>): Promise<boolean> => {
  const { name, mode, from: first = 1, without, patches } = bug;
  const harmless = without === undefined ? [] : [without];
  const sick = await buildSim(name, [...harmless, ...patches]);
  const sound = await soundSim(without);
  for (const [begin, end] of [
    [first, SEEDS],
    [1, first - 1],
  ] as const)
    for (let from = begin; from <= end; ) {
      const told = await simulate(sick, ...failing(mode, from, end));
      const seed = Number(/^seed (\d+) failed/m.exec(told.out)?.[1] ?? Number.NaN);
      if (Number.isNaN(seed)) break;
      const { out } = await simulate(sound, '--seed', String(seed), '--mode', mode);
      if (out.includes('1 passed, 0 failed')) return true;
      from = seed + 1;
    }
  return false;
};

/** That all is well there without the bug the kill pass shows (runs.test.ts). */
const isCaughtInScenario = async ({ name, scenario, patches }: Bug & SeenInScenario): Promise<boolean> => {
  const { out } = await simulate(await buildSim(name, patches), '--kill', scenario);
  return /^\d+ passed, [1-9]\d* failed$/m.test(out);
};

describe('the simulator catches, within 500 seeds or in a scenario,', () => {
  test.concurrent.each([...BUGS, ...CHAT_BUGS])(
    '$name',
    async (bug) => expect(await ('scenario' in bug ? isCaughtInScenario(bug) : isCaughtInSeeds(bug))).toBe(true),
    900_000,
  );
});
