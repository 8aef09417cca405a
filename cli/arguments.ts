/** The options that more than one command takes. */

import { isSid } from '../src/core/model/sids.ts';
import { flag, Misunderstood, text, whole } from '../src/runtime/options.ts';
import type { Where } from './reach.ts';

export const common = {
  stack: text('NAME', "work on this stack on AWS; without it, on this machine's bridge"),
  data: text(
    'FILE',
    "the data file of this machine's bridge (default: DATA_FILE, else the one that npm start uses here)",
  ),
  json: flag('print one JSON object, for programs'),
} as const;

export const EXIT_CODES =
  'Exit codes: 0 all is well, 1 something is wrong or not done, 2 wrong arguments, 3 the bridge cannot be reached.';

/** Seconds. */
export const wait = (says: string, seconds: number) => whole('SECONDS', says, seconds, { most: 99_999 });

export const whereOf = (values: { readonly stack?: string | undefined; readonly data?: string | undefined }): Where => {
  if (values.stack !== undefined && values.data !== undefined)
    throw new Misunderstood('--stack and --data name two deployments: give one');
  return { stack: values.stack, data: values.data };
};

export const sidOf = <Letters extends string>(
  text: string | undefined,
  ...kinds: readonly Letters[]
): `${Letters}${string}` => {
  for (const letters of kinds) if (isSid(letters, text)) return text;
  throw new Misunderstood(`Give a SID of 34 characters that begins with ${kinds.join(', ')}`);
};
