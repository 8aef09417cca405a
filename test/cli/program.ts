/** `npx bridge` as a process of its own. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { COMPILE_CACHE } from '../support/compile-cache.ts';

const program = join(import.meta.dirname, '../../cli/bridge.ts');

export type Ran = { readonly code: number; readonly said: string; readonly complained: string };

/** Nothing of the caller's environment but PATH, and no .env. */
export const bridge = (args: readonly string[], folder: string): Promise<Ran> =>
  new Promise((resolve) => {
    execFile(
      process.execPath,
      [program, ...args],
      { cwd: folder, env: { PATH: process.env.PATH ?? '', ...COMPILE_CACHE } },
      (error, said, complained) =>
        resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : -1, said, complained }),
    );
  });
