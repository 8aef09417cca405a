import type { Dice } from '../sim/random.ts';
import type { RequestDraft } from './draft.ts';

/** One thing that is done to a webhook. `weight`: how often, beside the others'. */
export type Mutation = {
  readonly name: string;
  readonly weight: number;
  readonly on: (draft: RequestDraft, dice: Dice) => void;
};
