/** `npm run sim -- --seeds N [--seed K]`: N runs, one after another; a failing one prints how to replay it. */
import { parseArgs } from 'node:util';
import { run } from './run.ts';
import type { World } from './world.ts';

/** Everything that happened, in order, and what stands in the end. */
const story = (world: World): void => {
  const start = world.entries[0]?.at ?? 0;
  for (const { at, entry } of world.entries) {
    const { step, type, lane, reason, sids, ms } = entry;
    const short = sids.map((sid) => sid.slice(0, 8)).join(' ');
    if (step !== 'swept') console.log(`${((at - start) / 1000).toFixed(3).padStart(9)} ${step} ${type} ${lane ?? ''} ${reason ?? ''} ${short} ${ms ?? ''}`);
  }
  for (const side of ['flex', 'frontline'] as const)
    for (const { sid } of world.twilio.reads.containers(side))
      for (const m of world.twilio.reads.transcript(side, sid))
        console.log(`${side} ${sid.slice(0, 8)} ${m.index} ${m.sid.slice(0, 8)} ${m.author} | ${m.body} | ${m.dateCreated} ${m.attributes.slice(0, 80)}`);
};

const { values } = parseArgs({ options: { seeds: { type: 'string' }, seed: { type: 'string' }, verbose: { type: 'boolean' } } });
const only = values.seed === undefined ? undefined : Number(values.seed);
const count = only === undefined ? Number(values.seeds ?? 100) : 1;
const totals = new Map<string, number>();
let failed = 0;
for (let n = 0; n < count; n += 1) {
  const seed = only ?? n + 1;
  const { problems, world } = await run(seed);
  for (const [what, times] of world.meter.counts()) totals.set(what, (totals.get(what) ?? 0) + times);
  if (values.verbose) story(world);
  if (problems.length === 0) continue;
  failed += 1;
  console.log(`seed ${seed} failed; replay: npm run sim -- --seed ${seed}`);
  for (const problem of problems) console.log(`  ${problem}`);
}
for (const [what, times] of [...totals].sort()) console.log(`${String(times).padStart(8)}  ${what}`);
console.log(`${count - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
