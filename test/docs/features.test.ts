/** What docs/features.md says is done names what proves it, and that is there. */
import { expect, test } from '@jest/globals';
import { textOf } from './command-lines.ts';
import { complaintsOf, featuresIn } from './features.ts';

const features = featuresIn(textOf('docs/features.md'));

test.each(features.map((feature) => [feature.what, feature] as const))('%s', (_, feature) => {
  expect(complaintsOf(feature)).toEqual([]);
});

test('the rows are all read, each once', () => {
  expect(features.length).toBeGreaterThan(40);
  expect(new Set(features.map(({ what }) => what)).size).toBe(features.length);
});

/** The command that takes over all pairs of the older app, and files themselves. */
const MAY_WAIT = ['pairs made by the older app', 'files'];

test('nothing else is said to be absent', () => {
  expect(features.filter(({ line }) => line.includes('not yet')).map(({ what }) => what)).toEqual(MAY_WAIT);
});

const HEAD = '\n## X\n\n| what | Flex → Frontline | Frontline → Flex | remarks | proven by |\n|---|---|---|---|---|\n';
const wrongIn = (row: string) => featuresIn(`${HEAD}${row}\n`).flatMap(complaintsOf);

test.each([
  ['names none', '| a | yes | – | | |', ['a: → names no proof']],
  ['names one for the other direction only', '| a | yes | yes | | ← `demo talk` |', ['a: → names no proof']],
  ['says what nobody knows', '| a | perhaps | never | | |', ['a: what does "perhaps" mean?']],
  ['names no use case', '| a | yes | never | | → `demo tlak` |', ['a: no demo tlak']],
  ['names no scenario', '| a | yes | never | | → `sim an edti` |', ['a: no sim an edti']],
  ['names no file', '| a | never | yes | | ← `test/docs/featurs: %s` |', ['a: no test/docs/featurs: %s']],
  [
    'names no test',
    '| a | yes | yes | r | ↔ `demo talk`, `test/docs/features: the rows are read` |',
    ['a: no test/docs/features: the rows are read'],
  ],
])('a row is complained of that %s', (_, row, wrong) => {
  expect(wrongIn(row)).toEqual(wrong);
});

test('and not one that names a proof for each direction', () => {
  const names = '→ `demo talk`, `sim stories`; ← `test/docs/features: the rows are all read, each once`';
  expect(wrongIn(`| a | yes | as text | r | ${names} |`)).toEqual([]);
});
