/**
 * Bundles every function as the stack does, imports each once under this Node, and holds them to their sizes. What only
 * fails at a cold start (a `require` in an ES module, a missing setting, a name that is not exported) fails here.
 */
import { statSync } from 'node:fs';
import { ownOptions } from '../src/runtime/own-options.ts';
import { type Bundle, importMs, withBundles } from './bundles.ts';

ownOptions({
  command: 'node scripts/check-bundles.ts',
  about: 'Bundles every function as the stack does, imports each once, and holds them to their sizes.',
  options: {},
});

/**
 * Bytes. A consumer's limit is a figure of the design; the webhook's keeps its start near that of the SQS client alone.
 */
const LIMITS: Readonly<Record<string, number>> = { Webhook: 400_000 };
const LIMIT = 700_000;

const check = ({ name, file }: Bundle): void => {
  const bytes = statSync(file).size;
  const limit = LIMITS[name] ?? LIMIT;
  process.stdout.write(`${name}: ${bytes} bytes of ${limit}, imported in ${Math.round(importMs(file))} ms\n`);
  if (bytes > limit) throw new Error(`${name} is larger than ${limit} bytes`);
};

let passed = 0;
let failed = 0;
await withBundles((bundles) => {
  for (const bundle of bundles) {
    try {
      check(bundle);
      passed += 1;
    } catch (error) {
      process.stderr.write(`${bundle.name}: ${error instanceof Error ? error.message : 'failed'}\n`);
      failed += 1;
    }
  }
});
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed > 0 ? 1 : 0;
