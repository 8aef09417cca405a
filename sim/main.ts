/**
 * `npm run sim -- --seeds N [--seed K] [--mode within|beyond|told] [--first] [--verbose]`: N runs, one after another,
 * up to the first failing one if asked. `--kill every-step`: every minimal scenario, with a kill at every step; `--kill
 * 'scenario:process:step:before|after'`: one of those again. What fails prints the command that replays it, step by
 * step. Ends with a table of what was met.
 */
import { parseArgs } from 'node:util';
import { unmet } from './expected.ts';
import { killEveryStep, killOnce, SCENARIOS } from './kill.ts';
import { createMeter } from './meter.ts';
import { type Mode, run } from './run.ts';
import type { SimWorld } from './world.ts';

type Diary = { readonly note: (at: number, line: string) => void; readonly lines: readonly string[] };

/**
 * Steps, kills, faults that had an effect, calls with their answers, writes, the journal: in order, in the run's time.
 */
const createDiary = (): Diary => {
  const lines: string[] = [];
  let start: number | undefined;
  return {
    note: (at, line) => {
      start ??= at;
      lines.push(`${((at - start) / 1000).toFixed(3).padStart(10)} ${line}`);
    },
    lines,
  };
};

/** Everything that happened, and what stands in the end. */
const story = (world: SimWorld, { lines }: Diary): void => {
  for (const line of lines) console.log(line);
  for (const side of ['flex', 'frontline'] as const)
    for (const { sid } of world.twilio.reads.containers(side))
      for (const m of world.twilio.reads.transcript(side, sid))
        console.log(`${side} ${sid} ${m.index} ${m.sid} ${m.author} | ${m.body} | ${m.dateCreated} ${m.attributes}`);
};

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '100' },
    seed: { type: 'string' },
    mode: { type: 'string', default: 'within' },
    kill: { type: 'string' },
    verbose: { type: 'boolean', default: false },
    first: { type: 'boolean', default: false },
  },
});
const totals = createMeter();
let passed = 0;
let failed = 0;
const add = (world: SimWorld): void => {
  for (const [what, times] of world.meter.counts()) totals.met(what, times);
};

const whenOf = (text: string | undefined): 'before' | 'after' => (text === 'after' ? 'after' : 'before');

const printTable = (): void => {
  for (const [what, times] of [...totals.counts()].sort()) console.log(`${String(times).padStart(8)}  ${what}`);
};

if (values.kill === 'every-step') {
  for (const scenario of SCENARIOS) {
    const killed = await killEveryStep(scenario, add);
    console.log(`${scenario.name}: ${killed.runs} runs, ${killed.failed.length} failed`);
    for (const { doom, at, problems } of killed.failed) {
      const which = [scenario.name, ...(at === undefined ? [] : [at.process, at.step, at.when])].join(':');
      console.log(`  ${doom}; replay: npm run sim -- --kill '${which}'`);
      for (const problem of problems) console.log(`    ${problem}`);
    }
    failed += killed.failed.length;
    passed += killed.runs - killed.failed.length;
  }
  printTable();
} else if (values.kill !== undefined) {
  const [name = '', process, step, when] = values.kill.split(':');
  const at = process === undefined ? undefined : { process: Number(process), step: Number(step), when: whenOf(when) };
  const diary = createDiary();
  const { problems, world } = await killOnce(name, at, diary.note);
  story(world, diary);
  for (const problem of problems) console.log(`  ${problem}`);
  if (problems.length > 0) failed += 1;
  else passed += 1;
} else {
  const mode: Mode = values.mode === 'beyond' || values.mode === 'told' ? values.mode : 'within';
  const seeds =
    values.seed === undefined ? Array.from({ length: Number(values.seeds) }, (_, n) => n + 1) : [Number(values.seed)];
  for (const seed of seeds) {
    const diary = createDiary();
    const { problems, world } = await run(seed, mode, values.verbose ? diary.note : undefined);
    add(world);
    if (values.verbose) story(world, diary);
    if (problems.length === 0) passed += 1;
    else {
      failed += 1;
      console.log(`seed ${seed} failed; replay: npm run sim -- --seed ${seed} --mode ${mode} --verbose`);
      for (const problem of problems) console.log(`  ${problem}`);
      if (values.first) break;
    }
  }
  printTable();
  // Too few seeds meet too little to be blamed for it.
  if (passed + failed >= 500)
    for (const what of unmet(totals)) {
      failed += 1;
      console.log(`never met: ${what}`);
    }
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
