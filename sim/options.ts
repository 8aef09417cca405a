/** What the simulator can be told. */
import { availableParallelism } from 'node:os';
import {
  flag,
  Misunderstood,
  maybeWhole,
  oneOf,
  type Program,
  type Told,
  text,
  whole,
} from '../src/runtime/options.ts';
import type { Piece } from './piece.ts';
import { SCENARIOS } from './scenarios.ts';

/** Dice see 32 bits of a seed. */
const LAST_SEED = 2 ** 32 - 1;
const SEEDS = 100;
const EVERY_STEP = 'every-step';

export const SIM = {
  command: 'npm run sim --',
  about: `Plays customers, agents and faults against the real code in virtual time, and judges both sides. Ends with a table of what
was met. What fails prints the command that replays it, step by step.`,
  options: {
    seeds: maybeWhole('N', `how many runs (${SEEDS})`, { least: 1, most: LAST_SEED }),
    from: maybeWhole('K', 'the first one (1): with --seeds N it plays K to K+N-1', { most: LAST_SEED }),
    seed: maybeWhole('K', 'this one run', { most: LAST_SEED }),
    mode: oneOf(
      ['within', 'beyond', 'told', 'stories'],
      'the weather: writes late by less than SETTLE, by up to three times it, no webhook lost; or as the first, with chats that change hands',
      'within',
    ),
    first: flag('end at the first run that fails'),
    verbose: flag('tell each step'),
    kill: text(
      'WHICH',
      `${EVERY_STEP}: each scenario with a kill at every step; ${EVERY_STEP}:2/8: the second of eight parts of that; 'SCENARIO:${EVERY_STEP}': one of them; 'SCENARIO:PROCESS:STEP:before|after': one kill`,
    ),
    jobs: whole('N', 'runs at once; what is printed is the same', availableParallelism(), { least: 1, most: 256 }),
  },
} as const satisfies Program;

const killsOf = (which: string): readonly Piece[] => {
  if (which === EVERY_STEP) return SCENARIOS.map(({ name }) => ({ plays: 'every kill', scenario: name }));
  const part = /^every-step:([1-9]\d*)\/([1-9]\d*)$/.exec(which)?.slice(1).map(Number);
  if (part !== undefined) {
    const [nth = 1, of = 1] = part;
    if (nth > of) throw new Misunderstood(`--kill: there is no part ${nth} of ${of}`);
    return SCENARIOS.map(({ name }) => ({ plays: 'every kill', scenario: name, part: { nth, of } }));
  }
  const [scenario = '', ...rest] = which.split(':');
  if (!SCENARIOS.some(({ name }) => name === scenario))
    throw new Misunderstood(
      `--kill: no scenario "${scenario}"; there are: ${SCENARIOS.map(({ name }) => name).join('; ')}`,
    );
  if (rest.join() === EVERY_STEP) return [{ plays: 'every kill', scenario }];
  if (rest.length === 0) return [{ plays: 'one kill', scenario, at: undefined }];
  const [, process, step, when] = /^([1-9]\d*):([1-9]\d*):(before|after)$/.exec(rest.join(':')) ?? [];
  if (when !== 'before' && when !== 'after')
    throw new Misunderstood(
      `--kill takes ${EVERY_STEP}, ${EVERY_STEP}:NTH/OF, SCENARIO, SCENARIO:${EVERY_STEP} or SCENARIO:PROCESS:STEP:before|after`,
    );
  return [{ plays: 'one kill', scenario, at: { process: Number(process), step: Number(step), when } }];
};

/** @throws Misunderstood when options contradict each other */
export const piecesOf = ({ values }: Pick<Told<(typeof SIM)['options']>, 'values'>): readonly Piece[] => {
  const { seeds, from, seed, mode, first, verbose, kill } = values;
  if (kill !== undefined) {
    if ([seeds, from, seed].some((given) => given !== undefined) || mode !== 'within' || first || verbose)
      throw new Misunderstood('--kill goes with no other option but --jobs');
    return killsOf(kill);
  }
  if (seed !== undefined) {
    if (seeds !== undefined || from !== undefined)
      throw new Misunderstood('--seed is one run: --from K --seeds N are many');
    return [{ plays: 'a seed', seed, mode, verbose }];
  }
  const [start, length] = [from ?? 1, seeds ?? SEEDS];
  if (start + length - 1 > LAST_SEED) throw new Misunderstood(`there is no seed beyond ${LAST_SEED}`);
  return Array.from({ length }, (_, n) => ({ plays: 'a seed', seed: start + n, mode, verbose }));
};
