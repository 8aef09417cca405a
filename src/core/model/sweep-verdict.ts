/** What the sweep says of a lane, or of the accepts. What was not seen is never called clean. */
import type { NotOn } from './mode.ts';
import { type TwilioAnswer, type TwilioError, twilioAnswer } from './twilio-error.ts';

/** Others see to what the lane waits for, or there is nothing left to compare: nothing is hidden. */
export type LeftAlone =
  | NotOn // an operator has switched its direction off, or to read-only
  | 'not_open' // being linked, or ended
  | 'held'
  | 'dirty' // waits for its side
  | 'in_flight' // a message is on its way
  | 'container_gone';

/** What may hide a difference. */
export type NotCompared =
  | 'twilio' // Twilio did not answer as asked; code, status or effect say more
  | 'asked_to_wait' // Twilio asked to be left alone for a while
  | 'budget_spent' // more than one run can ask
  | 'no_workspace' // the settings do not name the TaskRouter workspace
  | 'failed'; // `error` names what went wrong

export type SweepVerdict =
  | { readonly verdict: 'clean' }
  /** A job that repairs it is on its lane's queue. */
  | { readonly verdict: 'repairing' }
  | { readonly verdict: 'left_alone'; readonly why: LeftAlone }
  /** Not all of it, at least. */
  | ({ readonly verdict: 'not_compared'; readonly why: NotCompared; readonly error?: string } & TwilioAnswer);

/** The verdict on what Twilio would not show. */
export const unread = (error: TwilioError): SweepVerdict =>
  error.containerGone
    ? { verdict: 'left_alone', why: 'container_gone' }
    : { verdict: 'not_compared', why: 'twilio', ...twilioAnswer(error) };
