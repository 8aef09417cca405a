import { isSid } from '../../../core/model/sids.ts';
import { parseCount } from '../values.ts';
import type { Form } from './form.ts';

/** A webhook that says it is of a kind the bridge reads, and is not. Names the parameter, never its value. */
export class Malformed extends Error {
  readonly parameter: string;
  constructor(parameter: string) {
    super(`malformed parameter ${parameter}`);
    this.name = 'Malformed';
    this.parameter = parameter;
  }
}

/** undefined when absent. @throws {Malformed} when it is there twice with different values. */
export const optionalParameter = (form: Form, name: string): string | undefined => {
  const values = form.get(name);
  if (values !== undefined && values.length > 1) throw new Malformed(name);
  return values?.[0];
};

/** @throws {Malformed} when absent or empty. */
export const requiredParameter = (form: Form, name: string): string => {
  const value = optionalParameter(form, name);
  if (value === undefined || value === '') throw new Malformed(name);
  return value;
};

/** @throws {Malformed} */
export const sidParameter = <Letters extends string>(
  form: Form,
  name: string,
  letters: Letters,
): `${Letters}${string}` => {
  const value = optionalParameter(form, name);
  if (!isSid(letters, value)) throw new Malformed(name);
  return value;
};

/** @throws {Malformed} unless decimal digits of a safe integer. */
export const countParameter = (form: Form, name: string): number => {
  const value = parseCount(optionalParameter(form, name));
  if (value === undefined) throw new Malformed(name);
  return value;
};

/** ISO-8601 with a zone, a day that exists; as it came. @throws {Malformed} */
export const instantParameter = (form: Form, name: string): string => {
  const value = requiredParameter(form, name);
  const midnight = Date.parse(`${value.slice(0, 10)}T00:00:00Z`);
  const exists = !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(value.slice(0, 10));
  const shaped = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/.test(value);
  if (!exists || !shaped || Number.isNaN(Date.parse(value))) throw new Malformed(name);
  return value;
};

/**
 * Who has come into a chat, as both products name him; nobody where he has only an address.
 * @throws {Malformed} when it is there twice with different values.
 * @see https://www.twilio.com/docs/chat/webhook-events
 * @see https://www.twilio.com/docs/conversations/conversations-webhooks
 */
export const joinedIn = (form: Form): { readonly joined?: string } => {
  const identity = optionalParameter(form, 'Identity');
  return identity === undefined || identity === '' ? {} : { joined: identity };
};
