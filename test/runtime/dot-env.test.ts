import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { withDotEnv } from '../../src/dot-env.ts';

const folder = mkdtempSync(join(tmpdir(), 'dot-env-'));
afterAll(() => rmSync(folder, { recursive: true }));

const read = (bytes: Buffer | string, environment: Readonly<Record<string, string>> = {}) => {
  const file = join(folder, '.env');
  writeFileSync(file, bytes);
  return withDotEnv(file, environment);
};
const said = 'ACCOUNT_SID=AC1\r\n# Zürich, あ\r\nPORT="3001"\r\n';
const meant = { ACCOUNT_SID: 'AC1', PORT: '3001' };
const bigEndian = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();

describe('.env', () => {
  test('is read below the environment', () => {
    expect(read(said)).toEqual(meant);
    expect(read(said, { PORT: '', HOME: '/' })).toEqual({ ACCOUNT_SID: 'AC1', PORT: '', HOME: '/' });
  });

  test('that is not there, or empty, says nothing', () => {
    expect(withDotEnv(join(folder, 'none'), { PORT: '1' })).toEqual({ PORT: '1' });
    expect(read('', { PORT: '1' })).toEqual({ PORT: '1' });
    expect(read('\ufeff')).toEqual({});
  });

  test('means the same with a byte order mark', () => {
    expect(read(`\ufeff${said}`)).toEqual(meant);
  });

  test.each([
    ['little endian, with a mark', Buffer.from(`\ufeff${said}`, 'utf16le')],
    ['little endian, without', Buffer.from(said, 'utf16le')],
    ['big endian, with a mark', bigEndian(`\ufeff${said}`)],
    ['big endian, without', bigEndian(said)],
    ['with nothing but a mark', Buffer.from('\ufeff', 'utf16le')],
  ])('in UTF-16 is refused, and what to do is said: %s', (_what, bytes) => {
    expect(() => read(bytes)).toThrow(/\.env is in UTF-16, so nothing in it can be read: save it as UTF-8/);
  });

  test('that is not in UTF-8 is refused, without a word of what it says', () => {
    expect(() => read(Buffer.from('DATA_FILE=/srv/Zürich\n', 'latin1'))).toThrow(
      /^\S*\.env is not in UTF-8, so not all of it can be read: save it as UTF-8 \([^=]*\)$/,
    );
  });
});
