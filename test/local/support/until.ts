/** Looks again and again until there is something to see. */
export const until = async <T>(
  what: string,
  look: () => T | undefined | Promise<T | undefined>,
  ms = 120_000,
): Promise<T> => {
  const end = Date.now() + ms;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
    if (Date.now() > end) throw new Error(`not within ${ms} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
};
