/** The plays of full size, small: each ends, and meets its goals. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

const program = join(import.meta.dirname, '../../sim/full-size.ts');
const SMALL = [
  ['size', '--active', '20', '--quiet', '30', '--lost', '5'],
  ['waiting', '--pairs', '30'],
  ['year', '--days', '3', '--chats', '10'],
] as const;

test.concurrent.each(SMALL)(
  'npm run sim:full-size -- --play %s, small',
  async (...play) => {
    const { code, said } = await new Promise<{ readonly code: unknown; readonly said: string }>((resolve) => {
      execFile(process.execPath, [program, '--play', ...play], (error, out, complained) =>
        resolve({ code: error?.code ?? 0, said: out + complained }),
      );
    });
    expect(said).not.toContain('MISSED');
    expect({ code, ended: said.trim().endsWith('done') }).toEqual({ code: 0, ended: true });
  },
  600_000,
);
