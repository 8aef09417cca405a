import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { type Counted, countTalk, TALKS } from '../../scripts/cost/count.ts';
import { countSweep } from '../../scripts/cost/count-sweep.ts';
import { ALARMS, costOfMonth, DEPLOYMENTS } from '../../scripts/cost/month.ts';
import { costOfMillion } from '../../scripts/cost/prices.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/cost.md'), 'utf8');
const counted = await Promise.all(TALKS.map(countTalk));

/** The figures of a table's row on the page, by how its name begins. */
const row = (name: string, nth = 0): readonly number[] => {
  const line = page.split('\n').filter((text) => text.startsWith(`| ${name}`))[nth] ?? '';
  return line
    .split('|')
    .slice(2, -1)
    .map((cell) => Number(cell.replace(/[*\s]/g, '')));
};

test.each<[string, (one: Counted) => number]>([
  ['webhooks', ({ webhooks }) => webhooks],
  ['messages on queues', ({ queued }) => queued],
  ['calls to Twilio', ({ restCalls }) => restCalls],
  ['DynamoDB writes', ({ writes }) => writes],
  ['DynamoDB reads', ({ reads }) => reads],
  ['bytes of our own logs', ({ logBytes }) => Math.round(logBytes)],
])('docs/cost.md says what is counted: %s', (name, of) => {
  expect(row(name)).toEqual(counted.map(of));
});

test('a text on a calm day costs one call to Twilio and three writes, besides what the forwarder does', () => {
  expect(counted.map((one) => one.restCalls - one.forwardCalls)).toEqual(counted.map(() => 1));
  expect(counted.map((one) => one.writes - one.forwardWrites)).toEqual(counted.map(() => 3));
});

test("docs/cost.md's sums are those of the counted calls, within two per cent", () => {
  const sums = counted.map((one) => Object.values(costOfMillion(one)).reduce((sum, cost) => sum + cost, 0));
  const said = row('**in all**');
  for (const [n, sum] of sums.entries()) expect(Math.abs(sum / (said[n] ?? 0) - 1)).toBeLessThan(0.02);
});

test("docs/cost.md's month is that of the counted sweep, within two per cent", async () => {
  const sweep = await countSweep();
  const sums = DEPLOYMENTS.map((one) => Object.values(costOfMonth(sweep, one)).reduce((sum, cost) => sum + cost, 0));
  const said = row('**in all**', 1);
  for (const [n, sum] of sums.entries()) expect(Math.abs(sum / (said[n] ?? 0) - 1)).toBeLessThan(0.02);
  expect(row(`alarms, ${ALARMS} of 0.10`)).toHaveLength(DEPLOYMENTS.length);
});

test('a pair is one unit of DynamoDB to write, however long its chat', () => {
  for (const { pairBytes } of counted) expect(pairBytes).toBeLessThan(1024);
});
