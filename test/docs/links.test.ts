/** What the documents point at is there, and the map of the house in docs/architecture.md is the house's. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const documents = [
  'README.md',
  'CHANGELOG.md',
  ...readdirSync(join(root, 'docs'))
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`),
];

/** The text without code, in which brackets mean something else. */
const prose = (file: string): string =>
  read(file)
    .replaceAll(/^```.*?^```$/gms, '')
    .replaceAll(/`[^`\n]*`/g, '');
const linksIn = (text: string): readonly string[] =>
  [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target).filter((target) => !/^\w+:/.test(target));

/**
 * As GitHub names a heading:
 * https://docs.github.com/get-started/writing-on-github/getting-started-with-writing-and-formatting-on-github/basic-writing-and-formatting-syntax#section-links
 */
const anchorsOf = (file: string): readonly string[] =>
  [...read(file).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );

/** Why a link leads nowhere; undefined when it does not. */
const wrongWith = (from: string, link: string): string | undefined => {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? from : relative(root, join(root, dirname(from), path));
  if (!existsSync(join(root, target))) return `${link}: no such file`;
  return anchor === undefined || anchorsOf(target).includes(anchor) ? undefined : `${link}: no such heading`;
};

describe('every relative link leads somewhere', () => {
  test.each(documents)('in %s', (file) => {
    const wrong = linksIn(prose(file)).map((link) => wrongWith(file, link));
    expect(wrong.filter((one) => one !== undefined)).toEqual([]);
  });
});

const architecture = read('docs/architecture.md');
const section = (heading: string): string =>
  architecture.slice(architecture.indexOf(`## ${heading}\n`)).split(/^## /m)[1] ?? '';

describe('the walk of one text', () => {
  const steps = [...section('The walk of one text').matchAll(/^(\d+)\. (.+(?:\n {2,}.+)*)/gm)];

  test('has at most twelve steps, each with a name', () => {
    expect(steps.map(([, n]) => Number(n))).toEqual(steps.map((_, at) => at + 1));
    expect(steps.length).toBeGreaterThan(5);
    expect(steps.length).toBeLessThanOrEqual(12);
    for (const [, , step] of steps) expect(step).toMatch(/^\*\*[A-Z][a-z ]+\.\*\* /);
  });

  test('leads at each step to a file of the bridge', () => {
    for (const [, , step = ''] of steps)
      expect(linksIn(step)).toContainEqual(expect.stringMatching(/^\.\.\/(?:src|lambdas)\/.+\.ts$/));
  });
});

describe('the table of folders', () => {
  const rows = section('Where things are, and what may import what')
    .split('\n')
    .filter((line) => line.startsWith('|') && line.includes(']('))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  const listed = rows.map(([, folder = '']) => linksIn(folder)[0]?.replace('../', '') ?? '');
  const folders = (of: string): readonly string[] =>
    readdirSync(join(root, of), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => join(of, name));

  const hasCode = (folder: string): boolean =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).some((file) => file.endsWith('.ts'));

  test('names every folder of the source, and every one beside it that holds code', () => {
    const code = folders('.').filter((folder) => /^(?!node_modules|cdk\.out)\w/.test(folder) && hasCode(folder));
    const source = [...folders('src/core'), ...folders('src/adapters'), ...folders('src/adapters/twilio')];
    const all = [...code, ...folders('src'), ...source].filter(
      (folder) => !['src', 'src/core', 'src/adapters', 'src/adapters/twilio'].includes(folder),
    );
    expect(all.filter((folder) => !listed.includes(folder))).toEqual([]);
  });

  test('says in one sentence what each is for', () => {
    for (const [, , sentence = ''] of rows) expect(sentence.replaceAll(/\([^)]*\)/g, '')).toMatch(/^[A-Z][^.]*\.$/);
  });

  test('says of each folder of the core what the linter lets it import, in an order from the ground up', () => {
    const allowed = [...read('biome.json').matchAll(/"core\/(\w+) may import (.+)"/g)].map(
      ([, folder, others = '']) => [`src/core/${folder}`, others.replace(' of core', '').replace(', deps.ts', '')],
    );
    const told = rows.map(([, , , others]) => others);
    expect(allowed.length).toBeGreaterThan(10);
    for (const [folder = '', others] of allowed)
      expect([folder, told[listed.indexOf(folder)]]).toEqual([folder, others]);
    for (const [folder = '', others = ''] of allowed)
      for (const other of others.split(', ').filter((name) => name !== 'nothing'))
        expect(listed.indexOf(`src/core/${other}`)).toBeLessThan(listed.indexOf(folder));
  });
});
