/** The tables of docs/features.md: what they say of each direction, and by what it is proven. */
import { globSync } from 'node:fs';
import { USE_CASES } from '../../demo/use-cases.ts';
import { BEHAVIOURS } from '../../sim/behaviours.ts';
import { SCENARIOS } from '../../sim/scenarios.ts';
import { root, textOf } from './command-lines.ts';

export type Feature = {
  readonly what: string;
  /** The whole row. */
  readonly line: string;
  /** What stands under each direction: `yes`, `never` ... */
  readonly says: { readonly '→': string; readonly '←': string };
  /** What proves it, by direction: `→`, `←`, or `↔` for both. */
  readonly proofs: readonly { readonly way: string; readonly name: string }[];
};

/** What something is that is done, and what it is that is not. */
const DONE = ['yes', 'as text', 'put aside'];
const NOT_DONE = ['never', '–', 'not yet'];

/** Each group of names stands behind its arrow, each name in a span of code. */
const proofsIn = (cell: string): Feature['proofs'] =>
  [...cell.matchAll(/([→←↔])([^→←↔]*)/g)].flatMap(([, way = '', names = '']) =>
    [...names.matchAll(/`([^`]+)`/g)].map(([, name = '']) => ({ way, name })),
  );

/** The rows of the tables in which something crosses; not those about Twilio. */
export const featuresIn = (text: string): readonly Feature[] => {
  const tables = text.split('\n## ').filter((section) => section.includes('| proven by |'));
  return tables.flatMap((table) =>
    table
      .split('\n')
      .filter((line) => line.startsWith('| ') && !line.startsWith('| what |'))
      .map((line) => {
        const [, what = '', toFrontline = '', toFlex = '', , proven = ''] = line.split('|').map((cell) => cell.trim());
        return { what, line, says: { '→': toFrontline, '←': toFlex }, proofs: proofsIn(proven) };
      }),
  );
};

/** What a demo or a simulator plays, as `npm run demo -- NAME` and `npm run sim -- --kill NAME` know it. */
const PLAYED = new Set([
  ...USE_CASES.map(({ name }) => `demo ${name}`),
  ...[...SCENARIOS, ...BEHAVIOURS].map(({ name }) => `sim ${name}`),
]);

/** `test/scenarios/ends: TITLE`, as a test or a group of tests is called in its file. */
const isTest = (name: string): boolean => {
  const [, file = '', title = ''] = /^(test\/[\w/-]+): (.+)$/.exec(name) ?? [];
  if (globSync(`${file}.test.ts`, { cwd: root }).length === 0) return false;
  const called = ["'", '"', '`'].map((quote) => `(${quote}${title}${quote},`);
  const code = textOf(`${file}.test.ts`).replaceAll(/\(\s+/g, '(');
  return called.some((one) => code.includes(one));
};

/** @returns what is wrong with a row, a line each. */
export const complaintsOf = ({ what, says, proofs }: Feature): readonly string[] => [
  ...Object.entries(says).flatMap(([way, word]) => {
    if (NOT_DONE.includes(word)) return [];
    if (!DONE.includes(word)) return [`${what}: what does "${word}" mean?`];
    return proofs.some((proof) => proof.way === way || proof.way === '↔') ? [] : [`${what}: ${way} names no proof`];
  }),
  ...proofs.filter(({ name }) => !PLAYED.has(name) && !isTest(name)).map(({ name }) => `${what}: no ${name}`),
];
