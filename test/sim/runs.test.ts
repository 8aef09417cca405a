import { resolve } from 'node:path';
import { expect, test } from '@jest/globals';
import { simulate } from './child.ts';

const main = resolve(import.meta.dirname, '../../sim/main.ts');
const clean = /^\d+ passed, 0 failed$/m;

test.concurrent('a hundred runs in all weathers tell one story on both sides', async () => {
  expect((await simulate(main, '--seeds', '100')).out).toMatch(clean);
}, 900_000);

/** An eighth of the kills; all of them take longer than one waits for tests. CI plays another with each commit. */
test.concurrent('whatever step a process dies at, what it left half done is finished', async () => {
  expect((await simulate(main, '--kill', 'every-step:1/8')).out).toMatch(clean);
}, 1_200_000);
