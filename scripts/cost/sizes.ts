/** Bytes, as AWS counts them. */
import { createNonce } from '../../lambdas/nonce.ts';
import type { Item, Value } from '../../src/core/ports/change.ts';
import type { Entry } from '../../src/core/ports/journal.ts';
import { LEDGER, laneAttributes, NONCE } from '../../src/core/state/items.ts';
import { createJournal } from '../../src/runtime/journal.ts';

/** What CloudWatch counts for each line besides its text. */
export const LINE_OVERHEAD = 26;
/**
 * What Lambda writes into each of a function's lines: `"timestamp":"2026-11-27T09:00:00.000Z",`.
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
 */
const LAMBDA_TIMESTAMP = 40;

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
const sizeOfValue = (value: Value): number => {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number') return Math.ceil(String(Math.abs(value)).length / 2) + 1 + (value < 0 ? 1 : 0);
  // A list or a map: three bytes, one more for each element.
  const elements = Object.entries(value);
  return 3 + elements.reduce((sum, [name, element]) => sum + 1 + name.length + sizeOfValue(element), 0);
};

/** The simulator's are shorter than those that are really written. */
const withRealNonce = (item: Item): Item =>
  Object.fromEntries(
    Object.entries(item).map(([name, value]) => [name, NONCES.includes(name) ? createNonce() : value]),
  );
const NONCES: readonly string[] = [
  NONCE,
  LEDGER.nonce,
  laneAttributes('toFrontline').nonce,
  laneAttributes('toFlex').nonce,
];

/** As DynamoDB counts an item. */
export const itemBytes = (item: Item): number =>
  Object.entries(withRealNonce(item)).reduce((sum, [name, value]) => sum + name.length + sizeOfValue(value), 0);

/** Of the lines that a function writes for an entry of its journal. */
export const lineBytes = (entry: Entry): number => {
  let bytes = 0;
  const write = (line: string) => {
    bytes += Buffer.byteLength(line) + LINE_OVERHEAD + LAMBDA_TIMESTAMP;
  };
  createJournal({ write, clock: { now: () => 1_795_000_000_000 }, deployment: 'bridge-production' })(entry);
  return bytes;
};
