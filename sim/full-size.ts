/**
 * `npm run sim:full-size`: the sweep at full size, in simulated time. Links all
 * pairs the way they are linked, lets the quiet ones rest for a day, loses the webhooks of trailing messages, and
 * measures how long each stays away and how much is read of Twilio meanwhile. Exits with 1 when a goal is missed.
 */
import type { DefaultAgent } from '../local-twilio/defaults.ts';
import { type Program, whole } from '../src/runtime/options.ts';
import { ownOptions } from '../src/runtime/own-options.ts';
import { busiestSecond, createCalls } from './calls.ts';
import { createDice } from './random.ts';
import { BRIDGE } from './settings.ts';
import { createWorld } from './world.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const GOALS = { activeMs: 5 * MINUTE, quietMs: 60 * MINUTE, readsPerSecond: 40 };
/** Links begun a second, each with a message of history and an answer. */
const LINKS_A_SECOND = 10;
/** Twilio's limit is a thousand chats for one person. */
const CHATS_AN_AGENT = 900;
const TWILIO_MS = 150;

const FULL_SIZE = {
  command: 'npm run sim:full-size --',
  about: `The sweep at full size, in simulated time: how long messages without a webhook stay away, and how much is read of Twilio.
Exits with 1 when a goal is missed.`,
  options: {
    active: whole('N', 'pairs in which people talk', 2000),
    quiet: whole('N', 'pairs at rest', 10_000),
    lost: whole('N', 'messages without a webhook, of each kind', 200, { least: 1 }),
    seed: whole('K', 'the same again', 1),
  },
} as const satisfies Program;
const { values } = ownOptions(FULL_SIZE);
const size = { active: values.active, quiet: values.quiet };
const dice = createDice(values.seed, 'full size');
const calls = createCalls();
const world = createWorld({
  seed: values.seed,
  settleMs: MINUTE,
  doom: () => undefined,
  tap: calls.tap,
  keepsSweep: true,
});
const { time, twilio } = world;
twilio.connectBridge(BRIDGE);
twilio.switches.latency = TWILIO_MS;

const wait = (ms: number): Promise<void> => time.runUntil(time.now() + ms);
const began = performance.now();
const say = (what: string): void =>
  console.log(`${((performance.now() - began) / 1000).toFixed(0).padStart(4)} s  ${what}`);

type Chat = { readonly channel: string; readonly agent: DefaultAgent };
type Pair = Chat & { readonly conversation: string };

const agents = Array.from({ length: Math.ceil((size.active + size.quiet) / CHATS_AN_AGENT) }, (_, n): DefaultAgent => {
  const number = String(n).padStart(2, '0');
  return {
    name: `Agent ${number}`,
    email: `agent${number}@example.com`,
    flexIdentity: `agent${number}_40example_2Ecom`,
    flexWorkerSid: `WK${'c'.repeat(30)}${number}`,
    frontlineWorkerSid: `WK${'d'.repeat(30)}${number}`,
  };
});
for (const agent of agents) twilio.hire(agent);

let chats = 0;
const begin = (): Chat => {
  const agent = agents[Math.floor(chats / CHATS_AN_AGENT)];
  if (agent === undefined) throw new Error('more chats than agents can have');
  chats += 1;
  // Every fourth customer writes from a phone.
  const phone = `+1555${String(chats).padStart(7, '0')}`;
  const { channelSid, taskSid } =
    chats % 4 === 0
      ? twilio.customer.beginSmsChat({ phone, text: 'a question' })
      : twilio.customer.beginWebChat({ name: `Customer ${chats}` });
  if (chats % 4 !== 0) twilio.customer.writes(channelSid, 'a question');
  const { reservationSid } = twilio.flexAgent.isOffered(agent.flexWorkerSid, taskSid);
  twilio.flexAgent.accepts(reservationSid);
  return { channel: channelSid, agent };
};

