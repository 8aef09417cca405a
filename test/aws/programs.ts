/** The project's own programs, run as a person would run them. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

export type Ran = { readonly code: number; readonly output: string };

/** Resolves however the program ends; killed after ten minutes. */
const run = (file: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Ran> =>
  new Promise((resolve) => {
    const options = { cwd: root, env, timeout: 600_000, maxBuffer: 64 * 1024 * 1024 };
    execFile(file, [...args], options, (error, out, err) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
      resolve({ code, output: out + err });
    });
  });

export const cdk = (args: readonly string[], env: NodeJS.ProcessEnv): Promise<Ran> =>
  run(process.execPath, [join(root, 'node_modules/aws-cdk/bin/cdk'), ...args], env);

export const bridge = (args: readonly string[], env: NodeJS.ProcessEnv): Promise<Ran> =>
  run(process.execPath, [join(root, 'cli/bridge.ts'), ...args], env);

/** @throws Error with the end of the output when the program failed. */
export const succeeded = async (ran: Promise<Ran>): Promise<Ran> => {
  const result = await ran;
  if (result.code !== 0) throw new Error(`exit code ${result.code}:\n${result.output.slice(-4000)}`);
  return result;
};
