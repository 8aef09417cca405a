/** Ctrl-C once: a clean end. Twice: now. */

/** npm passes a Ctrl-C on that the terminal has sent already: what comes within this time is the same one. */
const SAME_MS = 500;

/** SIGHUP: the terminal was closed. `starter gone`: npm ended, and nothing else says so. */
export type WhyEnd = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'starter gone';

/** These two are sent on purpose, so again they mean it. The others come along with an end that has begun. */
const insists = (why: WhyEnd): boolean => why === 'SIGINT' || why === 'SIGTERM';

/** @param end - resolves when everything is closed. */
export const endOnSignals = (deps: {
  readonly end: () => Promise<void>;
  readonly say: (line: string) => void;
  readonly exit: (code: number) => void;
  readonly now: () => number;
}): ((why: WhyEnd) => void) => {
  let first: number | undefined;
  return (why) => {
    if (first !== undefined) {
      if (insists(why) && deps.now() - first > SAME_MS) deps.exit(130);
      return;
    }
    first = deps.now();
    const how = 'Stopping: finishing the work in progress.';
    deps.say(insists(why) ? `${how} Press Ctrl-C again to stop at once.` : how);
    deps.end().then(
      () => deps.exit(0),
      (error: unknown) => {
        deps.say(`The bridge did not stop cleanly: ${error instanceof Error ? error.message : String(error)}`);
        deps.exit(1);
      },
    );
  };
};
