/** Ctrl-C once: a clean end. Twice: now. */

/** npm passes a Ctrl-C on that the terminal has sent already: what comes within this time is the same one. */
const SAME_MS = 500;

/** @param end - resolves when everything is closed. */
export const endOnSignals = (deps: {
  readonly end: () => Promise<void>;
  readonly say: (line: string) => void;
  readonly exit: (code: number) => void;
  readonly now: () => number;
}): ((signal: 'SIGINT' | 'SIGTERM') => void) => {
  let first: number | undefined;
  return () => {
    if (first !== undefined) {
      if (deps.now() - first > SAME_MS) deps.exit(130);
      return;
    }
    first = deps.now();
    deps.say('Stopping: finishing the work in progress. Press Ctrl-C again to stop at once.');
    deps.end().then(
      () => deps.exit(0),
      (error: unknown) => {
        deps.say(`The bridge did not stop cleanly: ${error instanceof Error ? error.message : String(error)}`);
        deps.exit(1);
      },
    );
  };
};
