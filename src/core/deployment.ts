import type { Key } from './ports/change.ts';

/** The item that knows when this deployment was first started: its attribute `at`, milliseconds since 1970. */
export const FIRST_START: Key = { pk: 'deployment', sk: 'first' };
