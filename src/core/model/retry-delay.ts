/** How long until what did not work is tried again. */

/** Seconds until the next try of something that was refused for now. */
export const backoff = (attempts: number): number => [1, 2, 4, 8, 15, 30][Math.min(attempts, 6) - 1] ?? 1;
