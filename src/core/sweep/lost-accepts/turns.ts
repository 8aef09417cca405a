import { ACCEPT_PACE_MS, ACCEPT_READS } from '../../model/times.ts';
import type { Clock } from '../../ports/clock.ts';

/** There is more to ask of Twilio than a run may ask: the next one goes on. */
export class BudgetSpent extends Error {
  constructor() {
    super('nothing more may be asked of Twilio in this run');
    this.name = 'BudgetSpent';
  }
}

/** Waits for the turn to ask Twilio once more. @throws BudgetSpent */
export type Turn = () => Promise<void>;

/** @param deadline in milliseconds since 1970: nothing is asked after it. */
export const createTurns = (clock: Clock, deadline: number): Turn => {
  let left = ACCEPT_READS;
  return async () => {
    left -= 1;
    if (left < 0 || clock.now() + ACCEPT_PACE_MS > deadline) throw new BudgetSpent();
    await clock.sleep(ACCEPT_PACE_MS);
  };
};
