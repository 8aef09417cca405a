import { describe, expect, test } from '@jest/globals';
import { BUGS } from './bugs.ts';
import { simulate } from './child.ts';
import { buildSim } from './planted.ts';

const SEEDS = 500;

const failing = (mode: string, from: number): readonly string[] => [
  '--from',
  String(from),
  '--seeds',
  String(SEEDS + 1 - from),
  '--mode',
  mode,
  '--first',
];

describe('the simulator catches, within 500 seeds,', () => {
  test.concurrent.each(BUGS)(
    '$name',
    async ({ name, mode, without, patches }) => {
      const harmless = without === undefined ? [] : [without];
      const sick = await buildSim(name, [...harmless, ...patches]);
      const sound = await buildSim(`not ${name}`, harmless);
      for (let from = 1; from <= SEEDS; ) {
        const told = await simulate(sick, ...failing(mode, from));
        const seed = Number(/^seed (\d+) failed/m.exec(told.out)?.[1]);
        expect(seed).toBeGreaterThanOrEqual(from);
        // It is the bug that fails there, not the seed, which may need what is out of the way.
        const { out } = await simulate(sound, '--seed', String(seed), '--mode', mode);
        if (out.includes('1 passed, 0 failed')) return;
        expect(harmless).not.toEqual([]);
        from = seed + 1;
      }
      throw new Error('no seed fails by the bug alone');
    },
    900_000,
  );
});
