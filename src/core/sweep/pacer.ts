import { SWEEP_CATCH_UP, SWEEP_REPAIR_MS, SWEPT_AT_ONCE } from '../model/times.ts';
import type { Clock } from '../ports/clock.ts';

export type Pacer = {
  /** Begins one; resolves when the next one's turn has come. It must not reject. @returns lanes found to differ. */
  readonly begin: (compare: () => Promise<number>) => Promise<void>;
  /** All that began have ended. */
  readonly ended: () => Promise<void>;
};

/**
 * The pace of the sweep's reads: it shares Twilio's limit per account with all else that uses the account.
 * @param paceMs one begins this often, in milliseconds.
 */
export const createPacer = (clock: Clock, paceMs: number): Pacer => {
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
      if (underWay.size >= SWEPT_AT_ONCE) await Promise.race(underWay);
      // What the work itself takes is part of the pause.
      turn += paceMs + SWEEP_REPAIR_MS * repairs;
      repairs = 0;
      await clock.sleep(Math.max(0, Math.max(begunAt + paceMs * SWEEP_CATCH_UP, turn) - clock.now()));
    },
    ended: async () => {
      await Promise.all(underWay);
    },
  };
};
