/**
 * Seconds until a message whose consumer failed without saying why is tried again: 1, 2, 4, ... and then every minute.
 * @param attempts 1 after the first try
 */
export const backOff = (attempts: number): number => Math.min(60, 2 ** Math.max(0, attempts - 1));
