/** Values as Twilio and its customers write them, in webhooks and REST answers alike. These functions never throw. */

/** A safe integer from 0 on, as a number or in decimal digits; undefined for anything else. */
export const parseCount = (value: unknown): number | undefined => {
  const number = typeof value === 'string' && /^(0|[1-9]\d{0,15})$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
};

export type JsonObject = Readonly<Record<string, unknown>>;

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** undefined when the text is absent or no JSON. */
export const parseJson = (text: string | undefined): unknown => {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** The members of a JSON object; none when the text is absent or anything else. */
export const parseJsonObject = (text: string | undefined): JsonObject => {
  const value = parseJson(text);
  return isJsonObject(value) ? value : {};
};