const frontline = twilio.place.frontline.chat;
const linked = ({ channel, agent }: Chat): Pair => {
  const conversation = frontline.byUniqueName.get(`bridge-flex-${channel}-1`)?.sid;
  if (conversation === undefined) throw new Error(`${channel} was not linked`);
  return { channel, agent, conversation };
};

const linkAll = async (count: number): Promise<readonly Pair[]> => {
  const begun: Chat[] = [];
  while (begun.length < count) {
    for (let n = 0; n < LINKS_A_SECOND && begun.length < count; n += 1) begun.push(begin());
    await wait(SECOND);
  }
  await wait(2 * MINUTE);
  const pairs = begun.map(linked);
  for (const [n, { agent, conversation }] of pairs.entries()) {
    twilio.frontlineAgent.writes(agent.email, conversation, 'an answer');
    if (n % (2 * LINKS_A_SECOND) === 0) await wait(SECOND);
  }
  await wait(2 * MINUTE);
  return pairs;
};

type Kind = 'active' | 'quiet';
const listed = async (kind: Kind): Promise<number> => {
  let count = 0;
  let after: string | undefined;
  do {
    const page = await world.store.list(kind, { limit: 1_000, after });
    count += page.items.length;
    after = page.next;
  } while (after !== undefined);
  return count;
};
const standing = async () => `${await listed('active')} active, ${await listed('quiet')} quiet`;

const quiet = await linkAll(size.quiet);
say(`linked ${quiet.length} pairs that fall quiet`);
// A day in which nothing happens: the sweeps would only find so, half a million times.
world.setSweeps(false);
await wait(25 * HOUR);
world.setSweeps(true);
const active = await linkAll(size.active);
// The index is written when a sweep finds that a pair's class has changed.
for (let minutes = 0; minutes < 60 && (await listed('quiet')) < size.quiet; minutes += 1) await wait(MINUTE);
await wait(20 * MINUTE);
say(`linked ${active.length} active pairs; in the sweep's lists: ${await standing()}`);

type Lost = { readonly kind: Kind; readonly at: number; readonly body: string; readonly into: () => readonly Stood[] };
type Stood = { readonly body: string | undefined; readonly committedAt: number };
const messagesOf = (side: 'flex' | 'frontline', sid: string) => () => [
  ...(twilio.place[side].chat.containers.get(sid)?.messages.values() ?? []),
];

const from = time.now();
const firstEntry = world.entries.length;
const firstCall = calls.made().length;
const lost: Lost[] = [];
/** All of them are said within one round of the sweep over the active pairs, each at its own moment. */
const lose = (pair: Pair, kind: Kind, way: 'flex' | 'frontline'): void => {
  time.after(dice.between(0, 4 * MINUTE), () => {
    const body = `unheard ${lost.length}`;
    const heal = twilio.faults.add({ fault: 'webhook.lost', p: 1 });
    if (way === 'flex') twilio.customer.writes(pair.channel, body);
    else twilio.frontlineAgent.writes(pair.agent.email, pair.conversation, body);
    time.after(1, heal);
    const into = way === 'flex' ? messagesOf('frontline', pair.conversation) : messagesOf('flex', pair.channel);
    lost.push({ kind, at: time.now(), body, into });
  });
};
const share = values.lost;
for (const [kind, pairs] of [
  ['active', active],
  ['quiet', quiet],
] as const)
  for (let n = 0; n < share; n += 1) {
    const pair = pairs[Math.floor((n * pairs.length) / share)];
    if (pair !== undefined) lose(pair, kind, n % 2 === 0 ? 'flex' : 'frontline');
  }

const arrived = ({ body, into }: Lost): number | undefined => into().find((one) => one.body === body)?.committedAt;
await wait(4 * MINUTE);
while (lost.some((one) => arrived(one) === undefined) && time.now() < from + 2 * HOUR) await wait(MINUTE);
say(`lost the webhooks of ${lost.length} messages (${twilio.faults.counts()['webhook.lost'] ?? 0} webhooks)`);
// A whole round over all of them in any case.
await wait(Math.max(0, from + HOUR - time.now()));

