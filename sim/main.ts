/** `npm run sim`: plays what it is told to (options.ts), and ends with a table of what was met. */
import { isMainThread } from 'node:worker_threads';
import { ownOptions, understood } from '../src/runtime/own-options.ts';
import { unmet } from './expected.ts';
import { createMeter } from './meter.ts';
import { piecesOf, SIM } from './options.ts';
import { playAll, playForParent } from './side-by-side.ts';

/** Fewer runs meet too little to be blamed for it. */
const ENOUGH_TO_MEET_ALL = 500;

const main = async (): Promise<void> => {
  const told = ownOptions(SIM);
  const pieces = understood(SIM, () => piecesOf(told));
  const { first, jobs, seed, kill } = told.values;
  const totals = createMeter();
  let passed = 0;
  let failed = 0;
  await playAll(pieces, {
    jobs: Math.min(jobs, pieces.length),
    program: new URL(import.meta.url),
    hear: (end) => {
      passed += end.passed;
      failed += end.failed;
      for (const line of end.lines) console.log(line);
      for (const [what, times] of end.met) totals.met(what, times);
      return first && end.failed > 0 ? 'enough' : 'go on';
    },
  });
  for (const [what, times] of [...totals.counts()].sort()) console.log(`${String(times).padStart(8)}  ${what}`);
  if (seed === undefined && kill === undefined && passed + failed >= ENOUGH_TO_MEET_ALL)
    for (const what of unmet(totals)) {
      failed += 1;
      console.log(`never met: ${what}`);
    }
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
};

if (isMainThread) await main();
else playForParent();
