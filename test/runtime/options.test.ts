import { describe, expect, test } from '@jest/globals';
import {
  flag,
  Misunderstood,
  maybeOneOf,
  maybeWhole,
  oneOf,
  readOptions,
  text,
  usageOf,
  whole,
} from '../../src/runtime/options.ts';

const PROGRAM = {
  command: 'npm run play --',
  about: 'Plays.',
  names: '[PART ...]',
  options: {
    runs: whole('N', 'how many', 100, { least: 1, most: 500 }),
    seed: maybeWhole('K', 'which one'),
    mode: oneOf(['calm', 'wild'], 'the weather', 'calm'),
    side: maybeOneOf(['flex', 'frontline'], 'one of two'),
    stack: text('NAME', 'where'),
    verbose: flag('tell each step'),
  },
} as const;
const ask = (...args: readonly string[]) => readOptions(PROGRAM, args);
const refused = (...args: readonly string[]): string => {
  try {
    ask(...args);
  } catch (error) {
    if (error instanceof Misunderstood) return error.message;
    throw error;
  }
  return 'taken';
};

describe('what a program is told', () => {
  test('is what was said, and what holds otherwise', () => {
    expect(ask()).toEqual({
      values: { runs: 100, seed: undefined, mode: 'calm', side: undefined, stack: undefined, verbose: false },
      names: [],
      help: false,
    });
    const said = ask('--runs', '500', '--seed=0', 'one', '--mode', 'wild', '--side=flex', '--stack', 'x', '--verbose');
    expect(said.values).toEqual({ runs: 500, seed: 0, mode: 'wild', side: 'flex', stack: 'x', verbose: true });
    expect(said.names).toEqual(['one']);
  });

  test.each([
    ['--runs', 'abc'],
    ['--runs', '0'],
    ['--runs', '501'],
    ['--runs=-1'],
    ['--runs', '1.5'],
    ['--runs', '1e2'],
  ])('is refused with what may be said when it is no number of the kind: %s %s', (...args) => {
    expect(refused(...args.filter((arg) => arg !== undefined))).toBe('--runs takes a whole number, 1 to 500');
  });

  test.each([
    ['--runs'],
    ['--runs', '-1'],
    ['--runs', '--verbose'],
    ['--runs='],
    ['--seed', ' 5'],
    ['--stack', ''],
    ['--stack='],
  ])('is refused when its value is missing or empty: %s %s', (...args) => {
    expect(refused(...args.filter((arg) => arg !== undefined))).toMatch(/--(runs|seed|stack)/);
  });

  test('is refused when the word is none of those that may be said', () => {
    expect(refused('--mode', 'mild')).toBe('--mode takes one of: calm, wild');
    expect(refused('--side', '')).toBe('--side takes one of: flex, frontline');
    expect(refused('--verbose=yes')).toContain('--verbose');
  });

  test('is refused when it is said twice, of which one would be forgotten', () => {
    expect(refused('--stack', 'one', '--stack', 'two')).toBe('--stack is given twice: it takes one value');
    expect(refused('--seed=1', '--runs', '2', '--seed', '1')).toBe('--seed is given twice: it takes one value');
    expect(ask('--verbose', '--verbose').values.verbose).toBe(true);
  });

  test('is refused when nobody knows it, also beside a cry for help', () => {
    expect(refused('--quickly')).toContain('--quickly');
    expect(refused('--quickly', '--help')).toContain('--quickly');
    expect(() => readOptions({ ...PROGRAM, names: undefined as never }, ['one'])).toThrow(Misunderstood);
  });
});

test('help names each option, what it takes, and what holds without it', () => {
  expect(ask('--help').help).toBe(true);
  expect(ask('-h').help).toBe(true);
  expect(usageOf(PROGRAM).split('\n')).toEqual([
    'Usage: npm run play -- [PART ...] [OPTION ...]',
    '',
    'Plays.',
    '',
    '  --runs N               how many (100)',
    '  --seed K               which one',
    '  --mode calm|wild       the weather (calm)',
    '  --side flex|frontline  one of two',
    '  --stack NAME           where',
    '  --verbose              tell each step',
    '  --help                 show this text',
    '',
  ]);
});
