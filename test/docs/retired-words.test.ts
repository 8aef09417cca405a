/** No word that was given up comes back: in exported names, in what is stored and logged, in what people read. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { METRICS, OUTCOMES, QUEUES, TABLE } from '../../src/contract.ts';
import { ITEMS } from '../../src/core/state/items.ts';
import { RETIRED, retiredIn } from './retired-words.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const sources = (folder: string): readonly string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(?:ts|js|html)$/.test(file))
    .map((file) => join(folder, file));

const withoutComments = (code: string): string =>
  code
    .replaceAll(/\/\*.*?\*\//gs, '')
    .replaceAll(/^\s*\/\/.*$/gm, '')
    .replaceAll(/\s\/\/ .*$/gm, '');

/** Quoted strings and templates; of a template what stands between its values. */
const stringsIn = (code: string): readonly string[] =>
  [...withoutComments(code).matchAll(/'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`/gs)].map(
    ([, single, double, template]) => single ?? double ?? template?.replaceAll(/\$\{[^}]*\}/g, ' ') ?? '',
  );

/** What a page shows, its labels for those who only hear it included. */
const shownBy = (html: string): readonly string[] => [
  ...html
    .replaceAll(/<!--.*?-->/gs, '')
    .replaceAll(/<[^>]*>/g, '\n')
    .split('\n'),
  ...[...html.matchAll(/(?:aria-label|placeholder|title|alt)="([^"]*)"/g)].map(([, text = '']) => text),
];

const complaints = (where: string, texts: readonly string[], as: 'name' | 'text'): readonly string[] =>
  texts.flatMap((text) => retiredIn(text, as).map((retired) => `${where}: ${text.trim()} (${retired})`));

describe('no retired word stands in', () => {
  test('an exported name, or the name of a file', () => {
    const found = ['src', 'lambdas', 'lib', 'cli', 'local', 'sim'].flatMap(sources).flatMap((file) => {
      const declared = /^export (?:default )?(?:async )?(?:const|let|function|class|type|interface|enum) (\w+)/gm;
      const listed = /^export (?:type )?\{([^}]*)\}/gm;
      const code = withoutComments(read(file));
      const names = [
        ...[...code.matchAll(declared)].map(([, name = '']) => name),
        ...[...code.matchAll(listed)].flatMap(([, list = '']) => list.match(/\w+(?=\s*(?:,|$))/g) ?? []),
      ];
      return complaints(file, [...names, basename(file).replace(/\..*$/, '')], 'name');
    });
    expect(found).toEqual([]);
  });

  test('a stored attribute or the name of a kind of item', () => {
    // The ledger's and the forwarder's letters are declared in items.ts, each beside its long name.
    for (const { of, sk, attributes } of ITEMS) {
      expect(
        complaints(
          of,
          attributes.filter((name) => name.length > 1),
          'name',
        ),
      ).toEqual([]);
      expect(complaints(of, [of, sk.source], 'text')).toEqual([]);
    }
    expect(complaints('the table', Object.values(TABLE), 'name')).toEqual([]);
  });

  test('a field or a reason of the journal', () => {
    for (const file of ['ports/journal', 'model/outcome', 'model/sweep-verdict'].map((name) => `src/core/${name}.ts`)) {
      const code = withoutComments(read(file));
      const fields = [...code.matchAll(/(?:readonly )?(\w+)\??:/g)].map(([, name = '']) => name);
      const reasons = stringsIn(code).filter((text) => !text.startsWith('.'));
      expect(fields.length + reasons.length).toBeGreaterThan(5);
      expect(complaints(file, fields, 'name')).toEqual([]);
      expect(complaints(file, reasons, 'text')).toEqual([]);
    }
  });

  test('a metric, a dimension, an outcome or a queue', () => {
    const dimensions = [...read('src/contract.ts').matchAll(/dimension `(\w+)`/g)].map(([, name = '']) => name);
    expect(dimensions).toContain('Lane');
    const metrics = Object.values(METRICS).filter((name) => name !== METRICS.held);
    expect(complaints('contract.ts', [...metrics, ...dimensions, ...OUTCOMES, ...QUEUES], 'name')).toEqual([]);
  });

  test('a text of the page', () => {
    expect(complaints('page.html', shownBy(read('local/page/page.html')), 'text')).toEqual([]);
    for (const file of sources('local/page').filter((name) => !name.endsWith('.html')))
      expect(complaints(file, stringsIn(read(file)), 'text')).toEqual([]);
  });

  test('a text of the commands, of npm start or of a notice', () => {
    const others = ['instructions.ts', 'main.ts', 'signals.ts', 'local-settings.ts', 'journal-lines.ts', 'start.js'];
    const files = [...sources('cli'), ...others.map((name) => `local/${name}`), 'src/core/copies/notice-text.ts'];
    for (const file of files) expect(complaints(file, stringsIn(read(file)), 'text')).toEqual([]);
  });
});

describe('a retired word is recognised', () => {
  test.each([
    ['renewCopy', 'name'],
    ['PairHome', 'name'],
    ['home_keys', 'name'],
    ['OUT_OF_PATIENCE', 'name'],
    ['Held', 'name'],
    ['b', 'name'],
    ['kept', 'name'],
    ['unlistedLetters', 'name'],
    ['dk', 'name'],
    ['4 letters given up', 'text'],
    ['0 waiting, 2 in hands', 'text'],
    ["Each event's way", 'text'],
  ] as const)('%s, a %s', (text, as) => expect(retiredIn(text, as)).toHaveLength(1));

  test.each([
    ['heldUntil', 'name'],
    ['sendDeadLetter', 'name'],
    ['2 dead letters', 'text'],
    ['keptLog', 'name'],
    ['amendment', 'name'],
    ['a token that is replaced is kept', 'text'],
    ['somebody at home', 'text'],
  ] as const)('and %s, a %s, is none', (text, as) => expect(retiredIn(text, as)).toEqual([]));

  test('each has a word in its place, and stands in the list once', () => {
    expect(new Set(RETIRED.map(({ old }) => old)).size).toBe(RETIRED.length);
    for (const { now } of RETIRED) expect(now).not.toBe('');
  });
});
