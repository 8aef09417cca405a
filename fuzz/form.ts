/**
 * Forms as a hostile sender writes them, and Twilio's signature, both written down apart from the bridge's own code.
 */
import { createHmac } from 'node:crypto';

const bytesOf = (unit: number): readonly number[] => [
  0xe0 | (unit >> 12),
  0x80 | ((unit >> 6) & 0x3f),
  0x80 | (unit & 0x3f),
];
const escaped = (bytes: readonly number[]): string =>
  bytes.map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');

/** As browsers and Twilio write it, but for a lone surrogate, which is escaped as if it were a character. */
const component = (text: string): string =>
  text.isWellFormed()
    ? encodeURIComponent(text).replaceAll('%20', '+')
    : Array.from(text, (char) =>
        char.isWellFormed() ? encodeURIComponent(char) : escaped(bytesOf(char.charCodeAt(0))),
      ).join('');

export const written = (params: readonly (readonly [string, string])[]): string =>
  params.map(([name, value]) => `${component(name)}=${component(value)}`).join('&');

export type FormValues = ReadonlyMap<string, readonly string[]>;

/** The parameters and their values in order; undefined when the bytes are no UTF-8. */
export const said = (bytes: Uint8Array): FormValues | undefined => {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const found = new Map<string, string[]>();
    for (const pair of text.split('&').filter((one) => one !== '')) {
      const [name = '', ...value] = pair.split('=').map((part) => part.replaceAll('+', ' '));
      const key = decodeURIComponent(name);
      found.set(key, [...(found.get(key) ?? []), decodeURIComponent(value.join('='))]);
    }
    return found;
  } catch {
    return undefined;
  }
};

/**
 * https://www.twilio.com/docs/usage/security#validating-requests: of a name given more than once, each value once,
 * sorted.
 */
export const signatureOf = (token: string, url: string, form: FormValues): string => {
  const hmac = createHmac('sha1', token).update(url);
  const byUnits = (a: string, b: string): number => (a < b ? -1 : 1);
  for (const name of [...form.keys()].sort(byUnits))
    for (const value of [...new Set(form.get(name))].sort(byUnits)) hmac.update(name + value);
  return hmac.digest('base64');
};
