/**
 * `node scripts/cost.ts`: what a million texts and a month cost on AWS, from counted calls; docs/cost.md explains it.
 */
import { ownOptions } from '../src/runtime/own-options.ts';
import { type CountedText, countTalk, TALKS as talks } from './cost/count.ts';
import { CHATS as chats, countChat } from './cost/count-chat.ts';
import { countSweep } from './cost/count-sweep.ts';
import { costOfMonth, DEPLOYMENTS as deployments } from './cost/month.ts';
import { costOfChat, costOfText, sumOf } from './cost/prices.ts';

ownOptions({
  command: 'node scripts/cost.ts',
  about: 'What a million texts and a month cost on AWS, from counted calls; docs/cost.md explains it.',
  options: {},
});

type Costs = Readonly<Record<string, number>>;

const row = (name: string, values: readonly string[]): string => `| ${[name, ...values].join(' | ')} |`;
const head = (name: string, columns: readonly { readonly name: string }[]): readonly string[] => [
  row(
    name,
    columns.map((column) => column.name),
  ),
  row(
    '---',
    columns.map(() => '---:'),
  ),
];
const dollars = (value: number): string => value.toFixed(2);
const table = (costs: readonly Costs[]): readonly string[] => [
  ...Object.keys(costs[0] ?? {}).map((key) =>
    row(
      key,
      costs.map((cost) => dollars(cost[key] ?? 0)),
    ),
  ),
  row(
    'in all',
    costs.map((cost) => dollars(sumOf(cost))),
  ),
];

const counts = <Of extends Readonly<Record<string, number>>>(counted: readonly Of[]): readonly string[] =>
  Object.keys(counted[0] ?? {}).map((key) =>
    row(
      key,
      counted.map((one) => String(Math.round((one[key] ?? 0) * 100) / 100)),
    ),
  );
/** A text's part of its chat included. */
const inChatsOf = (length: number): readonly string[] =>
  chats.map((chat, n) => {
    const [whole, text] = [countedChats[n], countedTexts[chat.texts]];
    if (whole === undefined || text === undefined) throw new Error(`nothing was counted for ${chat.name}`);
    return dollars(sumOf(costOfText(text)) + sumOf(costOfChat(whole)) / length);
  });

const countedTexts: readonly CountedText[] = await Promise.all(talks.map(countTalk));
const countedChats = await Promise.all(chats.map(countChat));
const sweep = await countSweep();
const lines = [
  ...head('per text', talks),
  ...counts(countedTexts),
  '',
  ...head('USD a million texts', talks),
  ...table(countedTexts.map(costOfText)),
  '',
  ...head('per chat', chats),
  ...counts(countedChats),
  '',
  ...head('USD a million chats', chats),
  ...table(countedChats.map(costOfChat)),
  row('texts in chats of 20', inChatsOf(20)),
  row('texts in chats of 100', inChatsOf(100)),
  '',
  ...Object.entries(sweep).map(([key, value]) => `sweep, ${key}: ${Math.round(value * 100) / 100}`),
  '',
  ...head('USD a month without a text', deployments),
  ...table(deployments.map((deployment) => costOfMonth(sweep, deployment))),
];
process.stdout.write(`${lines.join('\n')}\n`);
