import { resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { piecesOf, SIM } from '../../sim/options.ts';
import { Misunderstood, readOptions } from '../../src/runtime/options.ts';
import { simulate } from './child.ts';

const main = resolve(import.meta.dirname, '../../sim/main.ts');
const pieces = (...args: readonly string[]) => piecesOf(readOptions(SIM, args));
const seeds = (...args: readonly string[]) =>
  pieces(...args).map((piece) => (piece.plays === 'a seed' ? `${piece.seed} ${piece.mode}` : piece.plays));

describe('which runs are played', () => {
  test('a number of seeds, from the first or from any other, in any mode', () => {
    expect(seeds('--seeds', '3')).toEqual(['1 within', '2 within', '3 within']);
    expect(seeds('--from', '1000007', '--seeds', '2', '--mode', 'beyond')).toEqual([
      '1000007 beyond',
      '1000008 beyond',
    ]);
    expect(seeds('--seed', '7', '--mode', 'told')).toEqual(['7 told']);
    expect(seeds()).toHaveLength(100);
  });

  test('one kill, as a failure names it', () => {
    expect(pieces('--kill', 'an edit:9:2:after')).toEqual([
      { plays: 'one kill', scenario: 'an edit', at: { process: 9, step: 2, when: 'after' } },
    ]);
    expect(pieces('--kill', 'an edit:every-step')).toEqual([{ plays: 'every kill', scenario: 'an edit' }]);
    expect(pieces('--kill', 'every-step:2/8')[0]).toMatchObject({ plays: 'every kill', part: { nth: 2, of: 8 } });
    expect(pieces('--kill', 'every-step').length).toBeGreaterThan(15);
  });

  test.each([
    ['--seed', '1', '--seeds', '5'],
    ['--seed', '1', '--from', '5'],
    ['--from', '4294967295', '--seeds', '2'],
    ['--kill', 'every-step', '--seeds', '5'],
    ['--kill', 'every-stop'],
    ['--kill', 'an edit:9:2'],
    ['--kill', 'an edit:9:2:during'],
    ['--kill', 'an edit:x:2:after'],
  ])('never a guess at what contradicts itself: %s %s %s %s', (...args) => {
    expect(() => pieces(...args.filter((arg) => arg !== undefined))).toThrow(Misunderstood);
  });
});

describe('runs side by side', () => {
  test('tell what they tell one after another', async () => {
    const told = (jobs: string) =>
      simulate(main, '--from', '11', '--seeds', '5', '--mode', 'told', '--verbose', '--jobs', jobs);
    const [alone, together] = [await told('1'), await told('3')];
    expect(alone.out).toMatch(/^5 passed, 0 failed$/m);
    expect(together).toEqual(alone);
  }, 120_000);
});
