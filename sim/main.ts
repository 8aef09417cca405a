/**
 * `npm run sim -- --seeds N [--seed K] [--mode within|beyond|told] [--kill every-step] [--verbose]
 * [--first]`: N runs, one after
 * another, up to the first failing one if asked; a failing one prints how to replay it. Ends with a table of what was met.
 */
import { parseArgs } from 'node:util';
import { unmet } from './expected.ts';
import { killEveryStep, SCENARIOS } from './kill.ts';
import { createMeter } from './meter.ts';
import { type Mode, run } from './run.ts';
import type { World } from './world.ts';

/** Everything that happened, in order, and what stands in the end. */
const story = (world: World): void => {
  const start = world.entries[0]?.at ?? 0;
  for (const { at, entry } of world.entries) {
    const { step, type, lane, reason, sids, ms } = entry;
    const short = sids.map((sid) => sid.slice(0, 8)).join(' ');
    if (step !== 'swept')
      console.log(
        `${((at - start) / 1000).toFixed(3).padStart(9)} ${step} ${type} ${lane ?? ''} ${reason ?? ''} ${short} ${ms ?? ''}`,
      );
  }
  for (const side of ['flex', 'frontline'] as const)
    for (const { sid } of world.twilio.reads.containers(side))
      for (const m of world.twilio.reads.transcript(side, sid))
        console.log(
          `${side} ${sid.slice(0, 8)} ${m.index} ${m.sid.slice(0, 8)} ${m.author} | ${m.body} | ${m.dateCreated} ${m.attributes.slice(0, 80)}`,
        );
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
const add = (world: World): void => {
  for (const [what, times] of world.meter.counts()) totals.met(what, times);
};

const printTable = (): void => {
  for (const [what, times] of [...totals.counts()].sort()) console.log(`${String(times).padStart(8)}  ${what}`);
};

if (values.kill === 'every-step') {
  for (const scenario of SCENARIOS) {
    const killed = await killEveryStep(scenario, add);
    console.log(`${scenario.name}: ${killed.runs} runs, ${killed.failed.length} failed`);
    for (const { doom, problems } of killed.failed) console.log(`  ${doom}\n    ${problems.join('\n    ')}`);
    failed += killed.failed.length;
    passed += killed.runs - killed.failed.length;
  }
  printTable();
} else {
  const mode: Mode = values.mode === 'beyond' || values.mode === 'told' ? values.mode : 'within';
  const seeds =
    values.seed === undefined ? Array.from({ length: Number(values.seeds) }, (_, n) => n + 1) : [Number(values.seed)];
  for (const seed of seeds) {
    const { problems, world } = await run(seed, mode);
    add(world);
    if (values.verbose) story(world);
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
