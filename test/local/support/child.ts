/** `node local/main.ts` as a process of its own, so that it can be killed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { until } from './until.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

export type Child = {
  /** Everything on stdout and stderr so far. */
  readonly said: () => string;
  readonly exit: Promise<number | NodeJS.Signals>;
  readonly signal: (signal: NodeJS.Signals) => void;
  /** Kills it with -9 and waits until it is gone. */
  readonly kill: () => Promise<void>;
};

/** Nothing of the caller's environment but PATH. */
export const run = (
  entry: string,
  at: {
    readonly cwd: string;
    readonly environment?: Readonly<Record<string, string | undefined>>;
    readonly flags?: readonly string[];
  },
): Child => {
  const child = spawn(process.execPath, [...(at.flags ?? []), root + entry], {
    cwd: at.cwd,
    env: { PATH: process.env.PATH, ...at.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      said += chunk;
    });
  const exit = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals);
  return {
    said: () => said,
    exit,
    signal: (signal) => child.kill(signal),
    kill: async () => {
      child.kill('SIGKILL');
      await exit;
    },
  };
};

export type Announced = {
  readonly port: number;
  readonly publicBaseUrl: string;
  readonly page?: string;
  /** Where the local Twilio is. */
  readonly twilio?: string;
};

/** What the bridge says of itself when it runs. */
export const announced = (child: Child): Promise<Announced> =>
  until('the bridge to run', async () => {
    const line = child
      .said()
      .split('\n')
      .find((one) => one.includes('"publicBaseUrl"') && one.endsWith('}'));
    if (line !== undefined) return JSON.parse(line) as Announced;
    const ended = await Promise.race([
      child.exit,
      new Promise<undefined>((resolve) => setImmediate(() => resolve(undefined))),
    ]);
    if (ended !== undefined) throw new Error(`it ended (${ended}): ${child.said()}`);
    return undefined;
  });
