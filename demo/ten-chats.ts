/**
 * Ten chats at once over real HTTP: on a calm day, on a day with every webhook twice and out of order, and on a day on
 * which Twilio's answers get lost. Prints what each chat looks like from both sides, as Twilio holds it.
 */
import { FLEX, FRONTLINE } from '../local-twilio/defaults.ts';
import type { Fault } from '../local-twilio/faults.ts';
import type { RunningTwilio } from '../local-twilio/server.ts';
import { judge } from '../local-twilio/transcripts.ts';
import type { Entry } from '../src/core/ports/journal.ts';
import type { Store } from '../src/core/ports/store.ts';
import { beginChat, type DialoguePlan, type ToldOnBothSides } from './dialogue.ts';
import { startRealGround } from './real-ground.ts';

type Day = { readonly name: string; readonly calm: boolean; readonly faults: readonly Fault[] };

const CHATS = 10;
const MESSAGES = 40;
const HISTORY = 150;
const SETTLE_MS = 1_000;
const LEASE_MS = 4_000;
const PATIENCE_MS = 300_000;

/** One write in twenty is not heard of; half of those are carried out only after the caller gave up. */
const lost = ['hang', 'destroy'].flatMap((loss): Fault[] => [
  { fault: 'rest.answer-lost', p: 0.0125, only: 'POST c', loss: loss as 'hang' | 'destroy' },
  { fault: 'rest.late-commit', p: 0.0125, only: 'POST c', loss: loss as 'hang' | 'destroy', maxMs: SETTLE_MS / 2 },
]);

const DAYS: readonly Day[] = [
  { name: 'a calm day', calm: true, faults: [] },
  {
    name: 'every webhook twice, neighbours swapped',
    calm: false,
    faults: [
      { fault: 'webhook.doubled', p: 1, maxMs: 200 },
      { fault: 'webhook.swapped', p: 0.5, maxMs: 200 },
    ],
  },
  { name: 'one answer in twenty lost, half of those carried out late', calm: false, faults: lost },
];

type Say = (line: string) => void;
type Requests = { reads: number; writes: number; forwarder: number };

/** Counts what the bridge asks of its store; the forwarder's own apart. */
const counting =
  (requests: Requests) =>
  (store: Store): Store => ({
    get: (key) => {
      if (key.sk.startsWith('f#')) requests.forwarder += 1;
      else requests.reads += 1;
      return store.get(key);
    },
    write: (key, change) => {
      if (key.sk === 'pair' || key.sk.startsWith('m#')) requests.writes += 1;
      else requests.forwarder += 1;
      return store.write(key, change);
    },
    list: (name, page) => store.list(name, page),
    listKeys: (name, page) => store.listKeys(name, page),
    listUnder: (pk, page) => store.listUnder(pk, page),
  });

const plans: readonly DialoguePlan[] = Array.from({ length: CHATS }, (_, n) => ({
  number: n + 1,
  history: n < 2 ? HISTORY : 1,
  messages: MESSAGES,
  sms: n >= CHATS - 3,
  patienceMs: PATIENCE_MS,
}));

/** By Twilio's own truth, with nothing of the bridge. @returns what is wrong. */
const report = (twilio: RunningTwilio, chat: ToldOnBothSides, day: Day, say: Say): readonly string[] => {
  const stands = {
    flex: twilio.reads.transcript('flex', chat.channel).map(({ body }) => body ?? ''),
    frontline: twilio.reads.transcript('frontline', chat.conversation).map(({ body }) => body ?? ''),
  };
  const wrong = [...judge(chat.said, stands, chat.dialogue)];
  const sms = chat.phone === undefined ? [] : twilio.customer.phone(chat.phone).map(({ body }) => body);
  if (chat.phone !== undefined) {
    const due = stands.flex.filter((text) => chat.said.frontline.includes(text) || /question (7|21|35) /.test(text));
    // Flex's own webhook gets what Flex tells as it is told: where neighbours are swapped, so may be their SMS.
    const swapped = day.faults.some(({ fault }) => fault === 'webhook.swapped');
    const told = (texts: readonly string[]) => JSON.stringify(swapped ? texts.toSorted() : texts);
    if (told(sms) !== told(due))
      wrong.push(`the phone got ${sms.length} SMS of ${due.length}, ${swapped ? 'or others' : 'or in another order'}`);
  }
  const counts = `${chat.said.flex.length} said in Flex, ${chat.said.frontline.length} in Frontline`;
  const phone = chat.phone === undefined ? '' : `, ${sms.length} SMS to the customer`;
  say(
    `  chat ${String(chat.number).padStart(2)}: ${counts}${phone}: ${wrong.length === 0 ? 'the same on both sides, in order, none twice' : 'NOT THE SAME'}`,
  );
  for (const line of wrong) say(`    ${line}`);
  return wrong;
};

