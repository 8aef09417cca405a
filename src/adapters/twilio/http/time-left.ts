/**
 * Milliseconds until that moment; 0 when it is over. What seems to last longer than the most it can is of a clock that
 * was set back since, and is over, too.
 */
export const timeLeft = (until: number, now: number, mostMs: number): number =>
  until - now > mostMs ? 0 : Math.max(0, until - now);
