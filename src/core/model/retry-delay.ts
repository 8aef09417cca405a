/** How long until what did not work is tried again. Whole seconds: queues know no less. */
import { LOOK_EVERY_AT_MOST_MS } from './times.ts';

/**
 * Seconds until the next try of something that was refused for now: 1, 2, 4, and then every 8, so that a chat is soon
 * back when its side is.
 * @param attempts 1 after the first try
 */
export const retryDelay = (attempts: number): number => Math.min(8, 2 ** Math.max(0, attempts - 1));

/**
 * Seconds until a message whose consumer failed without saying why is tried again: 1, 2, 4, ... and then every minute.
 * @param attempts 1 after the first try
 */
export const redeliveryDelay = (attempts: number): number => Math.min(60, 2 ** Math.max(0, attempts - 1));

/**
 * Seconds until the next look for a copy: so that looks fall 0, 1, 2, 4, 8, 16, 24, ... s after nothing could leave any
 * more, and one on the moment at which it is settled.
 * @param sinceMs milliseconds from that moment until now
 * @param untilSettledMs milliseconds from now
 */
export const lookDelay = (sinceMs: number, untilSettledMs: number): number => {
  const next = 1_000 * 2 ** Math.max(0, Math.floor(Math.log2(Math.max(sinceMs, 1) / 1_000)) + 1);
  const wait = Math.min(next - sinceMs, LOOK_EVERY_AT_MOST_MS, untilSettledMs);
  return Math.max(1, Math.ceil(wait / 1_000));
};
