/** Times that more than one room rests on. */

/** What only needs time is tried for so long; then its lane is marked dirty and the chat's queue goes on. */
export const PATIENCE_MS = 15 * 60_000;
