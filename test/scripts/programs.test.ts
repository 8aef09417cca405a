/** Every program says how it is used, and does nothing when it is told what it does not know. */
import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { COMPILE_CACHE } from '../support/compile-cache.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const sources = globSync(
  '{bench,cli,demo,fuzz,local,scripts,sim,src,test/aws,local-twilio,bin,lib,lambdas}/**/*.{ts,js}',
  {
    cwd: root,
  },
);

const programs = sources.filter((file) => /\bownOptions\(/.test(read(file)) && !file.startsWith('src/')).sort();

type Ran = { readonly code: number; readonly said: string; readonly complained: string };
const run = (program: string, ...args: readonly string[]): Promise<Ran> =>
  new Promise((resolve) => {
    const options = { cwd: root, env: { PATH: process.env.PATH ?? '', ...COMPILE_CACHE }, timeout: 300_000 };
    execFile(process.execPath, [join(root, program), ...args], options, (error, said, complained) =>
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), said, complained }),
    );
  });

test('every program that npm or a document starts is one of these', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const documents = ['README.md', ...globSync('docs/*.md', { cwd: root })].map(read);
  const started = [...Object.values(scripts), ...documents].flatMap((text) =>
    [...text.matchAll(/\bnode ([a-z-]+\/[\w/-]+\.[tj]s)\b/g)].map(([, file = '']) => file),
  );
  expect(started.length).toBeGreaterThan(8);
  const known = [...programs, 'local/start.js'];
  expect(started.filter((file) => !known.includes(file) && !file.startsWith('node_modules/'))).toEqual([]);
});

test('nobody reads a command line in another way', () => {
  // Children get one argument from a parent of the same folder, never from people.
  const children = ['bench/child.ts', 'test/aws/footprint-function.ts', 'scripts/bundles.ts'];
  const readers = sources.filter((file) => /\bparseArgs\b|\bprocess\.argv\b/.test(read(file)));
  expect(readers.filter((file) => !children.includes(file)).sort()).toEqual([
    'cli/bridge.ts',
    'src/runtime/options.ts',
    'src/runtime/own-options.ts',
  ]);
});

describe('a program', () => {
  test.concurrent.each(programs)(
    '%s shows its usage when asked, and when told what it does not know',
    async (program) => {
      const help = await run(program, '--help');
      expect(help).toEqual({ code: 0, said: expect.stringMatching(/^Usage: n(pm|ode) /), complained: '' });
      for (const args of [['--unknown-option'], ['no-such-name']]) {
        const { code, said, complained } = await run(program, ...args);
        expect({ args, code, said }).toEqual({ args, code: 2, said: '' });
        expect(complained).toContain(help.said);
        expect(complained).not.toContain('    at ');
      }
      const number = /^ {2}--([\w-]+) (?:N|K|S|R|MB) /m.exec(help.said)?.[1];
      if (number === undefined) return;
      const { code, complained } = await run(program, `--${number}`, 'abc');
      expect(code).toBe(2);
      expect(complained).toMatch(new RegExp(`^--${number} takes a whole number`));
    },
    120_000,
  );
});
