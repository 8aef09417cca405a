/** `node scripts/cost.ts`: the price of a million texts on AWS from counted calls; docs/cost.md explains it. */
import { type Counted, countTalk, TALKS as talks } from './cost/count.ts';
import { costOfMillion } from './cost/prices.ts';

const row = (name: string, values: readonly string[]): string => `| ${[name, ...values].join(' | ')} |`;
const counted = await Promise.all(talks.map(countTalk));
const costs = counted.map(costOfMillion);
const dollars = (value: number): string => value.toFixed(2);
const lines = [
  row(
    'per text',
    talks.map(({ name }) => name),
  ),
  row(
    '---',
    talks.map(() => '---:'),
  ),
  ...(Object.keys(counted[0] ?? {}) as (keyof Counted)[]).map((key) =>
    row(
      key,
      counted.map((one) => String(Math.round(one[key] * 100) / 100)),
    ),
  ),
  ...Object.keys(costs[0] ?? {}).map((key) =>
    row(
      `${key}, USD a million`,
      costs.map((cost) => dollars(cost[key] ?? 0)),
    ),
  ),
  row(
    'in all, USD a million',
    costs.map((cost) => dollars(Object.values(cost).reduce((sum, value) => sum + value, 0))),
  ),
];
process.stdout.write(`${lines.join('\n')}\n`);
