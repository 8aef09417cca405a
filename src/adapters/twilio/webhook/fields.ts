import { isSid } from '../../../core/model/sids.ts';
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

/** undefined when absent. @throws {Malformed} when it stands there twice with different values. */
export const optional = (form: Form, name: string): string | undefined => {
  const values = form.get(name);
  if (values !== undefined && values.length > 1) throw new Malformed(name);
  return values?.[0];
};

/** @throws {Malformed} when absent or empty. */
export const required = (form: Form, name: string): string => {
  const value = optional(form, name);
  if (value === undefined || value === '') throw new Malformed(name);
  return value;
};

/** @throws {Malformed} */
export const sid = <Letters extends string>(form: Form, name: string, letters: Letters): `${Letters}${string}` => {
  const value = optional(form, name);
  if (!isSid(letters, value)) throw new Malformed(name);
  return value;
};

/** @throws {Malformed} unless decimal digits of a safe integer. */
export const count = (form: Form, name: string): number => {
  const value = wholeNumber(optional(form, name));
  if (value === undefined) throw new Malformed(name);
  return value;
};

export const wholeNumber = (value: unknown): number | undefined => {
  const number = typeof value === 'string' && /^(0|[1-9]\d{0,15})$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
};

/** ISO-8601 with a zone, a day that exists; as it came. @throws {Malformed} */
export const instant = (form: Form, name: string): string => {
  const value = required(form, name);
  const midnight = Date.parse(`${value.slice(0, 10)}T00:00:00Z`);
  const exists = !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(value.slice(0, 10));
  const shaped = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/.test(value);
  if (!exists || !shaped || Number.isNaN(Date.parse(value))) throw new Malformed(name);
  return value;
};

/** Message attributes as JSON text. Twilio leaves them out or says `null` when there are none. What is no JSON stays. */
export const attributes = (form: Form): string => {
  const value = optional(form, 'Attributes');
  return value === undefined || value === '' || value === 'null' ? '{}' : value;
};

/** The members of a JSON object; none when the text is absent or anything else. Never throws. */
export const jsonObject = (text: string | undefined): Readonly<Record<string, unknown>> => {
  const value = json(text);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
};

/** undefined when it is no JSON. Never throws. */
export const json = (text: string | undefined): unknown => {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
};
