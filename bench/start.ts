/**
 * How long the functions' bundles take to start, beside one that only imports the SQS client; and how large they are.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { type Bundle, importMs, withBundles } from '../scripts/bundles.ts';
import { type Figure, median } from './figures.ts';
import type { Measured, Say } from './load.ts';

const RUNS = 25;
const MOST_BYTES = 700_000;
const root = fileURLToPath(new URL('..', import.meta.url));

/** With the options of lib/constructs/bridge-function.ts. */
const bundleOf = async (folder: string, name: string, source: string): Promise<Bundle> => {
  const file = join(folder, `${name}.mjs`);
  await build({
    stdin: { contents: source, resolveDir: root },
    ...{ bundle: true, minify: true, platform: 'node', format: 'esm', target: 'node24', outfile: file },
    mainFields: ['module', 'main'],
    sourcemap: true,
    sourcesContent: false,
    banner: { js: "import{createRequire as r}from'node:module';const require=r(import.meta.url);" },
  });
  return { name, file };
};

/** Nothing of the client is left out of the bundle, and none is made. */
const onlyImports = `
  import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
  export const handler = () => [SendMessageCommand, SQSClient];
`;
/** What every function that sends must do besides. */
const makesClient = `
  import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
  const client = new SQSClient({});
  export const handler = () => client.send(new SendMessageCommand({}));
`;

const kb = (bytes: number): string => `${Math.round(bytes / 1000)} KB`;

/** Both replicate functions are one bundle; it is measured once. */
const distinct = (bundles: readonly Bundle[]): readonly Bundle[] =>
  bundles.filter(({ file }, n) => bundles.findIndex((one) => one.file === file) === n);

const isWebhook = ({ name }: Bundle): boolean => name === 'Webhook';

export const measureStart = (say: Say): Promise<Measured> =>
  withBundles(async (deployed, folder) => {
    const imports = await bundleOf(folder, 'SQS client, only imported', onlyImports);
    const makes = await bundleOf(folder, 'SQS client, imported and made', makesClient);
    const bundles = [imports, makes, ...distinct(deployed)];
    const times = new Map(bundles.map((bundle): [Bundle, number[]] => [bundle, []]));
    for (let run = 0; run < RUNS; run += 1)
      for (const bundle of bundles) times.get(bundle)?.push(importMs(bundle.file));

    const middle = (bundle: Bundle): number => median(times.get(bundle) ?? []);
    const ratio = (bundle: Bundle): number => middle(bundle) / middle(imports);
    for (const bundle of bundles)
      say(
        `  ${bundle.name}: ${kb(statSync(bundle.file).size)}, imported in ${middle(bundle).toFixed(1)} ms, ` +
          `${ratio(bundle).toFixed(2)} x, ${(middle(bundle) / middle(makes)).toFixed(2)} x the one that makes a client`,
      );
    const started = distinct(deployed).map((bundle): Figure => {
      const hasGoal = isWebhook(bundle);
      return {
        what: `start of ${bundle.name} against the SQS client only imported`,
        goal: hasGoal ? '<= 1.2 x' : '',
        measured: `${ratio(bundle).toFixed(2)} x (${middle(bundle).toFixed(0)} ms of ${middle(imports).toFixed(0)} ms)`,
        met: hasGoal ? ratio(bundle) <= 1.2 : undefined,
      };
    });
    const sizes = deployed
      .filter((bundle) => !isWebhook(bundle))
      .map(({ name, file }): Figure => {
        const bytes = statSync(file).size;
        return { what: `size of ${name}`, goal: '<= 700 KB', measured: kb(bytes), met: bytes <= MOST_BYTES };
      });
    return { figures: [...started, ...sizes], wrong: [] };
  });
