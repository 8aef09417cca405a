/**
 * The body of Twilio's webhooks: application/x-www-form-urlencoded in UTF-8, read strictly, for what is lenient here
 * (a replaced byte, a dropped parameter) is a message that differs from its source for ever.
 * https://www.twilio.com/docs/usage/webhooks/webhooks-overview
 */

/** A parameter's distinct values, in order of first appearance; Twilio sends one each. */
export type Form = ReadonlyMap<string, readonly string[]>;

export type FormFault = 'empty_body' | 'not_utf8' | 'too_many_parameters';

/** The longest of Twilio's webhooks has some 45 parameters. */
const maxParameters = 1_000;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** `text` is the body as received. Never throws. */
export const readForm = (bytes: Uint8Array): { readonly text: string; readonly form: Form } | FormFault => {
  try {
    const text = utf8.decode(bytes);
    const pairs = text.split('&', maxParameters + 1);
    if (pairs.length > maxParameters) return 'too_many_parameters';
    const form = new Map<string, string[]>();
    for (const pair of pairs) {
      if (pair === '') continue;
      const equals = pair.indexOf('=');
      const name = decode(equals < 0 ? pair : pair.slice(0, equals));
      const value = equals < 0 ? '' : decode(pair.slice(equals + 1));
      const values = form.get(name);
      if (values === undefined) form.set(name, [value]);
      else if (!values.includes(value)) values.push(value);
    }
    return form.size === 0 ? 'empty_body' : { text, form };
  } catch {
    return 'not_utf8';
  }
};

/** Throws on a broken escape, on bytes that are no UTF-8 and on surrogates: a decoded value is always well-formed. */
const decode = (text: string): string => decodeURIComponent(text.replaceAll('+', ' '));
