/** How long until what did not work is tried again. */
/** Seconds until the next try of something that was refused for now. */
export const retryDelay = (attempts: number): number => [1, 2, 4, 8, 15, 30][Math.min(attempts, 6) - 1] ?? 1;

/**
 * Seconds until a message whose consumer failed without saying why is tried again: 1, 2, 4, ... and then every minute.
 * @param attempts 1 after the first try
 */
export const redeliveryDelay = (attempts: number): number => Math.min(60, 2 ** Math.max(0, attempts - 1));
