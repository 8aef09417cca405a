/** One run: a seed's chats in the seed's weather, then calm, then the verdict. */
import { doubles } from './judge-doubles.ts';
import { type Played, playChat } from './play.ts';
import type { Doom } from './process.ts';
import { createDice, type Dice } from './random.ts';
import { verdict } from './verdict.ts';
import { drawDoom, drawSleep, drawWeather, everythingTold } from './weather.ts';
import { BRIDGE, CALM, createWorld, type ProcessKind, type World } from './world.ts';

export const SETTLE_MS = 60_000;
/** Long enough for a hole to come of age, for patience to end, for a held pair, and for every lane to be swept. */
const SETTLING_MS = 45 * 60_000;

/**
 * `within`: writes are carried out at most half of SETTLE late. `beyond`: up to three times SETTLE. `told`: as within,
 * but every webhook arrives and is stored, so that little is left to the sweep.
 */
export type Mode = 'within' | 'beyond' | 'told';

export type Ended = { readonly seed: number; readonly problems: readonly string[]; readonly world: World };

const playChats = (world: World, dice: Dice): readonly Played[] =>
  Array.from({ length: dice.between(1, 3) }, (_, n) =>
    playChat(
      world,
      dice.fork(`chat ${n}`),
      {
        kind: dice.pick(['web', 'sms'] as const),
        history: dice.pick([0, 1, 3, 8]),
        messages: dice.between(2, 14),
        thinkMs: dice.pick([300, 3_000, 30_000]),
        forged: dice.pick([0, 0, 0.2]),
        second: dice.pick([0, 0, 0.2, 0.4]),
        joins: dice.pick(['at once', 'never', { afterMs: 1_000 }] as const),
      },
      n + 1,
    ),
  );

/** Runs what was begun to its end, and lets it settle. */
export const settle = async (world: World, chats: readonly Played[]): Promise<void> => {
  const { time } = world;
  while (!chats.every((chat) => chat.finished())) await time.runUntil(time.now() + 10_000);
  await time.runUntil(time.now() + SETTLING_MS);
  for (const [fault, count] of Object.entries(world.twilio.faults.counts())) world.meter.met(`fault ${fault}`, count);
};

export const run = async (seed: number, mode: Mode): Promise<Ended> => {
  const dice = createDice(seed, 'run');
  const drawn = drawWeather(dice.fork('weather'), mode === 'beyond' ? SETTLE_MS * 3 : SETTLE_MS / 2);
  const weather = mode === 'told' ? everythingTold(drawn) : drawn;
  const doom = dice.fork('doom');
  let storm = true;
  const world = createWorld({
    seed,
    settleMs: SETTLE_MS,
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
  const { outage } = weather;
  if (outage !== undefined) {
    time.after(outage.from, () => time.after(outage.until - outage.from, twilio.faults.add(outage.fault)));
    meter.met(`outage of ${Math.round((outage.until - outage.from) / 60_000)} minutes`);
  }

  const start = time.now();
  const chats = playChats(world, dice);
  while (!chats.every((chat) => chat.finished())) await time.runUntil(time.now() + 10_000);
  await time.runUntil(Math.max(time.now() + 30_000, start + (outage?.until ?? 0)));
  storm = false;
  twilio.faults.clear();
  world.setFaults(CALM);
  await settle(world, chats);
  const problems = await verdict(world, chats, mode === 'beyond');
  // Beyond what settling covers a double may stand for a while; in the end there is none either.
  return { seed, problems: mode === 'beyond' ? problems : [...problems, ...doubles(world)], world };
};
