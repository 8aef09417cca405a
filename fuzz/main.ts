/**
 * `npm run fuzz -- [--runs N] [--seconds S] [--seed K] [--run R]`: a million mutants unless told otherwise; `--run` is
 * one run of a seed. Ends with 1 when an oracle was hurt, and says how to see it again.
 */
import { parseArgs } from 'node:util';
import { fuzz, type Plan } from './fuzz.ts';
import { writeInput } from './input.ts';
import { REAL } from './target.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string' },
    seconds: { type: 'string' },
    seed: { type: 'string' },
    run: { type: 'string' },
  },
});
const whole = (name: string, text: string | undefined, otherwise: number): number => {
  const value = Number(text ?? otherwise);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`--${name} is a whole number`);
  return value;
};

const startedAt = performance.now();
const seed = whole('seed', values.seed, Date.now() % 1_000_000_000);
const only = values.run === undefined ? undefined : whole('run', values.run, 0);
const seconds = whole('seconds', values.seconds, 0);
const most = only === undefined ? whole('runs', values.runs, seconds > 0 ? Number.MAX_SAFE_INTEGER : 1_000_000) : 1;
const spent = (): number => (performance.now() - startedAt) / 1000;

let current = only ?? 0;
process.on('unhandledRejection', (reason) => {
  console.log(`a rejection that nobody heard, at or right before run ${current} of seed ${seed}`);
  console.log(reason);
  process.exit(1);
});

const plan: Plan = {
  target: REAL,
  seed,
  from: only ?? 0,
  enough: (runs) => {
    current = (only ?? 0) + runs;
    return runs >= most || (seconds > 0 && spent() >= seconds);
  },
  consumed: 0.05,
  mostFailures: 10,
};
console.log(`fuzzing with --seed ${seed}`);
const { runs, failures, counts } = await fuzz(plan);
for (const [end, times] of [...counts].sort()) console.log(`${String(times).padStart(9)}  ${end}`);
for (const failure of failures) {
  console.log(`run ${failure.run} failed: ${failure.problems.join('; ')}`);
  console.log(`  ${failure.fixture}, ${failure.mutations.join(', ') || 'as it is'}`);
  console.log(`  replay: npm run fuzz -- --seed ${seed} --run ${failure.run}`);
  console.log(`  input: ${writeInput(seed, failure)}`);
}
console.log(
  `${runs} runs in ${spent().toFixed(1)} s, ${Math.round(runs / spent())} a second, ${failures.length} failed`,
);
process.exitCode = failures.length === 0 ? 0 : 1;
