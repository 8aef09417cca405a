/** What one text costs in calls, counted in a dialogue on the local Twilio in virtual time. */
import { AGENTS } from '../../local/twilio/defaults.ts';
import { conversationOf } from '../../sim/play.ts';
import { BRIDGE, createWorld, type ProcessKind, type Ran } from '../../sim/world.ts';
import { TABLE } from '../../src/contract.ts';
import type { Item } from '../../src/core/change.ts';
import type { Entry } from '../../src/core/ports.ts';
import { createJournal } from '../../src/runtime/journal.ts';

export type Talk = {
  readonly name: string;
  readonly sms: boolean;
  /** Whether Flex's own webhook is called: when FLEX_CHAT_DEFAULT_WEBHOOK is set. */
  readonly forwards: boolean;
  /** Who writes: the agent in Frontline, or the customer and the agent in turns. */
  readonly writes: 'agent' | 'both';
};

/** The columns of docs/cost.md. */
export const TALKS: readonly Talk[] = [
  { name: 'web chat', sms: false, forwards: false, writes: 'both' },
  { name: 'web chat, forwarding', sms: false, forwards: true, writes: 'both' },
  { name: 'SMS, both write', sms: true, forwards: true, writes: 'both' },
  { name: 'SMS, Frontline to Flex', sms: true, forwards: true, writes: 'agent' },
];

/** A mean text. Names and bodies of items and lines hold none of it, but for what waits on a queue. */
const TEXT = 'Your order was sent on Monday and should be with you tomorrow.';
const TEXTS = 200;
const THINK_MS = 5_000;

export type Counted = {
  readonly webhooks: number;
  /** Invocations by queue. */
  readonly consumed: number;
  readonly queued: number;
  readonly restCalls: number;
  readonly writes: number;
  readonly reads: number;
  /** Bytes that the bridge itself writes to its logs. */
  readonly logBytes: number;
  /** Bytes of the pair's home item. */
  readonly homeBytes: number;
  /** Rows that stay, and their bytes. */
  readonly rows: number;
  readonly rowBytes: number;
};

/** Nearly as DynamoDB counts: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
const sizeOf = (item: Item): number => Buffer.byteLength(JSON.stringify(item).replace(/[{}":,]/g, ''));

const lineBytes = (entry: Entry): number => {
  let bytes = 0;
  const write = (line: string) => {
    bytes += Buffer.byteLength(line) + 26; // what CloudWatch adds to each event
  };
  createJournal({ write, clock: { now: () => 1_795_000_000_000 }, deployment: 'bridge-production' })(entry);
  return bytes;
};

const isAbout = ({ kind }: { readonly kind: ProcessKind }, { forwards }: Talk): boolean =>
  kind !== 'sweep' && (forwards || kind !== 'default-webhook');

export const countTalk = async (talk: Talk): Promise<Counted> => {
  const world = createWorld({ seed: 1, settleMs: 60_000, doom: () => undefined });
  const { twilio, time, store } = world;
  const { ann } = AGENTS;
  const pass = (ms: number) => time.runUntil(time.now() + ms);
  twilio.connectBridge(BRIDGE);
  const begun = talk.sms
    ? twilio.customer.beginSmsChat({ phone: '+15550100000', text: TEXT })
    : twilio.customer.beginWebChat({ name: 'Jo', identity: 'jo' });
  await pass(5_000);
  twilio.flexAgent.accepts(twilio.flexAgent.isOffered(ann.flexWorkerSid, begun.taskSid).reservationSid, 'at once');
  await pass(300_000);

  const written = new Map<string, Item>();
  const { write } = store;
  Object.assign(store, {
    write: async (...given: Parameters<typeof write>) => {
      const done = await write(...given);
      if (done.ok) written.set(`${done.item[TABLE.pk]} ${done.item[TABLE.sk]}`, done.item);
      return done;
    },
  });
  const before = world.ran().length;
  const told = world.entries.length;
  for (let n = 0; n < TEXTS; n += 1) {
    const conversation = conversationOf(world, begun.channelSid);
    if (conversation === undefined) throw new Error('the chat was not linked');
    if (talk.writes === 'agent' || n % 2 === 1) twilio.frontlineAgent.writes(ann.email, conversation, TEXT);
    else twilio.customer.writes(begun.channelSid, TEXT);
    await pass(THINK_MS);
  }
  const ran = world
    .ran()
    .slice(before)
    .filter((one) => isAbout(one, talk));
  const steps = ran.flatMap(({ steps: done }: Ran) => done);
  const each = (of: (step: string) => boolean): number => steps.filter(of).length / TEXTS;
  const bySk = (prefix: string) =>
    [...written.values()].filter((item) => String(item[TABLE.sk]).startsWith(prefix)).map(sizeOf);
  const rows = [...bySk('m#'), ...(talk.forwards ? bySk('f#') : [])];
  const lines = world.entries
    .slice(told)
    .map(({ entry }) => entry)
    .filter(({ step, lane }) => step !== 'swept' && (talk.forwards || lane !== 'forward'));
  const sends = each((step) => step.startsWith('send ') && (talk.forwards || step !== 'send default-webhook'));
  return {
    webhooks: ran.filter(({ kind }) => kind === 'webhook').length / TEXTS,
    consumed: ran.filter(({ kind }) => kind !== 'webhook').length / TEXTS,
    queued: sends,
    restCalls: each((step) => /^(GET|POST|DELETE) /.test(step)),
    writes: each((step) => step === 'store.write'),
    reads: each((step) => step === 'store.get'),
    logBytes: lines.reduce((sum, entry) => sum + lineBytes(entry), 0) / TEXTS,
    homeBytes: Math.max(...bySk('pair')),
    rows: rows.length / TEXTS,
    rowBytes: rows.reduce((sum, size) => sum + size, 0) / TEXTS,
  };
};
