/**
 * Flex's spelling of an identity: every UTF-8 byte outside [A-Za-z0-9] as `_` and two upper-case hex digits, so that
 * `ann.veal@example.com` is `ann_2Eveal_40example_2Ecom`. Frontline uses the plain one. Which characters Flex leaves
 * alone besides letters and digits is not documented, so prefer an identity that Flex itself gave (a worker's
 * contact_uri, a member) and decode it, over computing one.
 * https://support.twilio.com/hc/en-us/articles/42799965656987
 */

import { createHmac } from 'node:crypto';

/** A lone surrogate, which has no UTF-8, becomes U+FFFD. */
export const encodeIdentity = (raw: string): string =>
  Array.from(new TextEncoder().encode(raw), (byte) => {
    const char = String.fromCharCode(byte);
    return /[A-Za-z0-9]/.test(char) ? char : spelled(byte);
  }).join('');

/** One pass: what decoding brings forth is not decoded again. Bytes that are no UTF-8 stay as they are spelled. */
export const decodeIdentity = (encoded: string): string =>
  encoded.replace(/(?:_[0-9A-F]{2})+/g, (run) => decodeRun(Uint8Array.from(run.slice(1).split('_'), fromHex)));

/** As workers are called in Frontline, and in Flex before it is spelled; people and programs of other kinds are not. */
export const isAddress = (name: string): boolean => /^[^\s@\p{C}]+@[^\s@\p{C}]+\.[^\s@\p{C}]+$/u.test(name);

/**
 * Whether a name can only be Flex's spelling of an e-mail address: each `_` begins a byte that is spelled because it is
 * no letter and no digit, and what comes out is an address. `support_42` and `my_2Dbot` are names as they stand.
 */
export const isSpelledAddress = (name: string): boolean => {
  if (name.includes('@') || !/^(?:[^_]|_[0-9A-F]{2})+$/.test(name)) return false;
  const bytes = Array.from(name.matchAll(/_([0-9A-F]{2})/g), ([, digits = '']) => String.fromCharCode(fromHex(digits)));
  return bytes.every((char) => !/[A-Za-z0-9]/.test(char)) && isAddress(decodeIdentity(name));
};

const spelled = (byte: number): string => `_${byte.toString(16).toUpperCase().padStart(2, '0')}`;
const fromHex = (digits: string): number => Number.parseInt(digits, 16);

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const decodeRun = (bytes: Uint8Array): string => {
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes[at] ?? 0);
    const char = decodeStrictly(bytes.subarray(at, at + length));
    text += char ?? spelled(bytes[at] ?? 0);
    at += char === undefined ? 1 : length;
  }
  return text;
};

/** How many bytes a UTF-8 sequence has that begins with this one. */
const sequenceLength = (lead: number): number => {
  if (lead >= 0xf0) return 4;
  if (lead >= 0xe0) return 3;
  return lead >= 0xc0 ? 2 : 1;
};

const decodeStrictly = (bytes: Uint8Array): string | undefined => {
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
};

/**
 * How the bridge calls the owner of a phone: the same in each of his chats, and nobody learns the number from it.
 * @param key the stamps'.
 */
export const nameOfPhone = (key: string, address: string): string => {
  const digest = createHmac('sha256', key)
    .update(JSON.stringify(['customer', address]))
    .digest('hex');
  return `customer_${digest.slice(0, 32)}`;
};
