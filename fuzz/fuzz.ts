/** Sends the webhook mutant after mutant, and hands what it stores, now and then, to the consumers. */
import { reasonWords } from '../src/core/ports/journal.ts';
import { createFuzzBridge } from './bridge.ts';
import type { RequestDraft } from './draft.ts';
import { judgeAnswer } from './judge-answer.ts';
import { judgeConsumed } from './judge-consumed.ts';
import { mutantRequest } from './mutant-request.ts';
import { type Mutant, mutantOf, mutationsIn } from './mutate.ts';
import { type Seed, seedsFor } from './seeds.ts';
import { sendMutant } from './send-mutant.ts';
import type { Target } from './target.ts';

export type Failure = {
  readonly run: number;
  readonly problems: readonly string[];
  /** The fixture, and the mutations that are enough for it to fail. */
  readonly fixture: string;
  readonly mutations: readonly string[];
  readonly draft: RequestDraft;
};

export type Report = {
  readonly runs: number;
  readonly failures: readonly Failure[];
  /** How often each end was met. */
  readonly counts: ReadonlyMap<string, number>;
};

export type Plan = {
  readonly target: Target;
  readonly seed: number;
  /** The first run's number; 0 unless given. */
  readonly from?: number;
  /** Asked before each run: whether to stop. */
  readonly enough: (runs: number) => boolean;
  /** How many of what is let in goes on to the consumers, 0 to 1. */
  readonly consumed: number;
  /** Runs that fail for a reason not seen yet are kept, up to so many; then the rest is left. */
  readonly mostFailures: number;
};

type Judged = { readonly problems: readonly string[]; readonly ends: readonly string[] };

const judge = async (plan: Plan, { draft, dice }: Mutant): Promise<Judged> => {
  const given = mutantRequest(draft);
  const heard = await sendMutant(plan.target, draft, given);
  const problems = judgeAnswer(given, heard, draft.fault);
  const reason = heard.entries.slice(0, 1).flatMap(reasonWords).join(':');
  const ends = [`answered ${heard.status} ${reason}`.trim(), ...heard.sent.map(({ queue }) => `to ${queue}`)];
  if (problems.length > 0 || heard.sent.length === 0 || !dice.chance(plan.consumed)) return { problems, ends };
  const consumed = await judgeConsumed(plan.target, heard.sent, dice);
  return { problems: [...new Set(consumed.problems)], ends: [...ends, ...consumed.ends.map((end) => `then ${end}`)] };
};

/** Leaves out each mutation that the failure does not need. */
const shrunk = async (plan: Plan, seeds: readonly Seed[], run: number, problem: string): Promise<Mutant> => {
  let keep = Array.from({ length: mutationsIn(seeds, plan.seed, run) }, (_, n) => n);
  for (const one of [...keep]) {
    const fewer = keep.filter((other) => other !== one);
    const { problems } = await judge(plan, mutantOf(seeds, plan.seed, run, fewer));
    if (problems.includes(problem)) keep = fewer;
  }
  return withoutParams(plan, () => mutantOf(seeds, plan.seed, run, keep), problem);
};

/** Leaves out each parameter that the failure does not need. */
const withoutParams = async (plan: Plan, again: () => Mutant, problem: string): Promise<Mutant> => {
  const dropped = new Set<number>();
  const made = (): Mutant => {
    const mutant = again();
    mutant.draft.params = mutant.draft.params.filter((_, n) => !dropped.has(n));
    return mutant;
  };
  const { bytes, params } = again().draft;
  // Where bytes are changed by their place, other parameters make another change.
  if (bytes.length > 0) return again();
  for (let n = 0; n < Math.min(params.length, 100); n += 1) {
    dropped.add(n);
    const { problems } = await judge(plan, made());
    if (!problems.includes(problem)) dropped.delete(n);
  }
  return made();
};

export const fuzz = async (plan: Plan): Promise<Report> => {
  const seeds = seedsFor((await createFuzzBridge(plan.target, 'linked')).facts);
  const failures: Failure[] = [];
  const seen = new Set<string>();
  const counts = new Map<string, number>();
  const from = plan.from ?? 0;
  let runs = 0;
  for (; !plan.enough(runs) && failures.length < plan.mostFailures; runs += 1) {
    const run = from + runs;
    const { problems, ends } = await judge(plan, mutantOf(seeds, plan.seed, run));
    for (const end of ends) counts.set(end, (counts.get(end) ?? 0) + 1);
    const fresh = problems.find((problem) => !seen.has(problem));
    if (fresh === undefined) continue;
    for (const problem of problems) seen.add(problem);
    const { draft, did } = await shrunk(plan, seeds, run, fresh);
    failures.push({ run, problems, fixture: draft.seed.name, mutations: did, draft });
  }
  return { runs, failures, counts };
};
