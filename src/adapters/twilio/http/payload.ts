/** Twilio's JSON, read once: what does not have its shape throws {@link Unreadable} and gets no further. */
import { isJsonObject, type JsonObject, parseJson } from '../values.ts';

export class Unreadable extends Error {
  /** Names the field, never its value. */
  constructor(field: string) {
    super(`unreadable field ${field}`);
    this.name = 'Unreadable';
  }
}

export type Payload = JsonObject;

export const asPayload = (value: unknown, field: string): Payload => {
  if (!isJsonObject(value)) throw new Unreadable(field);
  return value;
};

export const parsePayload = (body: string): Payload => asPayload(parseJson(body), '(body)');

/** Half a character, which JSON can carry and a form cannot, reads as a form would have it: U+FFFD. */
export const requiredText = (from: Payload, field: string): string => {
  const value = from[field];
  if (typeof value !== 'string') throw new Unreadable(field);
  return value.toWellFormed();
};

/** A SID by its letters. */
export const sid = <Letters extends string>(from: Payload, field: string, letters: Letters): `${Letters}${string}` => {
  const value = requiredText(from, field);
  if (!startsWith(value, letters)) throw new Unreadable(field);
  return value;
};

const startsWith = <Letters extends string>(value: string, letters: Letters): value is `${Letters}${string}` =>
  value.startsWith(letters);

/** Twilio writes null for what is not set. */
export const optionalText = (from: Payload, field: string): string | undefined => {
  const value = from[field];
  return value === undefined || value === null ? undefined : requiredText(from, field);
};

/** Some of Twilio's products write whole numbers as text. */
export const wholeNumber = (from: Payload, field: string): number => {
  const value = from[field];
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isSafeInteger(number)) throw new Unreadable(field);
  return number;
};

export const list = (from: Payload, field: string): readonly Payload[] => {
  const value = from[field];
  if (!Array.isArray(value)) throw new Unreadable(field);
  return value.map((entry) => asPayload(entry, field));
};
