/** `node local/main.ts` as a process of its own, so that it can be killed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { COMPILE_CACHE } from '../../support/compile-cache.ts';
import { until } from './until.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

export type Child = {
  /** Everything on stdout and stderr so far. */
  readonly said: () => string;
  readonly exit: Promise<number | NodeJS.Signals>;
  /** The program itself, whatever it started; `exit` waits for all that write where it wrote. */
  readonly gone: Promise<void>;
  readonly signal: (signal: NodeJS.Signals) => void;
  /** As a terminal that is closed signals all that it has started. */
  readonly hangUp: () => void;
  /** Nobody reads what it says any more. */
  readonly deafen: () => void;
  /** Kills it with -9, and what it started, and waits until all are gone. */
  readonly kill: () => Promise<void>;
};

type At = {
  readonly cwd: string;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly flags?: readonly string[];
};

/** A program and all that it starts; nothing of the caller's environment but PATH, with this Node in front. */
export const runProgram = (program: string, args: readonly string[], at: At): Child => {
  const child = spawn(program, args, {
    cwd: at.cwd,
    env: { PATH: `${dirname(process.execPath)}:${process.env.PATH}`, ...COMPILE_CACHE, ...at.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
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
    gone: once(child, 'exit').then(() => undefined),
    signal: (signal) => child.kill(signal),
    hangUp: () => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGHUP');
    },
    deafen: () => {
      child.stdout.destroy();
      child.stderr.destroy();
    },
    kill: async () => {
      if (child.pid !== undefined) killGroup(child.pid);
      await exit;
    },
  };
};

const killGroup = (leader: number): void => {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    // All of them are gone.
  }
};

export const run = (entry: string, at: At): Child =>
  runProgram(process.execPath, [...(at.flags ?? []), root + entry], at);

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
