/**
 * `npm run bench`: design figures that need no AWS, each beside its goal. Parts: start, calls, behaviours, delay,
 * throughput, validation, trouble; all when none is named. docs/bench.md tells how they are measured. Exits with 1 when
 * a part failed, a message was lost, doubled or out of order, or a figure that is counted missed its goal; a missed
 * time does not fail, for it is the machine's as well.
 */
import { availableParallelism, cpus, loadavg } from 'node:os';
import { Misunderstood, type Program } from '../src/runtime/options.ts';
import { ownOptions, understood } from '../src/runtime/own-options.ts';
import { countBehaviours } from './behaviours.ts';
import { countCalls } from './calls.ts';
import { type Figure, table } from './figures.ts';
import { type Measured, measureBesideValidation, measureDelay, measureThroughput, type Say } from './load.ts';
import { measureStart } from './start.ts';
import { measureTrouble } from './trouble/main.ts';

type Part = { readonly title: string; readonly exact: boolean; readonly measure: (say: Say) => Promise<Measured> };

const PARTS: Readonly<Record<string, Part>> = {
  start: { title: 'bundles: start and size', exact: false, measure: measureStart },
  calls: { title: 'calls per text', exact: true, measure: countCalls },
  behaviours: { title: 'calls per behaviour', exact: true, measure: countBehaviours },
  delay: { title: '300 messages/s', exact: false, measure: measureDelay },
  throughput: { title: 'throughput', exact: false, measure: measureThroughput },
  validation: {
    title: 'throughput beside the validating local Twilio',
    exact: false,
    measure: measureBesideValidation,
  },
  trouble: { title: 'waits after trouble', exact: false, measure: measureTrouble },
};

const WRONG_SHOWN = 10;

const say: Say = (line) => {
  process.stdout.write(`${line}\n`);
};

const load = (): string =>
  loadavg()
    .map((value) => value.toFixed(1))
    .join(', ');

const BENCH = {
  command: 'npm run bench --',
  names: '[PART ...]',
  about: `Design figures that need no AWS, each beside its goal (docs/bench.md). Parts, all when none is named:
${Object.entries(PARTS)
  .map(([name, { title }]) => `  ${name.padEnd(12)} ${title}`)
  .join('\n')}`,
  options: {},
} as const satisfies Program;

const { names: asked } = ownOptions(BENCH);
understood(BENCH, () => {
  const unknown = asked.filter((name) => !Object.hasOwn(PARTS, name));
  if (unknown.length > 0) throw new Misunderstood(`no such part: ${unknown.join(', ')}`);
});

// Ended by a signal, it ends as usual: with its folders removed.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const begun = Date.now();
say(`${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${process.platform} ${process.arch}`);
say(`${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'}), load before: ${load()}`);

const figures: Figure[] = [];
let failed = false;
for (const [name, { title, exact, measure }] of Object.entries(PARTS)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  say(`\n${title}`);
  try {
    const measured = await measure(say);
    figures.push(...measured.figures);
    for (const line of measured.wrong.slice(0, WRONG_SHOWN)) say(`  WRONG: ${line}`);
    if (measured.wrong.length > WRONG_SHOWN) say(`  WRONG: ${measured.wrong.length - WRONG_SHOWN} more`);
    if (measured.wrong.length > 0 || (exact && measured.figures.some(({ met }) => met === false))) failed = true;
  } catch (error) {
    say(`  FAILED: ${error instanceof Error ? error.message : String(error)}`);
    failed = true;
  }
}
say(`\n${table(figures)}`);
say(`\nTook ${Math.round((Date.now() - begun) / 1000)} s; load after: ${load()}.`);
process.exitCode = failed ? 1 : 0;
