import { join } from 'node:path';

/** For programs that tests start: each would compile its many files anew, which takes longer than what it then does. */
export const COMPILE_CACHE = { NODE_COMPILE_CACHE: join(import.meta.dirname, '../../node_modules/.cache/compiled') };
