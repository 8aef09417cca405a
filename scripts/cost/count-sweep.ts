/** What one run of the sweep asks for a pair, counted on the local Twilio in virtual time. */
import { AGENTS } from '../../local-twilio/defaults.ts';
import { conversationWith } from '../../sim/played.ts';
import { BRIDGE } from '../../sim/settings.ts';
import { createWorld } from '../../sim/world.ts';
import { SWEEP_LEASE } from '../../src/core/state/items.ts';

export type CountedSweep = {
  /** Milliseconds of a run without pairs, and for each pair more. */
  readonly runMs: number;
  readonly pairMs: number;
  /** Consistent reads and writes of one unit each, by run and by pair; lists apart. */
  readonly runReads: number;
  readonly pairReads: number;
  readonly runWrites: number;
  readonly pairWrites: number;
  readonly pairCalls: number;
};

const MINUTE = 60_000;
const TWILIO_MS = 150;
const RUNS = 20;
const FEW = 20;
const MANY = 60;

type Tally = { readonly ms: number; readonly reads: number; readonly writes: number; readonly calls: number };

/** Means of a run that compares so many pairs, in each of which something was said within the day. */
const runWith = async (pairs: number): Promise<Tally> => {
  const world = createWorld({ seed: 1, settleMs: MINUTE, doom: () => undefined, keepsSweep: true });
  const { twilio, time, store } = world;
  twilio.connectBridge(BRIDGE);
  twilio.switches.latency = TWILIO_MS;
  for (let n = 0; n < pairs; n += 1) {
    const { channelSid, taskSid } = twilio.customer.beginSmsChat({ phone: `+1555010${1000 + n}`, text: 'a question' });
    twilio.flexAgent.accepts(twilio.flexAgent.isOffered(AGENTS.ann.flexWorkerSid, taskSid).reservationSid, 'at once');
    await time.runUntil(time.now() + 5_000);
    const conversation = conversationWith(world, channelSid);
    if (conversation === undefined) throw new Error('the chat was not linked');
    twilio.frontlineAgent.writes(AGENTS.ann.email, conversation, 'an answer');
  }
  await time.runUntil(Math.ceil(time.now() / MINUTE) * MINUTE + 20 * MINUTE - 1);

  const ended: number[] = [];
  const { write } = store;
  Object.assign(store, {
    write: async (...given: Parameters<typeof write>) => {
      const [key, change] = given;
      if (key.pk === SWEEP_LEASE.pk && change.set?.until === 0) ended.push(time.now() % MINUTE);
      return write(...given);
    },
  });
  const steps = () => world.ran().find(({ kind }) => kind === 'sweep')?.steps ?? [];
  const before = steps().length;
  await time.runUntil(time.now() + RUNS * MINUTE);
  const done = steps().slice(before);
  const each = (of: (step: string) => boolean): number => done.filter(of).length / RUNS;
  if (ended.length !== RUNS) throw new Error(`${ended.length} runs instead of ${RUNS}`);
  return {
    ms: ended.reduce((sum, ms) => sum + ms, 0) / RUNS,
    reads: each((step) => step === 'store.get'),
    writes: each((step) => step === 'store.write'),
    calls: each((step) => /^(GET|POST|DELETE) /.test(step)),
  };
};

export const countSweep = async (): Promise<CountedSweep> => {
  const [few, many] = await Promise.all([runWith(FEW), runWith(MANY)]);
  const byPair = (of: keyof Tally): number => (many[of] - few[of]) / (MANY - FEW);
  const byRun = (of: keyof Tally): number => few[of] - FEW * byPair(of);
  return {
    ...{ runMs: byRun('ms'), pairMs: byPair('ms') },
    ...{ runReads: byRun('reads'), pairReads: byPair('reads') },
    ...{ runWrites: byRun('writes'), pairWrites: byPair('writes') },
    pairCalls: byPair('calls'),
  };
};
