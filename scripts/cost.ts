/**
 * `node scripts/cost.ts`: what a million texts and a month cost on AWS, from counted calls; docs/cost.md explains it.
 */
import { ownOptions } from '../src/runtime/own-options.ts';
import { type Counted, countTalk, TALKS as talks } from './cost/count.ts';
import { countSweep } from './cost/count-sweep.ts';
import { costOfMonth, DEPLOYMENTS as deployments } from './cost/month.ts';
import { costOfMillion } from './cost/prices.ts';

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
    costs.map((cost) => dollars(Object.values(cost).reduce((sum, value) => sum + value, 0))),
  ),
];

const counted = await Promise.all(talks.map(countTalk));
const sweep = await countSweep();
const lines = [
  ...head('per text', talks),
  ...(Object.keys(counted[0] ?? {}) as (keyof Counted)[]).map((key) =>
    row(
      key,
      counted.map((one) => String(Math.round(one[key] * 100) / 100)),
    ),
  ),
  '',
  ...head('USD a million texts', talks),
  ...table(counted.map(costOfMillion)),
  '',
  ...Object.entries(sweep).map(([key, value]) => `sweep, ${key}: ${Math.round(value * 100) / 100}`),
  '',
  ...head('USD a month without a text', deployments),
  ...table(deployments.map((deployment) => costOfMonth(sweep, deployment))),
];
process.stdout.write(`${lines.join('\n')}\n`);
