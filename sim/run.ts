/** One run: a seed's chats in the seed's weather, then calm, then the verdict. */
import { drawDoom, drawWeather, type Weather } from './weather.ts';
import { playChat } from './play.ts';
import { createDice } from './random.ts';
import { verdict } from './verdict.ts';
import { BRIDGE, CALM, createWorld, type World } from './world.ts';

export const SETTLE_MS = 60_000;
/** Long enough for a message to come of age, for patience to end and for every lane to be swept clean. */
const SETTLING_MS = 45 * 60_000;

export type Ended = { readonly seed: number; readonly problems: readonly string[]; readonly world: World };

export const run = async (seed: number): Promise<Ended> => {
  const dice = createDice(seed, 'run');
  const weather: Weather = drawWeather(dice.fork('weather'), SETTLE_MS);
  const doom = dice.fork('doom');
  let storm = true;
  const world = createWorld({
    seed,
    settleMs: SETTLE_MS,
    doom: (_, kind) => (storm && doom.chance(weather.doomed) ? drawDoom(doom, kind, SETTLE_MS) : undefined),
  });
  const { twilio, time } = world;
  twilio.connectBridge(BRIDGE);
  twilio.switches.listOrder = weather.listOrder;
  twilio.switches.restDates = weather.restDates;
  for (const fault of weather.twilio) twilio.faults.add(fault);
  world.setFaults(weather.world);

  const chats = Array.from({ length: dice.between(1, 3) }, (_, n) =>
    playChat(
      world,
      dice.fork(`chat ${n}`),
      {
        kind: dice.pick(['web', 'sms'] as const),
        history: dice.pick([0, 1, 3, 8]),
        messages: dice.between(2, 14),
        thinkMs: dice.pick([300, 3_000, 30_000]),
        second: dice.pick([0, 0, 0.2, 0.4]),
        joins: dice.pick(['at once', 'never', { afterMs: 1_000 }] as const),
      },
      n + 1,
    ),
  );
  while (!chats.every((chat) => chat.finished())) await time.runUntil(time.now() + 60_000);
  await time.runUntil(time.now() + 30_000);
  storm = false;
  twilio.faults.clear();
  world.setFaults(CALM);
  // No webhook tells of what was lost at a chat's very end: people go on a little.
  await time.runUntil(time.now() + SETTLING_MS);
  for (const [fault, count] of Object.entries(twilio.faults.counts())) world.meter.met(`fault ${fault}`, count);
  return { seed, problems: verdict(world, chats), world };
};
