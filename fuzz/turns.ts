/**
 * Whether a promise ends, without a clock: nothing here waits for the world, so some turns of the event loop are for
 * ever.
 */

export type Settled<T> =
  | { readonly end: 'done'; readonly value: T }
  | { readonly end: 'threw'; readonly error: unknown }
  | { readonly end: 'hung' };

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export const settled = async <T>(begin: () => Promise<T>, turns = 2_000): Promise<Settled<T>> => {
  const state: { now: Settled<T> } = { now: { end: 'hung' } };
  // A function that throws before it has a promise throws all the same.
  const begun = (async () => begin())();
  void begun.then(
    (value) => {
      state.now = { end: 'done', value };
    },
    (error: unknown) => {
      state.now = { end: 'threw', error };
    },
  );
  for (let n = 0; n < turns && state.now.end === 'hung'; n += 1) await turn();
  return state.now;
};

/** Rings once, when that many turns have passed, unless the function that it returns is called before. */
export const afterTurns = (turns: number, ring: () => void): (() => void) => {
  let left = turns;
  let waiting: NodeJS.Immediate | undefined;
  const next = (): void => {
    left -= 1;
    if (left < 0) ring();
    else waiting = setImmediate(next);
  };
  next();
  return () => clearImmediate(waiting);
};
