/** One run of a consumer: what it is given, and what it has done. */

import type { BridgeSettings } from '../deps.ts';
import type { Clock } from '../ports/clock.ts';
/**
 * What one run of a comparison has done and met. It belongs to the consumer that started the run: a run
 * that an error or its deadline cuts short must not lose its count.
 */
export type Tally = {
  /** Messages that were copied, updated or removed. */
  repaired: number;
  /**
   * Milliseconds since 1970: what was found and is too recent to judge can be judged after this; undefined when nothing
   * was.
   */
  unsureUntil: number | undefined;
};

export const newTally = (): Tally => ({ repaired: 0, unsureUntil: undefined });

export const unsure = (tally: Tally, until: number): void => {
  tally.unsureUntil = Math.max(tally.unsureUntil ?? 0, until);
};

export type Run = {
  /** Milliseconds since 1970: the run hands back before this and goes on later. */
  readonly deadline: number;
  readonly attempts: number;
  /** Beyond the newest page of both ends. */
  readonly full?: boolean;
  /** Counts what the run does, however it ends. */
  readonly tally?: Tally;
};

/** Whether a call to Twilio that begins now could outlast this moment, in milliseconds since 1970. */
export const mayOutlast = (
  { clock, settings }: { readonly clock: Pick<Clock, 'now'>; readonly settings: Pick<BridgeSettings, 'requestMs'> },
  moment: number,
): boolean => clock.now() + settings.requestMs > moment;
