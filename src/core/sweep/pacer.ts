import type { Clock } from '../ports/clock.ts';

/** A pair costs two reads of Twilio; one begins so often that there are some 33 a second, and never above 40. */
const PACE_MS = 60;
const LEAST_MS = 50;

/** What is found costs its lane a few reads more, at the same time: the sweep makes room for them. */
const REPAIR_MS = 120;

/** Pairs that are compared side by side. */
const AT_ONCE = 20;

export type Pacer = {
  /** Begins one; resolves when the next one's turn has come. It must not reject. @returns lanes found to differ. */
  readonly begin: (compare: () => Promise<number>) => Promise<void>;
  /** All that began have ended. */
  readonly ended: () => Promise<void>;
};

/** The pace of the sweep's reads: it shares Twilio's limit per account with all else that uses the account. */
export const createPacer = (clock: Clock): Pacer => {
  const underWay = new Set<Promise<void>>();
  let repairs = 0;
  let turn = clock.now();
  return {
    begin: async (compare) => {
      const begunAt = clock.now();
      const one: Promise<void> = compare()
        .then((found) => {
          repairs += found;
        })
        .finally(() => underWay.delete(one));
      underWay.add(one);
      if (underWay.size >= AT_ONCE) await Promise.race(underWay);
      // What the work itself takes is part of the pause.
      turn += PACE_MS + REPAIR_MS * repairs;
      repairs = 0;
      await clock.sleep(Math.max(0, Math.max(begunAt + LEAST_MS, turn) - clock.now()));
    },
    ended: async () => {
      await Promise.all(underWay);
    },
  };
};
