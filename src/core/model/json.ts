/** Text that came from outside and may be JSON. */

/**
 * A text field of a JSON object that came from outside, as a form can carry it; undefined when there is none. Never
 * throws.
 */
export const textField = (json: string, field: string): string | undefined => {
  const value = jsonObject(json)?.[field];
  return typeof value === 'string' && value !== '' ? value.toWellFormed() : undefined;
};

/** undefined when it is no JSON object. Never throws. */
export const jsonObject = (json: string): Readonly<Record<string, unknown>> | undefined => {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
};
