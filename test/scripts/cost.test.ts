import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { type CountedText, countTalk, TALKS } from '../../scripts/cost/count.ts';
import { CHATS, countChat } from '../../scripts/cost/count-chat.ts';
import { countSweep } from '../../scripts/cost/count-sweep.ts';
import { ALARMS, costOfMonth, DEPLOYMENTS } from '../../scripts/cost/month.ts';
import { costOfChat, costOfText, sumOf } from '../../scripts/cost/prices.ts';
import type { Counted } from '../../scripts/cost/tally.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/cost.md'), 'utf8');
const counted = await Promise.all(TALKS.map(countTalk));
const chats = await Promise.all(CHATS.map(countChat));

/** The figures of a table's row on the page, by how its name begins. */
const row = (name: string, nth = 0): readonly number[] => {
  const line = page.split('\n').filter((text) => text.startsWith(`| ${name}`))[nth] ?? '';
  return line
    .split('|')
    .slice(2, -1)
    .map((cell) => Number(cell.replace(/[*\s]/g, '')));
};

test.each<[string, (one: CountedText) => number]>([
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

/** Within two per cent: times are assumed, and a figure of a cent is rounded. */
const expectNear = (said: readonly number[], is: readonly number[]): void => {
  expect(said).toHaveLength(is.length);
  for (const [n, sum] of is.entries()) expect(Math.abs(sum / (said[n] ?? 0) - 1)).toBeLessThan(0.02);
};

test("docs/cost.md's sums are those of the counted calls, within two per cent", () => {
  expectNear(
    row('**in all**'),
    counted.map((one) => sumOf(costOfText(one))),
  );
});

test.each<[string, (one: Counted) => number]>([
  ['webhooks of a chat', ({ webhooks }) => webhooks],
  ['messages of a chat', ({ queued }) => queued],
  ["a chat's calls", ({ restCalls }) => restCalls],
  ["a chat's DynamoDB writes", ({ writeUnits }) => writeUnits],
  ['units of the index', ({ indexUnits }) => indexUnits],
  ["a chat's DynamoDB reads", ({ readsAtMost }) => readsAtMost],
])('docs/cost.md says what is counted of a chat: %s', (name, of) => {
  expect(row(name)).toEqual(chats.map(of));
});

test("docs/cost.md's chat is that of the counted calls, by itself and in its texts", () => {
  const ofChats = chats.map((one) => sumOf(costOfChat(one)));
  expectNear(row('**a chat, in all**'), ofChats);
  for (const length of [20, 100])
    expectNear(
      row(`**a text of a chat of ${length} texts`),
      ofChats.map((sum, n) => sum / length + sumOf(costOfText(counted[CHATS[n]?.texts ?? 0] as CountedText))),
    );
});

test("docs/cost.md's month is that of the counted sweep, within two per cent", async () => {
  const sweep = await countSweep();
  expectNear(
    row('**in all**', 1),
    DEPLOYMENTS.map((one) => sumOf(costOfMonth(sweep, one))),
  );
  expect(row(`alarms, ${ALARMS} of 0.10`)).toHaveLength(DEPLOYMENTS.length);
});

test('a pair is one unit of DynamoDB to write, however long its chat', () => {
  for (const { pairBytes } of counted) expect(pairBytes).toBeLessThan(1024);
});
