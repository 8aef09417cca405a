/** How one story goes, before it is played: drawn from its dice. */
import type { Dice } from './random.ts';
import type { EndHow } from './story.ts';

export type StoryPlan = {
  readonly kind: 'web' | 'sms';
  readonly history: number;
  readonly messages: number;
  /** The longest pause between two messages, in milliseconds. */
  readonly thinkMs: number;
  readonly turns: readonly StoryTurn[];
  readonly ends: HowItEnds;
  /** After its end the customer comes back to the same channel. */
  readonly returns: boolean;
};

export type StoryTurn = 'cold transfer' | 'warm transfer' | 'leaves in Frontline' | 'leaves in Flex' | 'timer';
export type HowItEnds = EndHow | 'canceled' | 'both' | 'timer and inactive' | 'never';

export const drawStory = (dice: Dice): StoryPlan => ({
  kind: dice.pick(['web', 'sms'] as const),
  history: dice.pick([0, 1, 3]),
  messages: dice.between(2, 12),
  thinkMs: dice.pick([300, 3_000, 30_000]),
  turns: Array.from({ length: dice.pick([0, 1, 1, 2]) }, () =>
    dice.pick([
      ...(['cold transfer', 'cold transfer', 'warm transfer', 'warm transfer'] as const),
      ...(['leaves in Frontline', 'leaves in Flex', 'timer'] as const),
    ]),
  ),
  ends: dice.pick([
    ...(['inactive', 'inactive', 'task', 'canceled', 'deleted', 'closed', 'closed', 'closed'] as const),
    ...(['both', 'timer and inactive', 'never', 'never'] as const),
  ]),
  returns: dice.chance(0.3),
});
