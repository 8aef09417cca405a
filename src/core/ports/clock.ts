/** Milliseconds since 1970. */
export type Clock = { readonly now: () => number; readonly sleep: (ms: number) => Promise<void> };

/** A new random text at each call. */
export type Nonce = () => string;
