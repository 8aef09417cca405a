/** A bridge and a local Twilio, each in a process of its own, with a new data file on the disk; gone afterwards. */
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BridgePlan, BridgeTally, BridgeVerbs } from './bridge-process.ts';
import { type Child, startChild } from './child.ts';
import type { Deed } from './persons.ts';
import type { Talked, TalkPlan } from './talk.ts';
import type { TwilioPlan, TwilioTally, TwilioVerbs } from './twilio-process.ts';

export type BenchPlan = TwilioPlan &
  Pick<BridgePlan, 'forwards' | 'sweepMs' | 'agents' | 'acceptsOffers'> & { readonly settleMs?: number };

/** Under load nothing settles: no call is lost. */
const SETTLE_MS = 5_000;

/** One talk, and what it cost. */
export type Round = {
  readonly plan: TalkPlan;
  readonly talked: Talked;
  readonly bridge: BridgeTally;
  readonly twilio: TwilioTally;
  /** Milliseconds for which the processors were counted. */
  readonly counted: number;
};

export type BenchHarness = {
  /** New chats, so that none of them writes more than people do (the bridge holds such a pair). */
  readonly link: (chats: number, sms?: number) => Promise<void>;
  /** What a person does, and the calls to Twilio that all that comes of it took. */
  readonly deed: (deed: Deed) => Promise<Pick<TwilioTally, 'rest' | 'calls'>>;
  readonly round: (plan: Omit<TalkPlan, 'forwards'>) => Promise<Round>;
  readonly twilio: Pick<Child<TwilioVerbs>, 'ask'>;
  /**
   * kill -9, and a new process on the same file, which Twilio then calls.
   * @returns milliseconds since 1970: when the new one was started.
   */
  readonly killAndRestart: () => Promise<number>;
};

export const withHarness = async <T>(plan: BenchPlan, work: (harness: BenchHarness) => Promise<T>): Promise<T> => {
  const folder = await mkdtemp(join(tmpdir(), 'bridge-bench-'));
  // The children end with this process; what they wrote goes with it, however it ends.
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  const ends: (() => Promise<void>)[] = [];
  try {
    const twilio = await startChild<TwilioVerbs>('twilio-process.ts', { validate: plan.validate } satisfies TwilioPlan);
    ends.unshift(twilio.stop);
    const { url: twilioUrl } = await twilio.ask('where', undefined);
    const { forwards, sweepMs, agents, acceptsOffers, settleMs = SETTLE_MS } = plan;
    const startBridge = async (): Promise<Child<BridgeVerbs>> => {
      const told = { twilioUrl, folder, forwards, sweepMs, agents, acceptsOffers, settleMs } satisfies BridgePlan;
      const started = await startChild<BridgeVerbs>('bridge-process.ts', told);
      ends.unshift(started.stop);
      await twilio.ask('connect', await started.ask('where', undefined));
      return started;
    };
    let bridge = await startBridge();
    return await work({
      twilio,
      killAndRestart: async () => {
        await bridge.kill();
        const from = Date.now();
        bridge = await startBridge();
        return from;
      },
      link: (chats, sms) => twilio.ask('link', { chats, sms }),
      deed: async (deed) => {
        await Promise.all([twilio.ask('reset', undefined), bridge.ask('reset', undefined)]);
        await twilio.ask('does', { deed });
        await bridge.ask('tally', undefined);
        return twilio.ask('tally', undefined);
      },
      round: async (talk) => {
        await Promise.all([twilio.ask('reset', undefined), bridge.ask('reset', undefined)]);
        const from = Date.now();
        const told = { ...talk, forwards };
        const talked = await twilio.ask('talk', told);
        const tallies = await Promise.all([bridge.ask('tally', undefined), twilio.ask('tally', undefined)]);
        return { plan: told, talked, bridge: tallies[0], twilio: tallies[1], counted: Date.now() - from };
      },
    });
  } finally {
    for (const end of ends) await end();
    process.off('exit', remove);
    remove();
  }
};
