/**
 * List prices of AWS in us-east-1, in US dollars, as known in November 2026, without free tiers:
 * https://aws.amazon.com/dynamodb/pricing/on-demand/ https://aws.amazon.com/sqs/pricing/
 * https://aws.amazon.com/lambda/pricing/ https://aws.amazon.com/api-gateway/pricing/
 * https://aws.amazon.com/cloudwatch/pricing/ https://aws.amazon.com/ec2/pricing/on-demand/
 */
import type { Counted } from './count.ts';

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
} as const;

/** Milliseconds, assumed: measured on AWS by nobody yet. `own`: what the function itself computes. */
export const TAKES = { twilio: 150, dynamo: 6, sqs: 12, own: 5 } as const;
const MEMORY_GB = 0.5;
/** Send, receive, delete, with one message at a time. */
const SQS_REQUESTS = 3;
/** Bytes of an HTTP API's access log line as the stack asks for it, and of what a call sends out of AWS. */
const ACCESS_LINE = 330;
const CALL_OUT = 1_600;
const ROW_MONTHS = 6;
/** What DynamoDB adds to each item that it stores. */
const ITEM_OVERHEAD = 100;

/** Dollars for a million texts, by where they go. */
export const costOfMillion = (counted: Counted): Readonly<Record<string, number>> => {
  const { webhooks, consumed, queued, restCalls, writes, reads, logBytes, homeBytes, rows, rowBytes } = counted;
  const homeUnits = Math.ceil(homeBytes / 1024);
  // Of three writes two are to the home item; the forwarder's are to rows.
  const homeWrites = 2;
  const units = homeWrites * homeUnits + (writes - homeWrites);
  const seconds =
    (webhooks * TAKES.own + queued * TAKES.sqs + consumed * TAKES.own) / 1000 +
    (restCalls * TAKES.twilio + (writes + reads) * TAKES.dynamo) / 1000;
  return {
    'API Gateway': webhooks * PRICE.httpRequest * MILLION,
    SQS: queued * SQS_REQUESTS * PRICE.sqsRequest * MILLION,
    'Lambda, invocations': (webhooks + consumed) * PRICE.lambdaRequest * MILLION,
    'Lambda, time': seconds * MEMORY_GB * PRICE.lambdaGbSecond * MILLION,
    'DynamoDB, requests': (units * PRICE.dynamoWrite + reads * PRICE.dynamoRead) * MILLION,
    'DynamoDB, rows for 180 days': ((rowBytes + rows * ITEM_OVERHEAD) / GB) * ROW_MONTHS * PRICE.dynamoGb * MILLION,
    'CloudWatch logs': (logBytes + webhooks * ACCESS_LINE) * PRICE.logByte * MILLION,
    'Traffic out': restCalls * CALL_OUT * PRICE.byteOut * MILLION,
  };
};
