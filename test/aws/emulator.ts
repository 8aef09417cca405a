/** The AWS emulator: a Python environment of its own, a process of its own, everything it writes in one folder. */
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const root = join(import.meta.dirname, '../..');
const venv = join(root, '.venv-aws');
const requirements = join(import.meta.dirname, 'requirements.txt');

export type Emulator = { readonly url: string; readonly port: number; readonly stop: () => Promise<void> };

/** Only what the emulator and the programs that talk to it need: nothing of the person's own AWS settings. */
export const awsEnvironment = (extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv => {
  const own = Object.entries(process.env).filter(([name]) => !/^(AWS|CDK)_/.test(name));
  return {
    ...Object.fromEntries(own),
    // The emulator runs functions by the first `node` that it finds.
    PATH: `${dirname(process.execPath)}:${join(root, 'node_modules/.bin')}:${process.env.PATH ?? ''}`,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: 'eu-central-1',
    AWS_DEFAULT_REGION: 'eu-central-1',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    ...extra,
  };
};

/** Made anew when the requirements or the Python change; every package is held to its hash. */
const pythonEnvironment = (): string => {
  const python = process.env.PYTHON ?? 'python3';
  const version = execFileSync(python, ['--version'], { encoding: 'utf8' }).trim();
  const mark = join(venv, 'made-from');
  const made = createHash('sha256').update(version).update(readFileSync(requirements)).digest('hex');
  const own = join(venv, 'bin/python');
  if (existsSync(mark) && readFileSync(mark, 'utf8') === made) return own;
  rmSync(venv, { recursive: true, force: true });
  execFileSync(python, ['-m', 'venv', venv], { stdio: 'inherit' });
  const install = [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '--require-hashes',
    '-r',
    requirements,
  ];
  execFileSync(own, install, { stdio: 'inherit' });
  writeFileSync(mark, made);
  return own;
};

const freePort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
};

const isUp = async (url: string): Promise<boolean> => {
  try {
    return (await fetch(`${url}/_ministack/health`)).ok;
  } catch {
    return false;
  }
};

/** @param folder where it may write, its log `emulator.log` included. @throws when it is not up within five minutes */
export const startEmulator = async (folder: string): Promise<Emulator> => {
  const python = pythonEnvironment();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const log = openSync(join(folder, 'emulator.log'), 'w');
  const child = spawn(python, ['-m', 'ministack'], {
    env: awsEnvironment({ BIND_HOST: '127.0.0.1', GATEWAY_PORT: String(port), TMPDIR: folder }),
    cwd: folder,
    stdio: ['ignore', log, log],
    detached: true, // a group of its own, so that its workers end with it
  });
  closeSync(log);
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const signal = (name: NodeJS.Signals): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, name);
    } catch {
      // The group has ended already.
    }
  };
  const stop = async (): Promise<void> => {
    signal('SIGTERM');
    await Promise.race([gone, sleep(5000, undefined, { ref: false })]);
    signal('SIGKILL');
    await gone;
  };
  const until = Date.now() + 300_000;
  while (!(await isUp(url))) {
    if (child.exitCode !== null || Date.now() > until) {
      await stop();
      throw new Error(
        `the emulator did not start:\n${readFileSync(join(folder, 'emulator.log'), 'utf8').slice(-2000)}`,
      );
    }
    await sleep(100);
  }
  return { url, port, stop };
};
