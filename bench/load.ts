/** The figures under load: acknowledgement, delay, throughput; each in several rounds with chats of their own. */
import { type Figure, median, percentile } from './figures.ts';
import { type BenchHarness, type BenchPlan, type Round, withHarness } from './harness.ts';
import type { Talked } from './talk.ts';

const CHATS = 200;
const LATENCY_MS = 150;
/** 200 chats that carry one message after the other, 150 ms each, carry 1 333 a second. */
const MORE_THAN_POSSIBLE = 1_400;
/** As `npm start` has it. */
const SWEEP_MS = 60_000;

export type Measured = { readonly figures: readonly Figure[]; readonly wrong: readonly string[] };
export type Say = (line: string) => void;

const ms = (value: number): string => `${Math.round(value)} ms`;
const perSecond = ({ plan, talked }: Round): number => (plan.messages * 1000) / talked.lasted;

const tell = (say: Say, round: Round): void => {
  const { plan, talked, bridge, twilio, counted } = round;
  const times = (values: readonly number[]): string =>
    `p50 ${ms(percentile(values, 50))}, p95 ${ms(percentile(values, 95))}, p99 ${ms(percentile(values, 99))}`;
  const core = (cpu: number): string => (cpu / 1000 / counted).toFixed(2);
  const each = (cpu: number): string => (cpu / 1000 / plan.messages).toFixed(2);
  const unusual = Object.entries(bridge.steps).filter(
    ([step]) => !/^(queued|replicated|forwarded|skipped)$/.test(step),
  );
  say(`  ${plan.messages} messages at ${plan.perSecond}/s: ${perSecond(round).toFixed(0)}/s across`);
  say(`    acknowledged ${times(talked.acknowledged)}; copies ${times(talked.echoes)}; across ${times(talked.across)}`);
  say(
    `    processor: bridge ${core(bridge.cpu)} of a core (${each(bridge.cpu)} ms a message), ` +
      `local Twilio and persons ${core(twilio.cpu)} (${each(twilio.cpu)} ms)`,
  );
  if (unusual.length > 0) say(`    besides: ${unusual.map(([step, count]) => `${count} ${step}`).join(', ')}`);
};

type Rounds = { readonly rounds: number; readonly perSecond: number; readonly messages: number };

const roundsOf = async (say: Say, harness: BenchHarness, plan: Rounds): Promise<readonly Round[]> => {
  const rounds: Round[] = [];
  for (let n = 0; n < plan.rounds; n += 1) {
    await harness.link(CHATS);
    const round = await harness.round({ perSecond: plan.perSecond, messages: plan.messages, latencyMs: LATENCY_MS });
    tell(say, round);
    rounds.push(round);
  }
  return rounds;
};

/** A round before the first one that counts: code is compiled, connections stand. */
const warmUp = async (harness: BenchHarness): Promise<Talked> => {
  await harness.link(CHATS);
  return (await harness.round({ perSecond: 300, messages: 2_000, latencyMs: LATENCY_MS })).talked;
};

const wrongIn = (rounds: readonly Round[]): readonly string[] => rounds.flatMap(({ talked }) => talked.wrong);

export const measureDelay = (say: Say): Promise<Measured> =>
  withHarness({ validate: false, forwards: true, sweepMs: SWEEP_MS }, async (harness) => {
    await warmUp(harness);
    const rounds = await roundsOf(say, harness, { rounds: 3, perSecond: 300, messages: 6_000 });
    const figure = (what: string, of: (talked: Talked) => readonly number[], percent: number, most: number): Figure => {
      const values = rounds.map(({ talked }) => percentile(of(talked), percent));
      const measured = `${ms(median(values))} (worst round ${ms(Math.max(...values))})`;
      return { what: `${what}, p${percent}`, goal: `<= ${ms(most)}`, measured, met: median(values) <= most };
    };
    const across = 'message on the other side, Twilio 150 ms, 200 chats, 300/s';
    const figures: readonly Figure[] = [
      figure('webhook acknowledged, one machine, 300 messages/s', (talked) => talked.acknowledged, 99, 50),
      figure(across, (talked) => talked.across, 95, 165),
      figure(across, (talked) => talked.across, 99, 250),
    ];
    return { figures, wrong: wrongIn(rounds) };
  });

/** More is offered than the goal asks for, and the time counts until the last message is across. */
const throughput = async (
  say: Say,
  plan: BenchPlan,
  goal: { readonly what: string; readonly atLeast: number; readonly offered: number; readonly rounds: number },
): Promise<Measured> =>
  withHarness(plan, async (harness) => {
    await warmUp(harness);
    const rounds = await roundsOf(say, harness, { rounds: goal.rounds, perSecond: goal.offered, messages: 10_000 });
    const reached = median(rounds.map(perSecond));
    const wrong = wrongIn(rounds);
    const figures: readonly Figure[] = [
      {
        what: goal.what,
        goal: `>= ${goal.atLeast}/s, order exact`,
        measured: `${reached.toFixed(0)}/s (worst round ${Math.min(...rounds.map(perSecond)).toFixed(0)}/s), order ${wrong.length === 0 ? 'exact' : 'WRONG'}`,
        met: reached >= goal.atLeast && wrong.length === 0,
      },
    ];
    return { figures, wrong };
  });

export const measureThroughput = (say: Say): Promise<Measured> =>
  throughput(
    say,
    { validate: false, forwards: true, sweepMs: SWEEP_MS },
    { what: 'throughput, 200 chats, Twilio 150 ms', atLeast: 1_200, offered: MORE_THAN_POSSIBLE, rounds: 3 },
  );

export const measureBesideValidation = (say: Say): Promise<Measured> =>
  throughput(
    say,
    { validate: true, forwards: true, sweepMs: SWEEP_MS },
    { what: 'the same beside the validating local Twilio', atLeast: 300, offered: MORE_THAN_POSSIBLE, rounds: 2 },
  );
