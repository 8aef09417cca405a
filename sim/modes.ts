/** Plays an operator who switches a direction off, or to read-only, while all else goes on, and on again. */
import { setMode } from '../src/core/state/modes.ts';
import type { Behaviour, Underway } from './behaviour.ts';
import type { SimWorld } from './world.ts';

const SELDOM = 0.1;
const NOTHING: Underway = { chats: [], finished: () => true, problems: async () => [] };

const ACCOUNT = { toFlex: 'flex', toFrontline: 'frontline' } as const;
type Lane = keyof typeof ACCOUNT;

/** What was written meanwhile there by processes that began after the switch, and so knew of it. */
const writtenMeanwhile = (world: SimWorld, lanes: readonly Lane[], off: number, on: number): readonly string[] =>
  world
    .calls()
    .filter(({ reads, toWebhook, at, by }) => !reads && !toWebhook && at < on && (by?.begun ?? 0) > off)
    .filter(({ account }) => lanes.some((lane) => ACCOUNT[lane] === account))
    .map(({ method, resource, account }) => `${method} ${resource} on the ${account} side, which was not on`);

export const MODES_SWITCHED: Behaviour = {
  name: 'modes',
  expected: ['switched off', 'switched to read_only', 'event deferred (off)', 'event deferred (read_only)'],
  play: (world, dice) => {
    if (!dice.chance(SELDOM)) return NOTHING;
    const { time, store, meter } = world;
    const mode = dice.pick(['off', 'read_only'] as const);
    const lanes = dice.pick<readonly Lane[]>([['toFlex'], ['toFrontline'], ['toFlex', 'toFrontline']]);
    let writes = 0;
    const set = (to: 'on' | typeof mode) =>
      setMode({ store, clock: time, nonce: () => `operator ${++writes}` }, to, lanes);
    let off = Number.POSITIVE_INFINITY;
    let on = Number.POSITIVE_INFINITY;
    time.after(dice.between(2_000, 60_000), () => {
      void set(mode).then(() => {
        off = time.now();
        meter.met(`switched ${mode === 'off' ? 'off' : 'to read_only'}`);
      });
      time.after(dice.between(20_000, 180_000), () => {
        on = time.now();
        void set('on');
      });
    });
    return {
      chats: [],
      finished: () => on < Number.POSITIVE_INFINITY,
      problems: async (read) => writtenMeanwhile(read, lanes, off, on),
    };
  },
};
