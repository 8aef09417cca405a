import { execFile } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import { BUGS } from './bugs.ts';
import { buildSim } from './planted.ts';

/** Runs seeds until one fails. @returns the first that did; undefined when all passed. */
const hunt = async (bundle: string, mode: string): Promise<number | undefined> => {
  const out = await new Promise<string>((resolve, reject) => {
    execFile(process.execPath, [bundle, '--seeds', '500', '--mode', mode, '--first'], (error, stdout, stderr) => {
      if (error !== null && error.code !== 1) reject(new Error(stderr));
      else resolve(stdout);
    });
  });
  const failed = /^seed (\d+) failed/m.exec(out);
  return failed === null ? undefined : Number(failed[1]);
};

describe('the simulator catches, within 500 seeds,', () => {
  test.concurrent.each(BUGS)(
    '$name',
    async ({ name, mode, patches }) => {
      expect(await hunt(await buildSim(name, patches), mode)).toBeLessThanOrEqual(500);
    },
    170_000,
  );
});
