import { execFile } from 'node:child_process';

export type Told = { readonly code: number; readonly out: string };

/** Runs a simulator's bundle, or its source, in a process of its own, on one core unless told: others run beside it. */
export const simulate = (main: string, ...options: readonly string[]): Promise<Told> =>
  new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [main, ...(options.includes('--jobs') ? [] : ['--jobs', '1']), ...options],
      { maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        if (error !== null && error.code !== 1) reject(new Error(stderr));
        else resolve({ code: error === null ? 0 : 1, out: stdout });
      },
    );
  });
