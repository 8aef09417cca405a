/** One run: a seed's chats in the seed's weather, then calm, then the verdict. */
import { BEHAVIOURS, WITH_MANY_STORIES } from './behaviours.ts';
import { doubles } from './judge-doubles.ts';
import { legible, rareProblems } from './judge-rare.ts';
import { redriveAll, repairChat } from './operator.ts';
import { CALM, type ProcessKind, type WorldPlan } from './plan.ts';
import { type ChatPlan, playChat } from './play.ts';
import type { Played } from './played.ts';
import type { Doom } from './process.ts';
import { createDice, type Dice } from './random.ts';
import { drawRare, drawRareWeather, type RareWeather } from './rare.ts';
import { BRIDGE } from './settings.ts';
import { verdict } from './verdict.ts';
import { drawDoom, drawSleep, drawWeather, everythingTold, type Lateness } from './weather.ts';
import { createWorld, type SimWorld } from './world.ts';

export const SETTLE_MS = 60_000;
/** Long enough for a hole to come of age, for patience to end, for a held pair, and for every lane to be swept. */
const SETTLING_MS = 45 * 60_000;
/** A sweep finds and sends something each minute: what it found just now may end first, with the next one. */
const LAST_JOBS_MS = 90_000;

/** When all that had slept in the storm has woken up. */
const CALM_AFTER_MS = 10 * 60_000;

export const ANSWERED_SETTLE_MS = 10_000;

/**
 * `within`: writes are carried out at most half of SETTLE late, and a third of ANSWERED_SETTLE after an answer.
 * `beyond`: up to three times those. `told`: as within, but every webhook arrives and is stored, so that little is left
 * to the sweep. `stories`: as within, with chats that are offered, change hands and end.
 */
export type Mode = 'within' | 'beyond' | 'told' | 'stories';

const LATENESS = {
  within: { unanswered: SETTLE_MS / 2, answered: ANSWERED_SETTLE_MS / 3 },
  beyond: { unanswered: SETTLE_MS * 3, answered: ANSWERED_SETTLE_MS * 3 },
} as const satisfies Readonly<Record<string, Lateness>>;

export type Ended = { readonly seed: number; readonly problems: readonly string[]; readonly world: SimWorld };

const playChats = (world: SimWorld, dice: Dice, poisons: boolean): readonly Played[] =>
  Array.from({ length: dice.between(1, 3) }, (_, n) => {
    const plan: ChatPlan = {
      kind: dice.pick(['web', 'sms'] as const),
      history: dice.pick([0, 1, 3, 8]),
      messages: dice.between(2, 14),
      thinkMs: dice.pick([300, 3_000, 30_000]),
      forged: dice.pick([0, 0, 0.2]),
      second: dice.pick([0, 0, 0.2, 0.4]),
      joins: dice.pick(['at once', 'never', { afterMs: 1_000 }] as const),
    };
    const rare = drawRare(dice.fork(`rare ${n}`), poisons);
    const { history = plan.history, messages } = rare;
    const long = messages === undefined ? {} : { messages, thinkMs: 300 };
    return playChat(world, dice.fork(`chat ${n}`), { ...plan, history, ...long, rare }, n + 1);
  });

const playRare = (world: SimWorld, rare: RareWeather, dice: Dice, chats: () => readonly Played[]): void => {
  const { twilio, time, meter } = world;
  twilio.switches.proxyIdempotent = rare.idempotent;
  meter.met(`Proxy sends ${rare.idempotent ? 'once' : 'each time'}`);
  for (const fault of rare.faults) twilio.faults.add(fault);
  const { denied } = rare;
  if (denied !== undefined)
    time.after(denied.from, () => time.after(denied.until - denied.from, twilio.faults.add(denied.fault)));
  for (const { at, does } of rare.operator)
    time.after(at, () => {
      if (does === 'redrive') void redriveAll(world);
      else void repairChat(world, dice.pick(chats()).channel, does === 'repair in full');
    });
};

/** What is left for an operator when all is calm: what was parked, and what lies beyond the page that a sweep sees. */
const tidyUp = (world: SimWorld, chats: readonly Played[]): void => {
  for (const minutes of [6, 20])
    world.time.after(minutes * 60_000, () => {
      void redriveAll(world);
      for (const { channel, long } of chats) if (long) void repairChat(world, channel, true);
    });
};

const anythingWaits = async ({ queues, store }: SimWorld): Promise<boolean> => {
  if (Object.values(await queues.counts()).some(({ waiting }) => waiting > 0)) return true;
  for (const list of ['due', 'backlog']) if ((await store.list(list, { limit: 1 })).items.length > 0) return true;
  return false;
};

/** Runs what was begun to its end, and lets it settle. */
export const settle = async (world: SimWorld, chats: readonly Played[]): Promise<void> => {
  const { time } = world;
  while (!chats.every((chat) => chat.finished())) await time.runUntil(time.now() + 10_000);
  await time.runUntil(time.now() + SETTLING_MS);
  const ends = time.now() + LAST_JOBS_MS;
  while (time.now() < ends && (await anythingWaits(world))) await time.runUntil(time.now() + 1_000);
  for (const [fault, count] of Object.entries(world.twilio.faults.counts())) world.meter.met(`fault ${fault}`, count);
};

