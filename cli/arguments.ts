/** The options that more than one command takes. */

import { parseArgs } from 'node:util';
import { isSid } from '../src/core/model/sids.ts';
import { Misunderstood } from './command.ts';
import type { Where } from './reach.ts';

export const common = {
  stack: { type: 'string' },
  data: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

export const commonUsage = `  --stack NAME    work on this stack on AWS; without it, on this machine's bridge
  --data FILE     the data file of this machine's bridge (default: DATA_FILE, else the one that npm start uses here)
  --json          print one JSON object, for programs
  --help          show this text
Exit codes: 0 all is well, 1 something is wrong or not done, 2 wrong arguments, 3 the bridge cannot be reached.
`;

type Options = NonNullable<Parameters<typeof parseArgs>[0]>['options'];

/** @throws what parseArgs throws when the arguments are none of these. */
export const parse = <const O extends NonNullable<Options>>(args: readonly string[], options: O) =>
  parseArgs({ args: [...args], allowPositionals: true, options: { ...common, ...options } });

export const whereOf = (values: { readonly stack?: string | undefined; readonly data?: string | undefined }): Where => {
  if (values.stack !== undefined && values.data !== undefined)
    throw new Misunderstood('--stack and --data name two deployments: give one');
  return { stack: values.stack, data: values.data };
};

/** Seconds, as milliseconds. */
export const waitOf = (text: string): number => {
  if (!/^\d{1,5}$/.test(text)) throw new Misunderstood('--wait takes a whole number of seconds');
  return Number(text) * 1000;
};

export const sidOf = <Letters extends string>(
  text: string | undefined,
  ...kinds: readonly Letters[]
): `${Letters}${string}` => {
  for (const letters of kinds) if (isSid(letters, text)) return text;
  throw new Misunderstood(`Give a SID of 34 characters that begins with ${kinds.join(', ')}`);
};
