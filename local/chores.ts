/** Work that comes again and again: never twice at once, and a failed one does not end the row. */

/** @returns what ends it, and resolves when a run under way is through. */
export const everyNowAndThen = (
  ms: number,
  work: () => Promise<unknown>,
  onFailure: (error: unknown) => void,
): (() => Promise<void>) => {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  const run = (): void => {
    running = work()
      .catch(onFailure)
      .then(() => {
        if (!stopped) timer = setTimeout(run, ms);
      });
  };
  run();
  return async () => {
    stopped = true;
    clearTimeout(timer);
    await running;
  };
};
