/**
 * List prices of AWS in us-east-1, in US dollars, as known in November 2026, without free tiers:
 * https://aws.amazon.com/dynamodb/pricing/on-demand/ https://aws.amazon.com/sqs/pricing/
 * https://aws.amazon.com/lambda/pricing/ https://aws.amazon.com/api-gateway/pricing/
 * https://aws.amazon.com/cloudwatch/pricing/ https://aws.amazon.com/ec2/pricing/on-demand/
 * https://aws.amazon.com/secrets-manager/pricing/
 */

import type { ACCESS_LINE } from '../../lib/constructs/access-log.ts';
import { MEMORY_MB } from '../../lib/memory.ts';
import { FORWARD_SECONDS } from '../../src/core/state/items.ts';
import type { CountedText } from './count.ts';
import { LINE_OVERHEAD } from './sizes.ts';
import type { Counted } from './tally.ts';

const MILLION = 1_000_000;
const GB = 1_000_000_000;

/** Each for one. */
export const PRICE = {
  dynamoWrite: 0.625 / MILLION,
  dynamoRead: 0.125 / MILLION,
  /** A month of a GB, and of its point-in-time recovery. */
  dynamoGb: 0.25 + 0.2,
  sqsRequest: 0.5 / MILLION, // FIFO, each 64 KB
  lambdaRequest: 0.2 / MILLION,
  lambdaGbSecond: 0.0000133334, // arm64
  httpRequest: 1 / MILLION, // each 512 KB
  logByte: 0.5 / GB,
  byteOut: 0.09 / GB,
  // Each for a month.
  alarm: 0.1,
  dashboard: 3,
  metric: 0.3,
  secret: 0.4,
  secretRead: 0.05 / 10_000,
} as const;

/** Milliseconds, assumed: measured on AWS by nobody yet. */
const TAKES = { twilio: 150, dynamo: 6, sqs: 12 } as const;
/**
 * Milliseconds for what a function computes for one text, with the pauses that its share of a processor forces on it:
 * measured, see docs/cost.md.
 */
const OWN = { webhook: 8, replicate: 20, forward: 13 } as const;
/** Send, receive, delete, with one message at a time. */
const SQS_REQUESTS = 3;
/**
 * A handshake, for texts come more slowly than sockets are kept: milliseconds at the share of a processor that the
 * functions have, and bytes out. Assumed.
 */
const TLS = { ms: 40, bytesOut: 1_000 } as const;
/** Bytes that a call sends out of AWS. */
const CALL_OUT = 1_600;
export const MONTH_SECONDS = 30 * 24 * 3600;
const ROW_MONTHS = 6;
/** What DynamoDB adds to each item that it stores. */
const ITEM_OVERHEAD = 100;

const accessLine = (): number => {
  const values: Readonly<Record<keyof typeof ACCESS_LINE, string>> = {
    id: 'JKJaXmPLvHcESHA=',
    route: 'POST /chat-to-frontline',
    status: '204',
    error: '-',
    fn: '200',
    ms: '123',
  };
  return JSON.stringify(values).length + LINE_OVERHEAD;
};

const gbSeconds = (of: keyof typeof MEMORY_MB, ms: number): number => ((MEMORY_MB[of] / 1024) * ms) / 1000;

const kept = (rows: number, bytes: number, months: number): number =>
  ((bytes + rows * ITEM_OVERHEAD) / GB) * months * PRICE.dynamoGb;

/** Dollars for a million of what was counted, texts or chats, by where they go. @param reads of DynamoDB, each */
const costOfMillion = (counted: Counted, reads: number): Readonly<Record<string, number>> => {
  const { webhooks, replicated, forwarded, queued, restCalls, writes, logBytes } = counted;
  const { forwardCalls, forwardWrites } = counted;
  const waits = (calls: number, requests: number): number => calls * TAKES.twilio + requests * TAKES.dynamo;
  const compute =
    gbSeconds('webhook', webhooks * OWN.webhook + counted.storing * TAKES.sqs) +
    gbSeconds(
      'replicate',
      replicated * OWN.replicate + waits(restCalls - forwardCalls, writes - forwardWrites + reads),
    ) +
    gbSeconds('forward', forwarded * OWN.forward + waits(forwardCalls, forwardWrites));
  const handshakes =
    gbSeconds('replicate', (restCalls - forwardCalls) * TLS.ms) + gbSeconds('forward', forwardCalls * TLS.ms);
  return {
    'API Gateway': webhooks * PRICE.httpRequest * MILLION,
    SQS: queued * SQS_REQUESTS * PRICE.sqsRequest * MILLION,
    'Lambda, invocations': (webhooks + replicated + forwarded) * PRICE.lambdaRequest * MILLION,
    'Lambda, time': compute * PRICE.lambdaGbSecond * MILLION,
    'TLS handshakes': (handshakes * PRICE.lambdaGbSecond + restCalls * TLS.bytesOut * PRICE.byteOut) * MILLION,
    'DynamoDB, requests':
      ((counted.writeUnits + counted.indexUnits) * PRICE.dynamoWrite + reads * PRICE.dynamoRead) * MILLION,
    'DynamoDB, rows of the ledger': kept(counted.rows, counted.rowBytes, ROW_MONTHS) * MILLION,
    'DynamoDB, rows of the forwarder':
      kept(counted.forwardRows, counted.forwardRowBytes, FORWARD_SECONDS / MONTH_SECONDS) * MILLION,
    'CloudWatch logs': (logBytes + webhooks * accessLine()) * PRICE.logByte * MILLION,
    'Traffic out': restCalls * CALL_OUT * PRICE.byteOut * MILLION,
  };
};

export const costOfText = (text: CountedText): Readonly<Record<string, number>> => costOfMillion(text, text.reads);
export const costOfChat = (chat: Counted): Readonly<Record<string, number>> => costOfMillion(chat, chat.readsAtMost);
export const sumOf = (costs: Readonly<Record<string, number>>): number =>
  Object.values(costs).reduce((sum, cost) => sum + cost, 0);
