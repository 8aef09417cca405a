/**
 * A part of a run beside its ordinary chats: one of the bridge's behaviours, its play, its judge, and what must have
 * been met of it. A new one is a file that exports it, and a line in behaviours.ts; what it needs killed is a scenario
 * in scenarios.ts, and what must be caught of it a bug in test/sim.
 */
import type { Config } from '../src/runtime/settings.ts';
import type { Played } from './played.ts';
import type { Dice } from './random.ts';
import type { SimWorld } from './world.ts';

export type Behaviour = {
  /** Also names its dice: what it draws moves nothing else of the run. */
  readonly name: string;
  /** What 500 runs must have met. */
  readonly expected: readonly string[];
  /** The bridge's settings, where it draws them for the whole run. */
  readonly config?: (dice: Dice) => Partial<Config>;
  /** Begins with the storm. */
  readonly play: (world: SimWorld, dice: Dice) => Underway;
};

export type Underway = {
  /** Chats of its own. Whether they are at rest in the end is judged with the others. */
  readonly chats: readonly Pick<Played, 'channel'>[];
  /** Nothing is left of what it does while it storms. */
  readonly finished: () => boolean;
  /** What it does once more, when all has been calm for ten minutes. */
  readonly calm?: () => void;
  /**
   * @param world as it reads to a judge, when all has settled
   * @param beyond writes were carried out later than SETTLE
   * @returns what is wrong, a line each
   */
  readonly problems: (world: SimWorld, beyond: boolean) => Promise<readonly string[]>;
};
