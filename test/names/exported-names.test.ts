/** One name, one meaning: no two files export the same name. */
import { globSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

const FOLDERS = [
  'bench',
  'bin',
  'cli',
  'demo',
  'fuzz',
  'lambdas',
  'lib',
  'local',
  'local-twilio',
  'scripts',
  'sim',
  'src',
];
/** Twilio's own nouns: the local Twilio keeps them, the bridge reads them. Lambda calls each function's `handler`. */
const SHARED = ['Container', 'Interaction', 'Media', 'Member', 'Message', 'handler'];

const EXPORTED =
  /^export (?:const|let|function|async function|class|abstract class|type|interface|enum) ([A-Za-z_$][\w$]*)/gm;

test('No two files export the same name', () => {
  const files = globSync(FOLDERS.map((folder) => `${folder}/**/*.ts`));
  const exporters = new Map<string, string[]>();
  for (const file of files)
    for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(EXPORTED))
      exporters.set(name, [...(exporters.get(name) ?? []), file]);
  expect(exporters.size).toBeGreaterThan(500);
  const doubles = [...exporters].filter(([, from]) => new Set(from).size > 1);
  expect(doubles.map(([name]) => name).sort()).toEqual(SHARED);
});
