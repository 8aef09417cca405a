/** Form parameters; undefined ones are left out. */
export type Params = Readonly<Record<string, string | number | undefined>>;

export const present = (params: Params): Record<string, string> => {
  const form: Record<string, string> = {};
  for (const [name, value] of Object.entries(params)) if (value !== undefined) form[name] = String(value);
  return form;
};

/** ISO-8601 with milliseconds. */
export const iso = (at: number): string => new Date(at).toISOString();
