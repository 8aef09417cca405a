/** Text that came from outside and may be JSON. */

/** A text field of a JSON object that came from outside; undefined when there is none. Never throws. */
export const textField = (json: string, field: string): string | undefined => {
  try {
    const value = (JSON.parse(json) as Record<string, unknown> | null)?.[field];
    return typeof value === 'string' && value !== '' ? value : undefined;
  } catch {
    return undefined;
  }
};
