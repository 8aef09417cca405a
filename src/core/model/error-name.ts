/** An error's name only: its message may hold what people wrote. */
export const errorName = (error: unknown): string =>
  error instanceof Error && /^\w{1,64}$/.test(error.name) ? error.name : typeof error;
