import { LARGEST_CALLBACK_BYTES } from '../../adapters/twilio/callback-accounts.ts';

/** For what stands around what is counted. */
const AROUND = 1_024;

export const bytesOf = (json: unknown): number => Buffer.byteLength(JSON.stringify(json));

/** Of somebody else's JSON, which may be nested so deep that it was read and cannot be written. */
export const fitsCallback = (json: unknown): boolean => {
  try {
    return bytesOf(json) <= LARGEST_CALLBACK_BYTES;
  } catch {
    return false;
  }
};

/** As many from the front as Frontline takes in one answer. */
export const thatFit = <T>(items: readonly T[]): readonly T[] => {
  let left = LARGEST_CALLBACK_BYTES - AROUND;
  const end = items.findIndex((item) => {
    left -= bytesOf(item) + 1;
    return left < 0;
  });
  return end < 0 ? items : items.slice(0, end);
};
