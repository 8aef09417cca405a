/**
 * Bundles every function as the stack does, imports each once under this Node, and holds them to their sizes. What only
 * fails at a cold start (a `require` in an ES module, a missing setting, a name that is not exported) fails here.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RESOURCES, SETTINGS } from '../src/contract.ts';

/** Bytes. A consumer's limit is a figure of the design; the webhook's keeps its start near that of the SQS client alone. */
const LIMITS: Readonly<Record<string, number>> = { Webhook: 400_000 };
const LIMIT = 700_000;

const sid = (prefix: string, digit: string): string => prefix + digit.repeat(32);
const required = {
  ACCOUNT_SID: sid('AC', 'a'),
  CHAT_SERVICE_SID: sid('IS', 'a'),
  FRONTLINE_ACCOUNT_SID: sid('AC', 'b'),
  CONVERSATION_SERVICE_SID: sid('IS', 'b'),
};
const importOnce = `
  const start = performance.now();
  const { handler } = await import(process.argv[1]);
  if (typeof handler !== 'function') throw new Error('exports no handler');
  console.log(Math.round(performance.now() - start));
  process.exit(0);
`;

type Template = {
  readonly Resources: Readonly<
    Record<string, { readonly Type: string; readonly Metadata?: Readonly<Record<string, string>> }>
  >;
};

const bundlesIn = (out: string, stack: string): readonly (readonly [name: string, file: string])[] => {
  const template = JSON.parse(readFileSync(join(out, `${stack}.template.json`), 'utf8')) as Template;
  return Object.entries(template.Resources)
    .filter(([, { Type, Metadata }]) => Type === 'AWS::Lambda::Function' && Metadata?.['aws:asset:is-bundled'])
    .map(([id, { Metadata }]) => [id.slice(0, -8), join(out, Metadata?.['aws:asset:path'] ?? '', 'index.mjs')]);
};

const check = (name: string, file: string): string | undefined => {
  const bytes = statSync(file).size;
  const limit = LIMITS[name] ?? LIMIT;
  const names = Object.fromEntries([...SETTINGS, ...RESOURCES].map((key) => [key, '']));
  const resources = Object.fromEntries(RESOURCES.map((key) => [key, `https://example.com/${key}`]));
  const env = { PATH: process.env.PATH, AWS_REGION: 'eu-central-1', ...names, ...resources, ...required };
  const args = ['--input-type=module', '--eval', importOnce, file];
  const ms = execFileSync(process.execPath, args, { env, encoding: 'utf8' }).trim();
  process.stdout.write(`${name}: ${bytes} bytes of ${limit}, imported in ${ms} ms\n`);
  return bytes > limit ? `${name} is larger than ${limit} bytes` : undefined;
};

const out = mkdtempSync(join(tmpdir(), 'bundles-'));
let passed = 0;
let failed = 0;
try {
  const env = { ...process.env, ...required, STAGE: 'bundles' };
  execFileSync('cdk', ['synth', '--quiet', '--output', out], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  const bundles = bundlesIn(out, 'flex-frontline-bridge-bundles');
  if (bundles.length === 0) throw new Error('the stack has no bundles');
  for (const [name, file] of bundles) {
    try {
      const problem = check(name, file);
      if (problem !== undefined) throw new Error(problem);
      passed += 1;
    } catch (error) {
      process.stderr.write(`${name}: ${error instanceof Error ? error.message : 'failed'}\n`);
      failed += 1;
    }
  }
} finally {
  rmSync(out, { recursive: true, force: true });
}
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed > 0 ? 1 : 0;
