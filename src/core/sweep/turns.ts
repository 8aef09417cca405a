/** What a run of the sweep may ask of Twilio, at which distance and until when; and what it says when that is spent. */
import { errorName } from '../model/error-name.ts';
import type { NotOn } from '../model/mode.ts';
import type { SweepVerdict } from '../model/sweep-verdict.ts';
import { TwilioError, twilioAnswer } from '../model/twilio-error.ts';
import type { Clock } from '../ports/clock.ts';

/** There is more to ask of Twilio than a run may ask: the next one goes on. */
export class BudgetSpent extends Error {
  constructor() {
    super('nothing more may be asked of Twilio in this run');
    this.name = 'BudgetSpent';
  }
}

/** Waits for the turn to ask Twilio once more. @throws BudgetSpent */
export type Turn = () => Promise<void>;

/**
 * @param deadline in milliseconds since 1970: nothing is asked after it.
 * @param most how often; as often as there is time for when it is left out.
 */
export const createTurns = (
  clock: Clock,
  { deadline, paceMs, most = Number.POSITIVE_INFINITY }: { deadline: number; paceMs: number; most?: number },
): Turn => {
  let left = most;
  return async () => {
    left -= 1;
    if (left < 0 || clock.now() + paceMs > deadline) throw new BudgetSpent();
    await clock.sleep(paceMs);
  };
};

/** `next` is opaque. */
type PageOf<T> = { readonly all: readonly T[]; readonly next: string | undefined };

/** All pages of a list, one at each turn. @throws BudgetSpent when there are more than `most` */
export const listAll = async <T>(
  read: (from: string | undefined) => Promise<PageOf<T>>,
  most: number,
  turn: Turn,
): Promise<readonly T[]> => {
  const found: T[] = [];
  let next: string | undefined;
  for (let pages = 0; pages < most; pages += 1) {
    await turn();
    const page = await read(next);
    found.push(...page.all);
    next = page.next;
    if (next === undefined) return found;
  }
  throw new BudgetSpent();
};

/**
 * Credentials, a limit, a side that is left alone because it is dead. Anything else may be one's own: what Twilio will
 * not tell of it does not keep it from telling of the others.
 */
export const concernsAll = (error: unknown): boolean => {
  if (!(error instanceof TwilioError)) return true;
  const { remedy, effect, retryAfter } = error;
  return remedy === 'reconfigure' || retryAfter !== undefined || (remedy === 'retry' && effect !== 'unknown');
};

/** Of what is listed in bulk: none of it is left alone, but all of it while what it would do is not on. */
export type BulkVerdict = Exclude<SweepVerdict, { verdict: 'left_alone' }>;
export type LeftToMode = { readonly verdict: 'left_alone'; readonly why: NotOn };

export const notCompared = (error: unknown): BulkVerdict => {
  if (error instanceof BudgetSpent) return { verdict: 'not_compared', why: 'budget_spent' };
  if (error instanceof TwilioError) return { verdict: 'not_compared', why: 'twilio', ...twilioAnswer(error) };
  return { verdict: 'not_compared', why: 'failed', error: errorName(error) };
};
