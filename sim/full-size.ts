/**
 * `npm run sim:full-size`: what the bridge promises at a size, in simulated time. Exits with 1 when a goal is missed.
 */
import { maybeOneOf, type Program, whole } from '../src/runtime/options.ts';
import { ownOptions } from '../src/runtime/own-options.ts';
import { playSize } from './full-size/size.ts';
import { playWaiting } from './full-size/waiting.ts';
import { playYear } from './full-size/year.ts';

const FULL_SIZE = {
  command: 'npm run sim:full-size --',
  about: `What the bridge promises at a size, in simulated time. Exits with 1 when a goal is missed.
  size     how long messages without a webhook stay away, and how much the sweep reads of Twilio
  waiting  a side was down: how soon each chat that waits for it gets its turn
  year     chats that begin and end each day: what is left of them`,
  options: {
    play: maybeOneOf(['size', 'waiting', 'year'], 'only this one; without it one after the other'),
    active: whole('N', 'size: pairs in which people talk', 2000),
    quiet: whole('N', 'size: pairs at rest', 10_000),
    lost: whole('N', 'size: messages without a webhook, of each kind', 200, { least: 1 }),
    pairs: whole('N', 'waiting: pairs that wait', 20_000, { least: 1 }),
    days: whole('N', 'year: how many', 365, { least: 2 }),
    chats: whole('N', 'year: chats a day', 300, { least: 1 }),
    seed: whole('K', 'the same again', 1),
  },
} as const satisfies Program;
const { values } = ownOptions(FULL_SIZE);
const { seed } = values;

const PLAYS = {
  size: () => playSize(seed, values),
  waiting: () => playWaiting(seed, values.pairs),
  year: () => playYear(seed, values),
};
let missed = 0;
for (const play of ['size', 'waiting', 'year'] as const)
  if (values.play === undefined || values.play === play) missed += await PLAYS[play]();
process.exitCode = missed === 0 ? 0 : 1;
