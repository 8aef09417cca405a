/** Work that comes again and again: never twice at once, and a failed one does not end the row. */

export type ChoreTime = {
  /** Milliseconds; never set back. */
  readonly now: () => number;
  /** @returns what calls it off. */
  readonly after: (ms: number, ring: () => void) => () => void;
};

const real: ChoreTime = {
  now: () => performance.now(),
  after: (ms, ring) => {
    const timer = setTimeout(ring, ms);
    return () => clearTimeout(timer);
  },
};

/**
 * So many milliseconds lie between two begins: the sweep takes most of its minute, and what waits is sent at its begin.
 * Work that takes longer is followed by the next at once.
 * @returns what ends it, and resolves when a run under way is through.
 */
export const everyNowAndThen = (
  ms: number,
  work: () => Promise<unknown>,
  onFailure: (error: unknown) => void,
  time = real,
): (() => Promise<void>) => {
  let stopped = false;
  let callOff = (): void => {};
  let running: Promise<void> = Promise.resolve();
  const run = (): void => {
    const begun = time.now();
    running = work()
      .catch(onFailure)
      .then(() => {
        if (!stopped) callOff = time.after(Math.max(0, begun + ms - time.now()), run);
      });
  };
  run();
  return async () => {
    stopped = true;
    callOff();
    await running;
  };
};
