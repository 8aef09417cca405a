/** The linter holds the layers that docs/architecture.md tells: each line below is an import, and whether it passes. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

const refused = [
  ['the core that knows AWS', 'src/core/aws.ts', '@aws-sdk/client-sqs'],
  ['the core that knows Twilio', 'src/core/twilio.ts', 'twilio'],
  ['the core that knows an adapter', 'src/core/adapter.ts', '../adapters/memory/store.ts'],
  ['the core, one folder down, that knows an adapter', 'src/core/sub/one.ts', '../../adapters/memory/store.ts'],
  ['the core that knows Node', 'src/core/node.ts', 'node:fs'],
  ['a contract that imports anything', 'src/contract.ts', './core/stamp.ts'],
  ['an adapter that knows the stack', 'src/adapters/sqs/stack.ts', '../../../lib/stage.ts'],
  ['an adapter that knows the CDK', 'src/adapters/sqs/cdk.ts', 'aws-cdk-lib'],
  ['an adapter that knows the webhook', 'src/adapters/sqs/edge.ts', '../../edge/webhook.ts'],
  ['an adapter that knows one machine', 'src/adapters/sqs/local.ts', '../../../local/host.ts'],
  ['the webhook that knows the stack', 'src/edge/stack.ts', '../../lib/stage.ts'],
  ['the webhook that knows the CDK', 'src/edge/cdk.ts', 'aws-cdk-lib'],
  ['the webhook that knows a function', 'src/edge/lambda.ts', '../../lambdas/webhook/handler.ts'],
  ['settings that know one machine', 'src/runtime/local.ts', '../../local/host.ts'],
  ['a function that knows the stack', 'lambdas/webhook/stack.ts', '../../lib/stage.ts'],
  ['a function that knows one machine', 'lambdas/webhook/local.ts', '../../local/host.ts'],
  ['one machine that knows the CDK', 'local/cdk.ts', 'constructs'],
  ['a command that knows the stack', 'cli/stack.ts', '../lib/stage.ts'],
  ['a stack that knows the runtime', 'lib/runtime.ts', '../src/runtime/settings.ts'],
  ['a construct that knows one machine', 'lib/constructs/local.ts', '../../local/host.ts'],
  ['an app that knows the core', 'bin/core.ts', '../src/core/stamp.ts'],
] as const;

const allowed = [
  ['the core itself', 'src/core/sub/own.ts', '../stamp.ts'],
  ['everybody the contract', 'lib/constructs/contract.ts', '../../src/contract.ts'],
  ['the webhook an adapter', 'src/edge/adapter.ts', '../adapters/twilio/webhook/form.ts'],
  ['an adapter the lib folder of a package', 'src/adapters/twilio/package.ts', 'twilio/lib/webhooks/webhooks.js'],
] as const;

const root = fileURLToPath(new URL('../..', import.meta.url));
/** A project of the same shape under the same rules, with nothing in it but those imports. */
const house = realpathSync(mkdtempSync(join(tmpdir(), 'layers-')));
let refusals: ReadonlySet<string>;

beforeAll(() => {
  copyFileSync(join(root, 'biome.json'), join(house, 'biome.json'));
  for (const [, file, from] of [...refused, ...allowed]) {
    mkdirSync(dirname(join(house, file)), { recursive: true });
    writeFileSync(join(house, file), `import { one } from '${from}';\n\nexport const two = one;\n`);
  }
  const biome = join(root, 'node_modules/.bin/biome');
  const only = ['lint', '--only=style/noRestrictedImports', '--reporter=github', '--max-diagnostics=none', '.'];
  const { stdout } = spawnSync(biome, only, { cwd: house, encoding: 'utf8' });
  const files = [...stdout.matchAll(/noRestrictedImports,file=([^,]+),/g)].map(([, file = '']) =>
    relative(house, file),
  );
  refusals = new Set(files);
});
afterAll(() => rmSync(house, { recursive: true }));

describe('the linter refuses', () => {
  test.each(refused)('%s', (_what, file, _from) => {
    expect([...refusals]).toContain(file);
  });
});

describe('the linter allows', () => {
  test.each(allowed)('%s', (_what, file, _from) => {
    expect(refusals.size).toBeGreaterThan(0);
    expect([...refusals]).not.toContain(file);
  });
});