const delays = (kind: Kind): readonly number[] =>
  lost
    .filter((one) => one.kind === kind)
    .map((one) => (arrived(one) ?? Number.POSITIVE_INFINITY) - one.at)
    .sort((a, b) => a - b);
const minutes = (ms: number | undefined): string => `${((ms ?? Number.NaN) / MINUTE).toFixed(1)} min`;
const part = (sorted: readonly number[], p: number) => minutes(sorted[Math.ceil(sorted.length * p) - 1]);

const made = calls.made().slice(firstCall);
const reads = made.filter(({ reads: isRead }) => isRead);
const seconds = (time.now() - from) / SECOND;
const busiestMinute = Math.max(
  ...Array.from({ length: Math.floor(seconds / 60) }, (_, n) => {
    const start = from + n * MINUTE;
    return reads.filter(({ at }) => at >= start && at < start + MINUTE).length;
  }),
);
const verdicts = new Map<string, number>();
for (const { entry } of world.entries.slice(firstEntry)) {
  if (entry.step !== 'swept' || (entry.type !== 'active_lanes' && entry.type !== 'quiet_lanes')) continue;
  const what = `${entry.type}: ${entry.reason}${entry.why === undefined ? '' : ` (${entry.why})`}`;
  verdicts.set(what, (verdicts.get(what) ?? 0) + (entry.count ?? 1));
}

const failures: string[] = [];
const row = (what: string, figure: string, goal: string, met: boolean): void => {
  if (!met) failures.push(what);
  console.log(`${met ? 'ok    ' : 'MISSED'}  ${what.padEnd(58)} ${figure.padStart(12)}   ${goal}`);
};
console.log(
  `\n${size.active} active and ${size.quiet} quiet pairs, Twilio answering in ${TWILIO_MS} ms, ${minutes(time.now() - from)}\n`,
);
for (const [kind, goal] of [
  ['active', GOALS.activeMs],
  ['quiet', GOALS.quietMs],
] as const) {
  const sorted = delays(kind);
  const most = sorted.at(-1) ?? Number.POSITIVE_INFINITY;
  row(
    `lost in ${kind} pairs, ${sorted.length}: on the other side, longest`,
    minutes(most),
    `<= ${minutes(goal)}`,
    most <= goal,
  );
  row(`  half of them, 95 of 100`, `${part(sorted, 0.5)}, ${part(sorted, 0.95)}`, '', true);
}
const busiest = busiestSecond(reads);
const second = busiest.length;
row('reads of Twilio, busiest second', String(second), `<= ${GOALS.readsPerSecond}`, second <= GOALS.readsPerSecond);
const byResource = new Map<string, number>();
for (const { resource } of busiest) byResource.set(resource, (byResource.get(resource) ?? 0) + 1);
for (const [resource, times] of byResource) row(`  of them ${resource}`, String(times), '', true);
row('reads of Twilio a second, busiest minute', (busiestMinute / 60).toFixed(1), '', true);
row('reads of Twilio a second, mean', (reads.length / seconds).toFixed(1), '', true);
row('writes of Twilio', String(made.length - reads.length), '', true);
for (const [what, times] of [...verdicts].sort()) row(what, String(times), '', true);
const classes = { active: await listed('active'), quiet: await listed('quiet') };
row('pairs in the list of active ones now', String(classes.active), '', true);
row('pairs in the list of quiet ones now', String(classes.quiet), '', true);
const undone = world.entries.filter(({ entry }) => entry.step === 'undone' || entry.step === 'parked').length;
row('doubles and parked', String(undone), '0', undone === 0);
say('done');
process.exitCode = failures.length === 0 ? 0 : 1;
