import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { newFolder } from '../local/support/machine.ts';
import { bridge } from './program.ts';

let folder: Awaited<ReturnType<typeof newFolder>>;
beforeEach(async () => {
  folder = await newFolder();
});
afterEach(() => folder.remove());

test('a command finds its data file by an .env with a byte order mark', async () => {
  await writeFile(folder.file('.env'), '\ufeffDATA_FILE=from-dot-env.sqlite\r\n');
  const { complained } = await bridge(['status'], folder.path);
  expect(complained).toContain('from-dot-env.sqlite');
});

test('a command and a deployment refuse an .env in UTF-16, and say what to do', async () => {
  await writeFile(folder.file('.env'), Buffer.from('\ufeffDATA_FILE=x.sqlite\r\n', 'utf16le'));
  const { code, complained } = await bridge(['status'], folder.path);
  expect([code, complained]).toEqual([
    1,
    expect.stringMatching(/^bridge: \.env is in UTF-16, .* save it as UTF-8 .*\n$/),
  ]);
  const app = join(import.meta.dirname, '../../bin/app.ts');
  const deployment = await new Promise<string>((resolve) => {
    execFile(process.execPath, [app], { cwd: folder.path, env: { PATH: process.env.PATH } }, (error) =>
      resolve(String(error?.message)),
    );
  });
  expect(deployment).toContain('Error: .env is in UTF-16');
});
