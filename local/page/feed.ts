/** The journal's latest entries, for the page. */

import type { Clock } from '../../src/core/ports/clock.ts';
import type { Entry, Journal } from '../../src/core/ports/journal.ts';

/** `n` counts up from 1; `at` in milliseconds since 1970. */
export type FeedEntry = Entry & { readonly n: number; readonly at: number };

export type Feed = {
  readonly journal: Journal;
  /** Oldest first. */
  readonly recent: () => readonly FeedEntry[];
  /** Called at each entry. @returns what ends it. */
  readonly listen: (listener: (told: FeedEntry) => void) => () => void;
};

const KEPT = 400;

export const createFeed = (clock: Pick<Clock, 'now'>): Feed => {
  let kept: FeedEntry[] = [];
  let n = 0;
  const listeners = new Set<(told: FeedEntry) => void>();
  return {
    journal: (entry) => {
      n += 1;
      const told = { ...entry, n, at: clock.now() };
      kept.push(told);
      if (kept.length > 2 * KEPT) kept = kept.slice(-KEPT);
      for (const listener of listeners) listener(told);
    },
    recent: () => kept.slice(-KEPT),
    listen: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};
