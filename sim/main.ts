/** `npm run sim -- --seeds N [--seed K]`: N runs, one after another; a failing one prints how to replay it. */
import { parseArgs } from 'node:util';
import { run } from './run.ts';

const { values } = parseArgs({ options: { seeds: { type: 'string' }, seed: { type: 'string' }, verbose: { type: 'boolean' } } });
const only = values.seed === undefined ? undefined : Number(values.seed);
const count = only === undefined ? Number(values.seeds ?? 100) : 1;
const totals = new Map<string, number>();
let failed = 0;
for (let n = 0; n < count; n += 1) {
  const seed = only ?? n + 1;
  const { problems, world } = await run(seed);
  for (const [what, times] of world.meter.counts()) totals.set(what, (totals.get(what) ?? 0) + times);
  if (problems.length === 0) continue;
  failed += 1;
  console.log(`seed ${seed} failed; replay: npm run sim -- --seed ${seed}`);
  for (const problem of problems) console.log(`  ${problem}`);
}
for (const [what, times] of [...totals].sort()) console.log(`${String(times).padStart(8)}  ${what}`);
console.log(`${count - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
