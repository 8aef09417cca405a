import { resolve } from 'node:path';
import { expect, test } from '@jest/globals';
import { TABLE } from '../../src/contract.ts';
import { ITEMS } from '../../src/core/state/items.ts';
import { simulate, type Told } from './child.ts';

const main = resolve(import.meta.dirname, '../../sim/main.ts');
const clean = /^\d+ passed, 0 failed$/m;

/** Which seeds failed, with their replay, and how many. Of a run that tells each step all else is too long to print. */
const verdicts = ({ out }: Told): string => (out.match(/^(?:seed \d+ failed; .*|\d+ passed, .*)$/gm) ?? []).join('\n');

let begun: Promise<Told> | undefined;
/** Few, for CI plays 900. They tell each step: for the runs' own verdict, and for what was stored. */
const firstForty = (): Promise<Told> => {
  begun ??= simulate(main, '--seeds', '40', '--verbose');
  return begun;
};

test.concurrent('forty runs in all weathers tell one story on both sides', async () => {
  expect(verdicts(await firstForty())).toMatch(clean);
}, 900_000);

const SHARED: readonly string[] = [TABLE.ttl, TABLE.list, TABLE.listOrder];

/** What a write to this key names that items.ts does not declare for it. */
const undeclared = (sk: string, names: readonly string[]): readonly string[] => {
  const kinds = ITEMS.filter((kind) => kind.sk.test(sk));
  if (kinds.length !== 1) return [`${sk} is ${kinds.length} kinds of item`];
  return names.filter((name) => !SHARED.includes(name) && !kinds[0]?.attributes.includes(name));
};

/** `… writes PK SK: NAME NAME -NAME`, a line of the simulator's diary. */
const writing = / writes .* (\S+): ([^:]*)$/;

test.concurrent('what is stored in them is declared in items.ts, attribute by attribute', async () => {
  const met = new Set<string>();
  const wrong: string[] = [];
  for (const line of (await firstForty()).out.split('\n')) {
    const [, sk, names = ''] = writing.exec(line) ?? [];
    if (sk === undefined) continue;
    met.add(ITEMS.find((kind) => kind.sk.test(sk))?.of ?? sk);
    wrong.push(...undeclared(sk, names.replaceAll('-', '').split(' ')));
  }
  expect(wrong).toEqual([]);
  // In so few runs chats may not end, and nothing may wait in the backlog. The stamp key is written before a
  // simulated bridge begins; no page asks for an agent; an operator is no process.
  const seldom: readonly string[] = ['the end of a channel', 'the backlog'];
  const all = new Set(ITEMS.map(({ of }) => of));
  expect([...all].filter((of) => !met.has(of) && !seldom.includes(of))).toEqual([
    'an agent who was told that somebody waits',
    'the first start',
    'the modes',
    'the stamp key',
  ]);
}, 900_000);

/** A few of the kills: all of them take longer than one waits for tests. CI plays a sixteenth with each commit. */
test.concurrent('whatever step a process dies at, what it left half done is finished', async () => {
  expect((await simulate(main, '--kill', 'every-step:1/256')).out).toMatch(clean);
}, 1_200_000);
