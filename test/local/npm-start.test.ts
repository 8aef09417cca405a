/** What becomes of the bridge when npm, or the shell that started npm, ends: with real processes. */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { announced, type Child, runProgram } from './support/child.ts';
import { newFolder } from './support/machine.ts';
import { until } from './support/until.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const { scripts } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
/** The package's own line, started from a folder that has no .env. */
const line: string = scripts.start.replaceAll('local/start.js', `${root}local/start.js`);

let folder: Awaited<ReturnType<typeof newFolder>>;
const children: Child[] = [];
beforeEach(async () => {
  folder = await newFolder();
  await writeFile(
    folder.file('package.json'),
    JSON.stringify({ name: 'started', private: true, scripts: { start: line } }),
  );
});
afterEach(async () => {
  for (const child of children.splice(0)) await child.kill();
  await folder.remove();
});

const start = (program: string, ...args: readonly string[]): Child => {
  const quiet = { npm_config_update_notifier: 'false', HOME: folder.path };
  const child = runProgram(program, args, {
    cwd: folder.path,
    environment: { PORT: '0', SWEEP_SECONDS: '1', ...quiet },
  });
  children.push(child);
  return child;
};

const answers = (port: number): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/healthz`).then(
    ({ ok }) => ok,
    () => false,
  );

/** It has swept so often since, once a second: longer than it takes to notice that somebody is gone. */
const sweepsOn = async (child: Child): Promise<void> => {
  const swept = () => child.said().split('"active_lanes"').length;
  const before = swept();
  await until('three more sweeps', () => swept() >= before + 3);
};

describe('The bridge that npm started', () => {
  test.each(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGKILL'] as const)(
    'ends cleanly when npm alone gets %s',
    async (signal) => {
      const npm = start('npm', 'start');
      const { port } = await announced(npm);
      npm.signal(signal);
      // Only when nobody holds its output any more.
      await npm.exit;
      expect(npm.said()).toContain('Stopping: finishing the work in progress.');
      expect(npm.said()).not.toContain('did not stop cleanly');
      expect(await answers(port)).toBe(false);
      // The same file again: it was closed.
      await announced(start('npm', 'start'));
    },
  );

  test('lets npm end only after itself, and with its exit code, when npm is asked to', async () => {
    const npm = start('npm', 'start');
    await announced(npm);
    npm.signal('SIGTERM');
    await npm.gone;
    expect(npm.said()).toContain('Stopping');
    expect(await npm.exit).toBe(0);
  });
});

describe('The bridge whose terminal is closed', () => {
  test('ends cleanly, with its npm', async () => {
    const npm = start('npm', 'start');
    const { port } = await announced(npm);
    npm.hangUp();
    await npm.exit;
    expect(npm.said()).toContain('Stopping: finishing the work in progress.');
    expect(await answers(port)).toBe(false);
  });

  test('goes on by nohup, without its npm, which does not keep to it', async () => {
    // What a terminal's shell tells nohup, and dash does not.
    const nohup = start('env', '_=/usr/bin/nohup', 'nohup', 'npm', 'start');
    const { port } = await announced(nohup);
    nohup.hangUp();
    await nohup.gone;
    await sweepsOn(nohup);
    expect(await answers(port)).toBe(true);
  });

  test('ends by nohup too when npm alone is killed', async () => {
    const nohup = start('env', '_=/usr/bin/nohup', 'nohup', 'npm', 'start');
    await announced(nohup);
    nohup.signal('SIGKILL');
    await nohup.exit;
    expect(nohup.said()).toContain('Stopping: finishing the work in progress.');
  });
});

describe('The bridge goes on when the shell ends that started', () => {
  test.each([
    ['npm in the background', 'npm start &'],
    ['npm by nohup', 'nohup npm start &'],
    ['the bridge itself in the background', `node ${root}local/start.js &`],
    [
      'it, from a start of another package',
      `npm_lifecycle_event=start npm_lifecycle_script='node server.js' node ${root}local/start.js &`,
    ],
    [
      'it, from another script',
      `npm_lifecycle_event=serve npm_lifecycle_script='${line}' node ${root}local/start.js &`,
    ],
  ])('%s', async (_what, command) => {
    const shell = start('sh', '-c', `${command} wait`);
    const { port } = await announced(shell);
    shell.signal('SIGKILL');
    await shell.gone;
    await sweepsOn(shell);
    expect(await answers(port)).toBe(true);
    expect(shell.said()).not.toContain('Stopping');
  });
});
