/** One process of the bridge that goes on living, as on one machine, between the local Twilio's two accounts. */
import { createTwilio } from '../../../local-twilio/twilio.ts';
import { consumerOf, depsOf, startSimWorker, webhookOf, webhookRequest } from '../../../sim/bridge.ts';
import { createDice } from '../../../sim/random.ts';
import { BRIDGE, configWith, secretsWith } from '../../../sim/settings.ts';
import { createTime } from '../../../sim/time.ts';
import { createWire } from '../../../sim/wire.ts';
import { createMemoryQueues } from '../../../src/adapters/memory/queues.ts';
import { createMemoryStore } from '../../../src/adapters/memory/store.ts';
import { createGuards } from '../../../src/adapters/twilio/http/guards.ts';
import { QUEUES } from '../../../src/contract.ts';
import type { Entry } from '../../../src/core/ports/journal.ts';
import { firstStart } from '../../../src/core/state/first-start.ts';
import { createPresenceSweep } from '../../../src/core/sweep/presence.ts';
import type { Config } from '../../../src/runtime/settings.ts';

export const oneProcess = async (config: Partial<Config> = {}) => {
  const time = createTime(Date.UTC(2026, 2, 14, 9));
  const dice = createDice(1);
  const entries: Entry[] = [];
  const journal = (entry: Entry): void => void entries.push(entry);
  const queues = createMemoryQueues({ clock: time });
  const ports = {
    ...{ journal, queues, clock: time, config: configWith(config), secrets: secretsWith() },
    store: createMemoryStore(),
    nonce: () => String(dice.next()),
    guards: createGuards({ clock: time, journal }),
    http: createWire((request) => twilio.respond(request), time),
  };
  const twilio = createTwilio({
    clock: time,
    random: dice.fork('twilio').next,
    timers: time,
    deliver: async (call) => ({ status: (await webhookOf(ports, time.after)(webhookRequest(call))).status }),
  });
  const deps = depsOf(ports);
  const onFailure = (error: unknown): void => {
    throw error;
  };
  for (const queue of QUEUES) startSimWorker(queue, { queues, time, onFailure, consume: consumerOf(deps, queue) });
  await firstStart(deps);
  twilio.connectBridge(BRIDGE);
  const settle = (ms = 10_000): Promise<void> => time.runUntil(time.now() + ms);
  const sweep = createPresenceSweep(deps);
  return {
    ...{ deps, twilio, time, entries, settle },
    /** One run of the sweep's part for agents. */
    sweeps: async (): Promise<void> => {
      const run = sweep(time.now() + 60_000);
      await settle(30_000);
      await run;
    },
    /** The calls since the last time. */
    calls: (): Readonly<Record<string, number>> => {
      const counts = twilio.counts.read();
      twilio.counts.reset();
      return Object.fromEntries(
        Object.entries(counts).flatMap(([side, calls]) =>
          Object.entries(calls).map(([call, count]) => [`${side} ${call}`, count] as const),
        ),
      );
    },
  };
};
