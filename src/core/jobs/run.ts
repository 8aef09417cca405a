/** One run of a consumer: what it is given, and what it has done. */

/**
 * What one run of a comparison has done and met. It belongs to whoever started the run, for one that trouble or time cuts
 * short must not forget what it has brought.
 */
export type Tally = {
  /** Messages brought over or put right. */
  repaired: number;
  /** Milliseconds since 1970: what was found and is too young to tell can be told after this; undefined when all could be. */
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
  /** For whoever wants to hear what the run did, however it ends. */
  readonly tally?: Tally;
};
