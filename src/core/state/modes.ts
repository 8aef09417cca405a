/** The mode of either direction: one item, which an operator writes and every process reads now and then. */

import type { Lane } from '../model/event.ts';
import { DIRECTIONS, type DirectionMode, MODES, type Modes } from '../model/mode.ts';
import { MODES_MS } from '../model/times.ts';
import type { Item, Value } from '../ports/change.ts';
import type { Clock, Nonce } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import { MODES_KEY, NONCE } from './items.ts';

/** `since` in milliseconds since 1970; undefined when it was never set. */
export type ModeSince = { readonly mode: DirectionMode; readonly since: number | undefined };

const modeIn = (value: Value | undefined): DirectionMode => MODES.find((mode) => mode === value) ?? 'on';

const sinceName = (lane: Lane) => `${lane}Since` as const;

const modesIn = (item: Item | undefined): Modes => ({
  toFrontline: modeIn(item?.toFrontline),
  toFlex: modeIn(item?.toFlex),
});

type Known = { readonly at: number; readonly modes: Modes };
/** By the store, so once for each process. */
const known = new WeakMap<Pick<Store, 'get'>, Known>();

/** As they were at most MODES_MS ago: what an operator sets holds everywhere after that. */
export const modesNow = async ({
  store,
  clock,
}: {
  readonly store: Pick<Store, 'get'>;
  readonly clock: Pick<Clock, 'now'>;
}): Promise<Modes> => {
  const last = known.get(store);
  const at = clock.now();
  // A clock that was set back must not keep what an operator has switched off going until it is there again.
  if (last !== undefined && Math.abs(at - last.at) < MODES_MS) return last.modes;
  const modes = modesIn(await store.get(MODES_KEY));
  known.set(store, { at, modes });
  return modes;
};

/** As they are, for people. */
export const readModes = async (store: Pick<Store, 'get'>): Promise<Readonly<Record<Lane, ModeSince>>> => {
  const item = await store.get(MODES_KEY);
  const modes = modesIn(item);
  const of = (lane: Lane): ModeSince => {
    const since = item?.[sinceName(lane)];
    return { mode: modes[lane], since: typeof since === 'number' ? since : undefined };
  };
  return { toFrontline: of('toFrontline'), toFlex: of('toFlex') };
};

/** A direction that is in that mode already keeps its time. */
export const setMode = async (
  deps: { readonly store: Pick<Store, 'write'>; readonly clock: Pick<Clock, 'now'>; readonly nonce: Nonce },
  mode: DirectionMode,
  lanes: readonly Lane[] = DIRECTIONS,
): Promise<void> => {
  for (const lane of lanes)
    await deps.store.write(MODES_KEY, {
      when: [
        [
          'any',
          [['lacks', lane]],
          ...MODES.filter((other) => other !== mode).map((other) => [['=', lane, other] as const]),
        ],
      ],
      set: { [lane]: mode, [sinceName(lane)]: deps.clock.now() },
      nonce: [NONCE, deps.nonce()],
    });
};
