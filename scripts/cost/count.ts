/** What one text costs in calls, counted in a dialogue on the local Twilio in virtual time. */

import { createNonce } from '../../lambdas/nonce.ts';
import { AGENTS } from '../../local-twilio/defaults.ts';
import type { Ran } from '../../sim/invocations.ts';
import type { ProcessKind } from '../../sim/plan.ts';
import { conversationWith } from '../../sim/played.ts';
import { BRIDGE } from '../../sim/settings.ts';
import { createWorld } from '../../sim/world.ts';
import { TABLE } from '../../src/contract.ts';
import type { Item, Value } from '../../src/core/ports/change.ts';
import type { Entry } from '../../src/core/ports/journal.ts';
import { LEDGER, laneAttributes, NONCE } from '../../src/core/state/items.ts';
import { createJournal } from '../../src/runtime/journal.ts';
import { LINE_OVERHEAD } from './sizes.ts';

export type CountedTalk = {
  readonly name: string;
  readonly sms: boolean;
  /** Whether Flex's own webhook is called: when FLEX_CHAT_DEFAULT_WEBHOOK is set. */
  readonly forwards: boolean;
  /** Who writes: the agent in Frontline, or the customer and the agent in turns. */
  readonly writes: 'agent' | 'both';
};

/** The columns of docs/cost.md. */
export const TALKS: readonly CountedTalk[] = [
  { name: 'web chat', sms: false, forwards: false, writes: 'both' },
  { name: 'web chat, forwarding', sms: false, forwards: true, writes: 'both' },
  { name: 'SMS, both write', sms: true, forwards: true, writes: 'both' },
  { name: 'SMS, Frontline to Flex', sms: true, forwards: true, writes: 'agent' },
];

/** A mean text. Names and bodies of items and lines hold none of it, but for what waits on a queue. */
const TEXT = 'Your order was sent on Monday and should be with you tomorrow.';
const TEXTS = 200;
const THINK_MS = 5_000;
const CHAT_TEXTS = 20;

export type Counted = {
  readonly webhooks: number;
  /** Invocations. */
  readonly replicated: number;
  readonly forwarded: number;
  readonly queued: number;
  /** Webhooks that wait for a queue; for two queues at once. */
  readonly storing: number;
  readonly restCalls: number;
  readonly writes: number;
  /** Of those, the forwarder's. */
  readonly forwardCalls: number;
  readonly forwardWrites: number;
  /** When each text meets a process that does not know its chat yet. */
  readonly readsAtMost: number;
  /** When each lane's process looks a chat up once, and a chat is of twenty texts. */
  readonly reads: number;
  /** Bytes that the bridge itself writes to its logs. */
  readonly logBytes: number;
  /** Bytes of the pair's item when it is largest: with an intent. */
  readonly pairBytes: number;
  /** Rows of the ledger, and their bytes. */
  readonly rows: number;
  readonly rowBytes: number;
  /** Rows of the forwarder, and theirs. */
  readonly forwardRows: number;
  readonly forwardRowBytes: number;
};

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
const sizeOfValue = (value: Value): number => {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number') return Math.ceil(String(Math.abs(value)).length / 2) + 1 + (value < 0 ? 1 : 0);
  // A list or a map: three bytes, one more for each element.
  const elements = Object.entries(value);
  return 3 + elements.reduce((sum, [name, element]) => sum + 1 + name.length + sizeOfValue(element), 0);
};

const sizeOf = (item: Item): number =>
  Object.entries(item).reduce((sum, [name, value]) => sum + name.length + sizeOfValue(value), 0);

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

const lineBytes = (entry: Entry): number => {
  let bytes = 0;
  const write = (line: string) => {
    bytes += Buffer.byteLength(line) + LINE_OVERHEAD;
  };
  createJournal({ write, clock: { now: () => 1_795_000_000_000 }, deployment: 'bridge-production' })(entry);
  return bytes;
};

const isAbout = ({ kind }: { readonly kind: ProcessKind }, { forwards }: CountedTalk): boolean =>
  kind !== 'sweep' && (forwards || kind !== 'default-webhook');

export const countTalk = async (talk: CountedTalk): Promise<Counted> => {
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
  let pairBytes = 0;
  const { write } = store;
  Object.assign(store, {
    write: async (...given: Parameters<typeof write>) => {
      const done = await write(...given);
      if (!done.ok) return done;
      written.set(`${done.item[TABLE.pk]} ${done.item[TABLE.sk]}`, done.item);
      if (done.item[TABLE.sk] === 'pair') pairBytes = Math.max(pairBytes, sizeOf(withRealNonce(done.item)));
      return done;
    },
  });
  const before = world.ran().length;
  const told = world.entries.length;
  for (let n = 0; n < TEXTS; n += 1) {
    const conversation = conversationWith(world, begun.channelSid);
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
  const isCall = (step: string): boolean => /^(GET|POST|DELETE) /.test(step);
  const forwarderSteps = ran.filter(({ kind }) => kind === 'default-webhook').flatMap(({ steps: done }) => done);
  const eachForward = (of: (step: string) => boolean): number => forwarderSteps.filter(of).length / TEXTS;
  const bySk = (prefix: string) =>
    [...written.values()]
      .filter((item) => String(item[TABLE.sk]).startsWith(prefix))
      .map(withRealNonce)
      .map(sizeOf);
  const rows = bySk('m#');
  const forwardRows = talk.forwards ? bySk('f#') : [];
  const sum = (sizes: readonly number[]) => sizes.reduce((total, size) => total + size, 0);
  const lines = world.entries
    .slice(told)
    .map(({ entry }) => entry)
    .filter(({ step, lane }) => step !== 'swept' && (talk.forwards || lane !== 'forward'));
  const readers = new Set(ran.filter(({ steps: done }) => done.includes('store.get')).map(({ kind }) => kind));
  const isSend = (step: string) => step.startsWith('send ') && (talk.forwards || step !== 'send default-webhook');
  const sends = each(isSend);
  return {
    webhooks: ran.filter(({ kind }) => kind === 'webhook').length / TEXTS,
    replicated: ran.filter(({ kind }) => kind.endsWith('-events')).length / TEXTS,
    forwarded: ran.filter(({ kind }) => kind === 'default-webhook').length / TEXTS,
    queued: sends,
    storing: ran.filter(({ kind, steps: done }) => kind === 'webhook' && done.some(isSend)).length / TEXTS,
    restCalls: each(isCall),
    writes: each((step) => step === 'store.write'),
    forwardCalls: eachForward(isCall),
    forwardWrites: eachForward((step) => step === 'store.write'),
    readsAtMost: each((step) => step === 'store.get'),
    reads: readers.size / CHAT_TEXTS,
    logBytes: lines.reduce((sum, entry) => sum + lineBytes(entry), 0) / TEXTS,
    pairBytes,
    rows: rows.length / TEXTS,
    rowBytes: sum(rows) / TEXTS,
    forwardRows: forwardRows.length / TEXTS,
    forwardRowBytes: sum(forwardRows) / TEXTS,
  };
};
