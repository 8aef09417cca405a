import { describe, expect, test } from '@jest/globals';
import { BUGS } from './bugs.ts';
import { simulate } from './child.ts';
import { buildSim } from './planted.ts';

describe('the simulator catches, within 500 seeds,', () => {
  test.concurrent.each(BUGS)(
    '$name',
    async ({ name, mode, without, patches }) => {
      const harmless = without === undefined ? [] : [without];
      const sick = await simulate(
        await buildSim(name, [...harmless, ...patches]),
        '--seeds',
        '500',
        '--mode',
        mode,
        '--first',
      );
      const seed = /^seed (\d+) failed/m.exec(sick.out)?.[1];
      expect(seed).toBeDefined();
      // It is the bug that fails there, not the seed.
      const sound = await simulate(await buildSim(`not ${name}`, harmless), '--seed', seed ?? '', '--mode', mode);
      expect(sound.out).toContain('1 passed, 0 failed');
    },
    900_000,
  );
});
