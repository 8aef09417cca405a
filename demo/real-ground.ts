/** The local Twilio over real HTTP, and the bridge as one machine runs it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Host, type HostOptions, startHost } from '../local/host.ts';
import { type RunningTwilio, startLocalTwilio } from '../local-twilio/server.ts';
import { configWith, secretsWith } from '../sim/settings.ts';
import type { Config } from '../src/runtime/settings.ts';
import type { Ground } from './ground.ts';

export type RealGround = Ground & { readonly twilio: RunningTwilio };

type Options = Pick<HostOptions, 'journal' | 'around'> & {
  readonly sweepMs: number;
  /** What is not there by then is not awaited any more. */
  readonly patienceMs: number;
  /** Of the bridge's settings what is not as usual. */
  readonly config: Partial<Config>;
};

const LOOK_MS = 20;

type Health = { readonly queues: Readonly<Record<string, { readonly waiting: number }>> };

/** What was said has been copied and forwarded, and the copies' own webhooks have been heard. */
const rest = async (twilio: RunningTwilio, host: Host, patienceMs: number): Promise<void> => {
  const end = Date.now() + patienceMs;
  const waiting = async (): Promise<number> => {
    const health = (await (await fetch(`http://127.0.0.1:${host.port}/healthz`)).json()) as Health;
    return Object.values(health.queues).reduce((sum, queue) => sum + queue.waiting, 0);
  };
  for (const _ of ['what was said', 'its copies']) {
    await twilio.webhooks.settled();
    while ((await waiting()) > 0) {
      if (Date.now() > end) throw new Error(`the bridge is not done within ${patienceMs / 1000} s`);
      await sleep(LOOK_MS);
    }
  }
};

export const startRealGround = async ({ config, patienceMs, ...options }: Options): Promise<RealGround> => {
  const folder = await mkdtemp(join(tmpdir(), 'bridge-demo-'));
  const twilio = await startLocalTwilio({ seed: 1, validate: false });
  // This Twilio's lists are never behind: no end has to wait for them.
  const known = { deployment: 'demo', twilioBaseUrl: twilio.url, answeredSettleMs: 1_000 };
  const settings = configWith({ ...known, ...config });
  const host = await startHost({
    ...options,
    settings: { ...settings, publicBaseUrl: undefined },
    accounts: secretsWith(),
    dataFile: join(folder, 'demo.sqlite'),
    port: 0,
  });
  twilio.connectBridge(host.publicBaseUrl);
  return {
    twilio,
    until: async (what, look) => {
      const end = Date.now() + patienceMs;
      for (;;) {
        const seen = look();
        if (seen !== undefined) return seen;
        if (Date.now() > end) throw new Error(`not within ${patienceMs / 1000} s: ${what}`);
        await sleep(LOOK_MS);
      }
    },
    rest: () => rest(twilio, host, patienceMs),
    stop: async () => {
      await host.stop();
      await twilio.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