const runDay = async (day: Day, say: Say): Promise<readonly string[]> => {
  say(`\n${day.name}`);
  const requests: Requests = { reads: 0, writes: 0, forwarder: 0 };
  const failures: Entry[] = [];
  const ground = await startRealGround({
    // Nothing is offered to anybody: what is counted is what the messages themselves cost.
    config: {
      flex: { accountSid: FLEX.accountSid, serviceSid: FLEX.chatServiceSid, defaultWebhook: FLEX.defaultWebhook },
      frontline: { accountSid: FRONTLINE.accountSid, serviceSid: FRONTLINE.conversationServiceSid },
      ...{ settleMs: SETTLE_MS, answeredSettleMs: SETTLE_MS, leaseMs: LEASE_MS },
    },
    // On the calm day nothing is counted but what the messages themselves cost.
    sweepMs: day.calm ? 3_600_000 : 1_000,
    patienceMs: PATIENCE_MS,
    journal: (entry) => {
      if (entry.step === 'failed') failures.push(entry);
    },
    around: counting(requests),
  });
  const { twilio } = ground;
  const wrong: string[] = [];
  try {
    for (const fault of day.faults) twilio.faults.add(fault);
    const linked = await Promise.all(plans.map((plan) => beginChat(twilio, plan)));
    await ground.rest();
    twilio.counts.reset();
    Object.assign(requests, { reads: 0, writes: 0, forwarder: 0 });
    const chats = await Promise.all(linked.map(({ talk }) => talk()));
    await ground.rest();
    for (const chat of chats) wrong.push(...report(twilio, chat, day, say));

    const texts = CHATS * MESSAGES;
    const { rest, chatEvent } = twilio.counts.total();
    const each = (count: number) => (count / texts).toFixed(3).replace(/\.?0+$/, '');
    // Printed and not judged: a pause of this machine costs a look or a try more. Virtual time judges it
    // (docs/cost.md).
    say(
      `  per text: ${each(rest)} REST calls, ${each(requests.writes)} store writes, ${each(requests.reads)} store reads`,
    );
    say(`  for the customer's SMS: ${each(chatEvent)} posts and ${each(requests.forwarder)} store requests per text`);
    const met = Object.entries(twilio.faults.counts());
    if (met.length > 0) say(`  faults met: ${met.map(([fault, count]) => `${count} ${fault}`).join(', ')}`);
    for (const { fault } of day.faults)
      if (!met.some(([name]) => name === fault)) wrong.push(`no ${fault} was met, so this day proves nothing`);
    for (const { type, reason } of failures) wrong.push(`something failed: ${type} ${reason}`);
  } finally {
    await ground.stop();
  }
  return wrong;
};

/** What a day says is kept until the days before it have ended. */
const onItsDay = async (day: Day): Promise<{ readonly lines: readonly string[]; readonly wrong: number }> => {
  const lines: string[] = [];
  const found = await runDay(day, (line) => lines.push(line)).catch((error: unknown) => [
    error instanceof Error ? error.message : String(error),
  ]);
  for (const line of found) lines.push(`  WRONG: ${line}`);
  return { lines, wrong: found.length };
};

/**
 * The days are played beside each other, each with accounts of its own: what takes long is Twilio's answers.
 * @returns how many things are not as promised.
 */
export const playTenChats = async (say: Say): Promise<number> => {
  let wrong = 0;
  for (const played of DAYS.map(onItsDay)) {
    const day = await played;
    for (const line of day.lines) say(line);
    wrong += day.wrong;
  }
  return wrong;
};
