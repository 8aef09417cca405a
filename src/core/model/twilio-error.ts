/**
 * A call to Twilio that did not do what was asked. It carries its remedy, so that no caller reads status codes:
 * - `retry`: it may work later (429, 5xx, network, concurrent modification);
 * - `park`: it will never work with this content;
 * - `wait`: the container is gone or closed; the lane waits, nothing is parked;
 * - `reconfigure`: credentials or settings are wrong; it works once an operator puts them right, so it is retried too.
 * What became of a write: `refused` (certainly not done), `unsent` (no byte left), `unknown` (it may have been done, or
 * may still be).
 */
export type Remedy = 'retry' | 'park' | 'wait' | 'reconfigure';
export type Effect = 'refused' | 'unsent' | 'unknown';

export class TwilioError extends Error {
  readonly remedy: Remedy;
  readonly effect: Effect;
  readonly status: number | undefined;
  readonly code: number | undefined;
  /**
   * Twilio itself answered, though with an error of its own: an unknown effect is settled after ANSWERED_SETTLE
   * already.
   */
  readonly answered: boolean;
  /** Seconds, when Twilio asked for them. */
  readonly retryAfter: number | undefined;
  /** Milliseconds, when it was not asked because nobody gets through to its side: for how long that has been so. */
  readonly downMs: number | undefined;
  /** Twilio itself says that the container is not there. */
  readonly containerGone: boolean;

  /** The message holds method, resource path with SIDs, status and code; never a body, a token or a name. */
  constructor(
    message: string,
    about: {
      readonly remedy: Remedy;
      readonly effect: Effect;
      readonly status?: number | undefined;
      readonly code?: number | undefined;
      readonly answered?: boolean;
      readonly retryAfter?: number | undefined;
      readonly downMs?: number | undefined;
      readonly containerGone?: boolean;
      readonly cause?: unknown;
    },
  ) {
    super(message, { cause: about.cause });
    this.name = 'TwilioError';
    this.remedy = about.remedy;
    this.effect = about.effect;
    this.status = about.status;
    this.code = about.code;
    this.answered = about.answered ?? false;
    this.retryAfter = about.retryAfter;
    this.downMs = about.downMs;
    this.containerGone = about.containerGone ?? false;
  }
}

/** Milliseconds until an effect that is unknown is settled. */
export const settleMsAfter = (
  { answered }: TwilioError,
  { settleMs, answeredSettleMs }: { readonly settleMs: number; readonly answeredSettleMs: number },
): number => (answered ? answeredSettleMs : settleMs);

/** What Twilio said, as the journal's fields. `effect` alone when it said nothing. */
export type TwilioAnswer = {
  readonly code?: number | undefined;
  readonly status?: number | undefined;
  readonly effect?: Effect | undefined;
};

/** The most that the error tells: Twilio's code, else the status, else what became of the call. */
export const twilioAnswer = ({ code, status, effect }: TwilioError): TwilioAnswer => {
  if (code !== undefined) return { code };
  return status === undefined ? { effect } : { status };
};

/** For people. */
export const describeTwilioAnswer = ({ code, status, effect }: TwilioAnswer): string =>
  `twilio ${code ?? status ?? effect}`;

/** Twilio's error as a value. @throws any other one. */
export const asTwilioError = (error: unknown): TwilioError => {
  if (error instanceof TwilioError) return error;
  throw error;
};