/** @param diary hears of everything that happens */
export const run = async (seed: number, mode: Mode, diary?: WorldPlan['diary']): Promise<Ended> => {
  const behaviours = mode === 'stories' ? WITH_MANY_STORIES : BEHAVIOURS;
  const dice = createDice(seed, 'run');
  const drawn = drawWeather(dice.fork('weather'), LATENESS[mode === 'beyond' ? 'beyond' : 'within']);
  const weather = mode === 'told' ? everythingTold(drawn) : drawn;
  const doom = dice.fork('doom');
  let storm = true;
  const world = createWorld({
    seed,
    settleMs: SETTLE_MS,
    config: Object.assign({}, ...behaviours.map(({ name, config }) => config?.(dice.fork(`${name} settings`)))),
    ...(diary === undefined ? {} : { diary }),
    doom: (_: number, kind: ProcessKind): Doom | undefined => {
      if (!storm || (mode === 'told' && kind === 'webhook')) return undefined;
      if (kind.endsWith('events') && doom.chance(weather.sleepers)) return drawSleep(doom);
      return doom.chance(weather.doomed) ? drawDoom(doom, kind, SETTLE_MS) : undefined;
    },
  });
  const { twilio, time, meter } = world;
  twilio.connectBridge(BRIDGE);
  twilio.switches.listOrder = weather.listOrder;
  twilio.switches.restDates = weather.restDates;
  twilio.switches.interactionsNameMessages = dice.fork('proxy').chance(0.5);
  meter.met(`Proxy ${twilio.switches.interactionsNameMessages ? 'names' : 'does not name'} messages`);
  meter.met(`lists sorted by ${weather.listOrder}`);
  meter.met(`dates in ${weather.restDates}`);
  for (const fault of weather.twilio) twilio.faults.add(fault);
  // Drawn apart, so that the rest of the weather is the same with it and without it.
  const timer = dice.fork('timer');
  if (timer.chance(0.05)) twilio.faults.add({ fault: 'conversation.closed-by-timer', p: 0.05, maxMs: 60_000 });
  world.setFaults(weather.world);
  if (weather.world.skewMs > 0) meter.met('clocks apart');
  const { outage } = weather;
  if (outage !== undefined) {
    const { fault } = outage;
    const how = fault.fault === 'side.down' ? fault.how : '429';
    time.after(outage.from, () => {
      const refused = twilio.faults.counts()[fault.fault] ?? 0;
      const ends = twilio.faults.add(fault);
      time.after(outage.until - outage.from, () => {
        ends();
        meter.met(`side down by ${how}`, (twilio.faults.counts()[fault.fault] ?? 0) - refused);
      });
    });
    meter.met(`outage of ${Math.round((outage.until - outage.from) / 60_000)} minutes`);
  }

  const start = time.now();
  const rare = drawRareWeather(dice.fork('rare'));
  // What only a sweep mends would hide what a run without one is to show; a closed conversation takes nothing back.
  const closes = twilio.faults.rules().some(({ fault }) => fault === 'conversation.closed-by-timer');
  const left = rare.faults
    .filter(({ fault }) => mode !== 'told' || fault !== 'read.stale')
    .filter(({ fault }) => !closes || fault !== 'content.refused');
  let chats: readonly Played[] = [];
  playRare(world, { ...rare, faults: left }, dice.fork('operator'), () => chats);
  chats = playChats(world, dice, rare.poisons && !closes);
  const acts = behaviours.map(({ name, play }) => play(world, dice.fork(name)));
  while (![...chats, ...acts].every(({ finished }) => finished())) await time.runUntil(time.now() + 10_000);
  await time.runUntil(Math.max(time.now() + 30_000, start + Math.max(outage?.until ?? 0, rare.denied?.until ?? 0)));
  storm = false;
  twilio.faults.clear();
  // Not weather, but how Twilio is.
  for (const fault of weather.twilio) if (fault.fault === 'text.normalised') twilio.faults.add(fault);
  world.setFaults(CALM);
  for (const { long } of chats) if (long) meter.met('chat of more than a page');
  tidyUp(world, chats);
  for (const { calm } of acts) if (calm !== undefined) time.after(CALM_AFTER_MS, calm);
  await settle(world, chats);
  const readable = legible(world, chats);
  const problems = [
    ...(await verdict(
      readable,
      chats.filter(({ linkable }) => linkable),
      mode === 'beyond',
      acts.flatMap((act) => act.chats),
    )),
    ...(await rareProblems(world, chats, mode === 'beyond')),
  ];
  for (const act of acts) problems.push(...(await act.problems(readable, mode === 'beyond')));
  // Beyond what settling covers a double may stand for a while; in the end there is none either.
  return { seed, problems: mode === 'beyond' ? problems : [...problems, ...doubles(readable)], world };
};
