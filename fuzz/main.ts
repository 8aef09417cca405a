/** `npm run fuzz`: mutants of real webhooks, until there were enough. */
import { maybeWhole, type Program } from '../src/runtime/options.ts';
import { ownOptions } from '../src/runtime/own-options.ts';
import { fuzz, type Plan } from './fuzz.ts';
import { writeInput } from './input.ts';
import { REAL } from './target.ts';

const MUTANTS = 1_000_000;
const FUZZ = {
  command: 'npm run fuzz --',
  about: `Sends mutated webhooks to the edge and judges the answers. Ends with 1 when an oracle was hurt, and says how to see it again.`,
  options: {
    runs: maybeWhole('N', 'how many mutants (a million, unless --seconds is given)', { least: 1 }),
    seconds: maybeWhole('S', 'how long at most', { least: 1 }),
    seed: maybeWhole('K', 'the same again (drawn from the clock)'),
    run: maybeWhole('R', 'one run of a seed'),
  },
} as const satisfies Program;

const { values } = ownOptions(FUZZ);
const startedAt = performance.now();
const seed = values.seed ?? Date.now() % 1_000_000_000;
const only = values.run;
const seconds = values.seconds ?? Number.POSITIVE_INFINITY;
const most =
  only === undefined ? (values.runs ?? (values.seconds === undefined ? MUTANTS : Number.MAX_SAFE_INTEGER)) : 1;
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
    return runs >= most || spent() >= seconds;
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
