/** Dollars of a month in which nobody writes: what stands, waits and looks. */
import { MEMORY_MB } from '../../lib/memory.ts';
import { TIMES } from '../../src/contract.ts';
import type { CountedSweep } from './count-sweep.ts';
import { MONTH_SECONDS, PRICE } from './prices.ts';

export type Deployment = {
  readonly name: string;
  /** Pairs that a run compares: at most 550 active and 220 quiet ones (src/core/sweep/sweep.ts). */
  readonly compared: number;
};

/** The columns of docs/cost.md. */
export const DEPLOYMENTS: readonly Deployment[] = [
  { name: '50 open chats', compared: 50 },
  { name: '2 000 active, 10 000 quiet', compared: 770 },
];

/** Alarms of the stack; a test holds it to the template. */
export const ALARMS = 32;
/** Written in every hour of a good month: five outcomes, three delays, the sweep; and others now and then. */
const METRICS = 10;
/** Of an answered list, a request of some 0.6 KB. */
const LIST_OUT = 600;
/** Units of reading by the index: three lists a run, and a page of a hundred pairs. */
const LIST_UNITS = { run: 1.5, pair: 0.02 } as const;
/** Five pollers a queue ask once in 20 s: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
const POLLS = (3 * 5 * MONTH_SECONDS) / 20;
/** Five processes, each once in five minutes. */
const SECRET_READS = (5 * MONTH_SECONDS) / 300;

export const costOfMonth = (sweep: CountedSweep, { compared }: Deployment): Readonly<Record<string, number>> => {
  const runs = MONTH_SECONDS / TIMES.sweepEvery;
  const seconds = (runs * (sweep.runMs + compared * sweep.pairMs)) / 1000;
  const reads = sweep.runReads + LIST_UNITS.run + compared * (sweep.pairReads + LIST_UNITS.pair);
  const writes = sweep.runWrites + compared * sweep.pairWrites;
  return {
    'sweep, Lambda': (seconds * MEMORY_MB.sweep * PRICE.lambdaGbSecond) / 1024 + runs * PRICE.lambdaRequest,
    'sweep, DynamoDB': runs * (reads * PRICE.dynamoRead + writes * PRICE.dynamoWrite),
    'sweep, traffic': runs * compared * sweep.pairCalls * LIST_OUT * PRICE.byteOut,
    alarms: ALARMS * PRICE.alarm,
    dashboard: PRICE.dashboard,
    'metrics of our own': METRICS * PRICE.metric,
    'SQS, polling of idle queues': POLLS * PRICE.sqsRequest,
    'secret, and its reads': PRICE.secret + SECRET_READS * PRICE.secretRead,
  };
};
