/** Where a use case plays: two accounts with a bridge between them, and a way to wait. */
import type { LocalTwilio } from '../local-twilio/twilio.ts';

export type Ground = {
  readonly twilio: Pick<LocalTwilio, 'customer' | 'flexAgent' | 'frontlineAgent' | 'reads' | 'faults' | 'place'>;
  /** Waits until there is something to see. @throws Error when it does not come in time */
  readonly until: <T>(what: string, look: () => T | undefined) => Promise<T>;
  /** Waits until nothing is under way any more. */
  readonly rest: () => Promise<void>;
  readonly stop: () => Promise<void>;
};
