/** The functions' bundles as the stack makes them, and the environment under which one of them can be imported. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RESOURCES, SETTINGS } from '../src/contract.ts';

export type Bundle = { readonly name: string; readonly file: string };

const sid = (prefix: string, digit: string): string => prefix + digit.repeat(32);
const required = {
  ACCOUNT_SID: sid('AC', 'a'),
  CHAT_SERVICE_SID: sid('IS', 'a'),
  FRONTLINE_ACCOUNT_SID: sid('AC', 'b'),
  CONVERSATION_SERVICE_SID: sid('IS', 'b'),
};

type Template = {
  readonly Resources: Readonly<
    Record<string, { readonly Type: string; readonly Metadata?: Readonly<Record<string, string>> }>
  >;
};

const bundlesIn = (out: string, stack: string): readonly Bundle[] => {
  const template = JSON.parse(readFileSync(join(out, `${stack}.template.json`), 'utf8')) as Template;
  return Object.entries(template.Resources)
    .filter(([, { Type, Metadata }]) => Type === 'AWS::Lambda::Function' && Metadata?.['aws:asset:is-bundled'])
    .map(([id, { Metadata }]) => ({
      name: id.slice(0, -8),
      file: join(out, Metadata?.['aws:asset:path'] ?? '', 'index.mjs'),
    }));
};

/**
 * Synthesises the stack in a folder that is gone when `work` is through.
 * @throws Error when the stack has no bundles
 */
export const withBundles = async <T>(work: (bundles: readonly Bundle[], folder: string) => T): Promise<Awaited<T>> => {
  const out = mkdtempSync(join(tmpdir(), 'bundles-'));
  try {
    const env = { ...process.env, ...required, STAGE: 'bundles' };
    execFileSync('cdk', ['synth', '--quiet', '--output', out], { env, stdio: ['ignore', 'ignore', 'pipe'] });
    const bundles = bundlesIn(out, 'flex-frontline-bridge-bundles');
    if (bundles.length === 0) throw new Error('the stack has no bundles');
    return await work(bundles, out);
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
};

const importOnce = `
  const start = performance.now();
  const { handler } = await import(process.argv[1]);
  if (typeof handler !== 'function') throw new Error('exports no handler');
  console.log(performance.now() - start);
  process.exit(0);
`;

/** In a Node process of its own. @returns milliseconds, Node's own start not among them. @throws when it cannot. */
export const importMs = (file: string): number => {
  const names = Object.fromEntries([...SETTINGS, ...RESOURCES].map((key) => [key, '']));
  const resources = Object.fromEntries(RESOURCES.map((key) => [key, `https://example.com/${key}`]));
  const env = { PATH: process.env.PATH, AWS_REGION: 'eu-central-1', ...names, ...resources, ...required };
  const args = ['--input-type=module', '--eval', importOnce, file];
  return Number(execFileSync(process.execPath, args, { env, encoding: 'utf8' }));
};
