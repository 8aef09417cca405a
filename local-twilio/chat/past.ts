/**
 * What things were a moment ago, for a look that is behind. Nothing is remembered for longer than looks can be behind.
 */
const KEPT_MS = 60_000;

/** @param past oldest first */
export const remember = <T extends { readonly until: number }>(past: T[], was: T): void => {
  const first = past.findIndex(({ until }) => until > was.until - KEPT_MS);
  past.splice(0, first === -1 ? past.length : first);
  past.push(was);
};

export const rememberGone = <T extends { readonly at: number }>(removed: Map<string, T>, sid: string, was: T): void => {
  for (const [old, { at }] of removed) if (at < was.at - KEPT_MS) removed.delete(old);
  removed.set(sid, was);
};
