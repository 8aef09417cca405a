/**
 * `npm run sim:outage-day`: one side answers nothing for a
 * day, while people go on talking on the other one. Then both must tell one story, and have got there gently. Exits
 * with 1 when something is broken.
 */
import type { AccountName } from '../local-twilio/model.ts';
import { maybeOneOf, oneOf, type Program, whole } from '../src/runtime/options.ts';
import { ownOptions } from '../src/runtime/own-options.ts';
import { busiestSecond, byContainer, type Called, createCalls, mostAtOnce } from './calls.ts';
import { doubles } from './judge-doubles.ts';
import { playChat } from './play.ts';
import type { Played } from './played.ts';
import { createDice } from './random.ts';
import { SETTLE_MS } from './run.ts';
import { BRIDGE } from './settings.ts';
import { verdict } from './verdict.ts';
import { createWorld } from './world.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const TWILIO_MS = 150;
/** Said in each chat within the first, and again within the last, half hour of the day. */
const TEXTS = 10;
const A_WHILE = 30 * MINUTE;
/** Twilio's limit: https://www.twilio.com/docs/conversations/conversations-limits */
const WRITES_A_SECOND = 30;

const OUTAGE_DAY = {
  command: 'npm run sim:outage-day --',
  about: `One side answers nothing for a day, in simulated time, while people go on talking on the other one. Then both must tell one
story. Exits with 1 when something is broken.`,
  options: {
    side: maybeOneOf(['flex', 'frontline'], 'the side that is down; without it one after the other'),
    how: oneOf(['503', 'hang', 'destroy'], 'what becomes of calls to it', '503'),
    chats: whole('N', 'how many chats', 50, { least: 1 }),
    seed: whole('K', 'the same again', 1),
  },
} as const satisfies Program;
const { values } = ownOptions(OUTAGE_DAY);
const { how } = values;
const sides = (['flex', 'frontline'] as const).filter((side) => values.side === undefined || values.side === side);

let broken = 0;
const row = (what: string, figure: string | number, goal = '', met = true): void => {
  if (!met) broken += 1;
  console.log(`${met ? 'ok    ' : 'BROKEN'}  ${what.padEnd(62)} ${String(figure).padStart(10)}   ${goal}`);
};

const most = (calls: readonly Called[], of: (those: readonly Called[]) => number): number =>
  Math.max(0, ...[...byContainer(calls).values()].map(of));

const day = async (dead: AccountName): Promise<void> => {
  const { seed } = values;
  const dice = createDice(seed, 'outage day');
  const calls = createCalls();
  const world = createWorld({ seed, settleMs: SETTLE_MS, doom: () => undefined, tap: calls.tap, keepsSweep: true });
  const { time, twilio } = world;
  twilio.connectBridge(BRIDGE);
  twilio.switches.latency = TWILIO_MS;
  const wait = (ms: number): Promise<void> => time.runUntil(time.now() + ms);

  const chats = Array.from({ length: values.chats }, (_, n) =>
    playChat(
      world,
      dice.fork(`chat ${n}`),
      {
        kind: n % 2 === 0 ? 'web' : 'sms',
        history: 2,
        messages: 4,
        thinkMs: 10_000,
        forged: 0,
        second: 0,
        joins: 'at once',
      },
      n + 1,
    ),
  );
  await wait(5 * MINUTE);

  /** On the side that lives: both people who are there. */
  const talk = (chat: Played, number: string): void => {
    const { channel, agent, said } = chat;
    if (dead === 'flex') {
      const conversation = chat.conversation();
      if (conversation === undefined) throw new Error(`${channel} was not linked`);
      said.frontline.add(twilio.frontlineAgent.writes(agent.email, conversation, `mobile ${number}`).sid);
    } else if (dice.chance(0.5)) said.flex.add(twilio.customer.writes(channel, `customer ${number}`).sid);
    else said.flex.add(twilio.flexAgent.writes(agent.flexWorkerSid, channel, `agent ${number}`).sid);
  };
  const from = time.now();
  const heal = twilio.faults.add({ fault: 'side.down', p: 1, account: dead, how });
  for (const begins of [0, DAY - A_WHILE])
    for (const [n, chat] of chats.entries())
      for (let text = 0; text < TEXTS; text += 1)
        time.after(begins + dice.between(0, A_WHILE - 1_000), () => talk(chat, `${begins}.${n}.${text}`));
  const texts = chats.length * TEXTS * 2;
  await wait(DAY);
  heal();
  const until = time.now();
  const firstAfter = calls.made().length;
  const stood = (): readonly (readonly number[])[] =>
    chats.map((chat) =>
      [
        ...(twilio.place[dead].chat.containers
          .get((dead === 'flex' ? chat.channel : chat.conversation()) ?? '')
          ?.messages.values() ?? []),
      ].map(({ committedAt }) => committedAt),
    );
  await wait(45 * MINUTE);

  const during = calls
    .made()
    .slice(0, firstAfter)
    .filter(({ at }) => at >= from);
  const after = calls.made().slice(firstAfter);
  const late = stood().map((times) => times.filter((at) => at >= until));
  const caughtUp = late.map((times) => Math.max(until, ...times) - until).sort((a, b) => a - b);
  const secondsTo = (ms: number | undefined) => `${((ms ?? Number.NaN) / 1000).toFixed(0)} s`;
  const problems = [...(await verdict(world, chats)), ...doubles(world)];
  const entries = (step: string, reason?: string) =>
    world.entries.filter(({ entry }) => entry.step === step && (reason === undefined || entry.reason === reason))
      .length;
  const queues = Object.values(await world.queues.counts());
  const deadLetters = queues.reduce((sum, { dead: few }) => sum + few, 0);
  const writes = after.filter(({ reads, container }) => !reads && container !== undefined);
  const toDead = during.filter(({ account }) => account === dead);

  console.log(`\n${dead} down for 24 h (${how}), ${chats.length} chats, ${texts} texts on the other side\n`);
  row('lost, doubled, out of order', problems.length, '0', problems.length === 0);
  for (const problem of problems.slice(0, 10)) console.log(`        ${problem}`);
  const brought = late.reduce((sum, times) => sum + times.length, 0);
  row('copies brought over after the outage', brought, `>= ${texts}`, brought >= texts);
  row('parked', entries('parked') + deadLetters, '0', entries('parked') + deadLetters === 0);
  row('until the first chat had caught up', secondsTo(caughtUp[0]));
  row('until half of the chats had', secondsTo(caughtUp[Math.ceil(caughtUp.length / 2) - 1]));
  row('until the last chat had', secondsTo(caughtUp.at(-1)));
  const sideBySide = mostAtOnce(writes);
  row('writes under way at one moment, all chats', sideBySide);
  const inOne = most(writes, mostAtOnce);
  row('writes under way at one moment in one chat', inOne, '<= 1', inOne <= 1);
  const fastest = most(writes, (those) => busiestSecond(those).length);
  row('writes begun in one second in one chat', fastest, `<= ${WRITES_A_SECOND}`, fastest <= WRITES_A_SECOND);
  row('calls to the dead side during the day', toDead.length);
  row('  of them a minute', (toDead.length / (DAY / MINUTE)).toFixed(1));
  row('  the most in one second', busiestSecond(toDead).length);
  row('calls to the living side during the day', during.length - toDead.length);
  row('times the breaker opened', entries('breaker', 'open'));
  row('deferred because the side was down', entries('deferred', 'side_down'));
};

for (const side of sides) await day(side);
process.exitCode = broken === 0 ? 0 : 1;
