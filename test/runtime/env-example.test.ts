/** `.env.example` explains every setting, and no other. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { scaleSettings } from '../../lib/scale.ts';
import { SECRET_FIELDS, SETTINGS } from '../../src/contract.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const text = (file: string): string => readFileSync(`${root}${file}`, 'utf8');
const example = text('.env.example');
const explained = [...example.matchAll(/^([A-Z_]+)=$/gm)].map(([, name = '']) => name);

/** Names that code asks of an environment, in what people start. */
const asked = ['local', 'cli', 'bin', 'lib', 'src/runtime']
  .flatMap((folder) =>
    readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' }).map((file) => `${folder}/${file}`),
  )
  .filter((file) => file.endsWith('.ts'))
  .flatMap((file) => [
    ...text(file).matchAll(
      /(?:environment|env)\.([A-Z_]+)|(?:given\(environment, |number\()'([A-Z_]+)'|\btext\('([A-Z_]+)'\)/g,
    ),
  ])
  .map(([, ...names]) => names.find((name) => name !== undefined) ?? '');

/** Read by what it is named after, not ours to explain. */
const foreign = ['PATH', 'NO_COLOR'];

describe('.env.example', () => {
  test('names every setting of the code, once', () => {
    const known = new Set(
      [...SETTINGS, ...SECRET_FIELDS, ...scaleSettings, ...asked].filter((name) => !foreign.includes(name)),
    );
    expect(explained.toSorted()).toEqual([...known].toSorted());
  });

  test('sets nothing: a copy of it starts like none', () => {
    expect(
      example.split('\n').filter((line) => line !== '' && !line.startsWith('#') && !/^[A-Z_]+=$/.test(line)),
    ).toEqual([]);
  });

  test('names no setting without a word before it', () => {
    const blocks = example.split('\n\n').filter((block) => /^[A-Z_]+=$/m.test(block));
    expect(blocks.filter((block) => !block.startsWith('#'))).toEqual([]);
  });

  test('is what the README lists', () => {
    const readme = text('README.md');
    const listed = readme.slice(readme.indexOf('## Configuration'), readme.indexOf('## Where things are'));
    const both = (name: string) => name.replace(/^FRONTLINE_(API_KEY_SID|API_KEY_SECRET|AUTH_TOKEN_PREVIOUS)$/, '$1');
    expect(explained.filter((name) => !listed.includes(`\`${both(name)}\``))).toEqual([]);
  });
});
