import { validateRequest } from 'twilio/lib/webhooks/webhooks.js';
import type { Form } from './form.ts';

/**
 * Whether one of an account's tokens signed this request.
 *
 * All parameters of the body are always signed, also when the query holds a `bodySHA256`: that one is for bodies that
 * are no forms, and obeying it would let a stranger who saw one signed URL post any body to it. Of a name given more
 * than once, distinct values are signed in sorted order.
 * @param url as Twilio was given it, its query as it came, without a fragment.
 * @see https://www.twilio.com/docs/usage/webhooks/webhooks-security
 */
export const verifies = (tokens: readonly string[], signature: string, url: string, form: Form): boolean => {
  // No prototype: a parameter may be called `__proto__`.
  const params: Record<string, string | readonly string[]> = Object.create(null);
  for (const [name, values] of form) params[name] = values.length === 1 ? (values[0] ?? '') : values;
  // A stranger can compute the signature of an empty token.
  return tokens.some((token) => token !== '' && validateRequest(token, signature, url, params));
};
