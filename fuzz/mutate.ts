/** Run number n of a seed: always the same fixture, and the same mutations of it. */
import { createDice, type Dice } from '../sim/random.ts';
import { draftOf, type RequestDraft } from './draft.ts';
import type { Mutation } from './mutation.ts';
import { byteMutations } from './mutations/bytes.ts';
import { headerMutations } from './mutations/headers.ts';
import { paramMutations } from './mutations/params.ts';
import type { Seed } from './seeds.ts';

const mutations: readonly Mutation[] = [...paramMutations, ...byteMutations, ...headerMutations];
const total = mutations.reduce((sum, { weight }) => sum + weight, 0);

const drawn = (dice: Dice): Mutation => {
  let left = dice.next() * total;
  const found = mutations.find(({ weight }) => {
    left -= weight;
    return left < 0;
  });
  return found ?? dice.pick(mutations);
};

/** How many mutations a run has; most have few, so that what they reach is deep. */
const COUNTS = [0, 1, 1, 1, 1, 1, 2, 2, 2, 3, 4, 6] as const;

export type Mutant = {
  readonly draft: RequestDraft;
  /** What was done, in order; a run without one of them is the same but for it. */
  readonly did: readonly string[];
  /** Decides what is done with it afterwards. */
  readonly dice: Dice;
};

/** @param keep which of the run's mutations are done; all unless given. */
export const mutantOf = (seeds: readonly Seed[], seed: number, run: number, keep?: readonly number[]): Mutant => {
  const dice = createDice(seed, `${run}`);
  const draft = draftOf(dice.pick(seeds));
  const count = dice.pick(COUNTS);
  const did: string[] = [];
  for (let n = 0; n < count; n += 1) {
    if (keep !== undefined && !keep.includes(n)) continue;
    const mine = dice.fork(`${n}`);
    const mutation = drawn(mine);
    mutation.on(draft, mine);
    did.push(mutation.name);
  }
  return { draft, did, dice: dice.fork('after') };
};

/** How many mutations run number n has. */
export const mutationsIn = (seeds: readonly Seed[], seed: number, run: number): number =>
  mutantOf(seeds, seed, run).did.length;
