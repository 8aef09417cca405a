/** Text that came from outside and may be JSON. */

/**
 * A text field of a JSON object that came from outside, as a form can carry it; undefined when there is none. Never
 * throws.
 */
export const textField = (json: string, field: string): string | undefined => {
  try {
    const value = (JSON.parse(json) as Record<string, unknown> | null)?.[field];
    return typeof value === 'string' && value !== '' ? value.toWellFormed() : undefined;
  } catch {
    return undefined;
  }
};
