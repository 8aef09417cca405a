/** The command as a process of its own: what it understands, and how it ends when AWS cannot be asked. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { newFolder } from '../../local/support/machine.ts';
import { STACK } from './fake-account.ts';

const program = join(import.meta.dirname, '../../../cli/bridge.ts');

/** Nothing of a person's own AWS settings. */
const environment = {
  PATH: process.env.PATH ?? '',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_EC2_METADATA_DISABLED: 'true',
};

const preflight = async (args: readonly string[], extra: Readonly<Record<string, string>> = {}) => {
  const folder = await newFolder();
  const options = { cwd: folder.path, env: { ...environment, ...extra } };
  const ran = await new Promise<{ readonly code: number; readonly complained: string }>((resolve) => {
    execFile(process.execPath, [program, 'preflight', ...args], options, (error, _, complained) =>
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), complained }),
    );
  });
  await folder.remove();
  return ran;
};

test('needs a stack, and one that can be a bridge’s', async () => {
  expect(await preflight([])).toEqual({ code: 2, complained: expect.stringContaining('preflight takes --stack NAME') });
  const mistyped = await preflight(['--stack', 'production']);
  expect(mistyped).toEqual({ code: 2, complained: expect.stringContaining('--stack takes flex-frontline-bridge-') });
});

test('says which setting of scale is no number', async () => {
  const set = { WEBHOOKS_PER_SECOND: '2k' };
  expect(await preflight(['--stack', STACK], set)).toEqual({
    code: 2,
    complained: expect.stringContaining('WEBHOOKS_PER_SECOND is not a whole number'),
  });
});

test('ends with 3 when no region is named, or AWS cannot be asked', async () => {
  expect(await preflight(['--stack', STACK])).toEqual({
    code: 3,
    complained: expect.stringContaining('No region is named: set AWS_REGION'),
  });
  // Nobody listens there.
  const closed = { AWS_REGION: 'eu-central-1', AWS_ENDPOINT_URL: 'http://127.0.0.1:1' };
  expect((await preflight(['--stack', STACK], closed)).code).toBe(3);
});
