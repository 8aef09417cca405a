/** The linter holds the layers that docs/architecture.md tells: each line below is what stands in a file there. */
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

/** Which room of the core may import which others, from the ground up. Every pair that is not here is refused. */
const ROOMS = {
  model: [],
  ports: ['model'],
  state: ['model', 'ports'],
  jobs: ['model', 'ports', 'state'],
  copies: ['model', 'ports', 'state', 'jobs'],
  reconcile: ['model', 'ports', 'state', 'jobs', 'copies'],
  messages: ['model', 'ports', 'state', 'jobs', 'copies', 'reconcile'],
  forward: ['model', 'ports', 'state', 'jobs', 'copies'],
  agents: ['model', 'ports', 'state', 'jobs', 'copies'],
  chats: ['model', 'ports', 'state', 'jobs', 'copies', 'reconcile', 'forward', 'agents'],
  strays: ['model', 'ports', 'state', 'jobs', 'copies', 'agents'],
  starts: ['model', 'ports', 'state', 'jobs', 'agents', 'chats', 'strays'],
  sweep: ['model', 'ports', 'state', 'jobs', 'reconcile', 'forward', 'agents', 'chats'],
  operate: ['model', 'ports', 'state', 'jobs', 'forward'],
} as const;
type Room = keyof typeof ROOMS;
const rooms = Object.keys(ROOMS) as Room[];
/** Rooms with a room inside, from which the way to all others is one step longer. */
const FOLDERS: readonly (readonly [Room, string])[] = [
  ...rooms.map((room) => [room, ''] as const),
  ['state', 'lane/'],
  ['sweep', 'lost-accepts/'],
];
const pairs = FOLDERS.flatMap(([from, inside]) =>
  rooms
    .filter((to) => to !== from)
    .map((to) => ({
      from,
      to,
      row: [
        `${from}/${inside} that knows ${to}`,
        `src/core/${from}/${inside}of-${to}.ts`,
        `${inside === '' ? '' : '../'}../${to}/one.ts`,
      ] as const,
    })),
);
const isAllowed = ({ from, to }: { readonly from: Room; readonly to: Room }): boolean =>
  (ROOMS[from] as readonly Room[]).includes(to);

const refused: readonly (readonly [what: string, file: string, from: string])[] = [
  ...pairs.filter((pair) => !isAllowed(pair)).map(({ row }) => row),
  ['the model that knows how it is wired', 'src/core/model/deps.ts', '../deps.ts'],
  ['the front desk that knows the sweep', 'src/core/desk-sweep.ts', './sweep/sweep.ts'],
  ['the front desk that knows the operator', 'src/core/desk-operate.ts', './operate/status.ts'],
  ['a room that knows the front desk', 'src/core/chats/desk.ts', '../replicator.ts'],
  ['a room inside a room that knows the front desk', 'src/core/state/lane/desk.ts', '../../replicator.ts'],
  ['the core that knows AWS', 'src/core/aws.ts', '@aws-sdk/client-sqs'],
  ['the core that knows Twilio', 'src/core/twilio.ts', 'twilio'],
  ['the core that knows an adapter', 'src/core/adapter.ts', '../adapters/memory/store.ts'],
  ['a room of the core that knows an adapter', 'src/core/chats/adapter.ts', '../../adapters/memory/store.ts'],
  ['a room of the core that knows Node', 'src/core/chats/node.ts', 'node:fs'],
  ['a room of the core that knows AWS', 'src/core/state/lane/aws.ts', '@aws-sdk/client-sqs'],
  ['an adapter that knows another one', 'src/adapters/memory/other.ts', '../sqlite/store.ts'],
  ['an adapter of Twilio that knows another one', 'src/adapters/twilio/rest/other.ts', '../../sqs/client.ts'],
  ['an adapter that knows the local Twilio', 'src/adapters/sqs/stand-in.ts', '../../../local-twilio/twilio.ts'],
  ['the local Twilio that knows the bridge', 'local-twilio/rest/core.ts', '../../src/core/copies/stamp.ts'],
  ['the core that knows Node', 'src/core/node.ts', 'node:fs'],
  ['a contract that imports anything', 'src/contract.ts', './core/copies/stamp.ts'],
  ['an adapter that knows the stack', 'src/adapters/sqs/stack.ts', '../../../lib/stage.ts'],
  ['an adapter that knows the CDK', 'src/adapters/sqs/cdk.ts', 'aws-cdk-lib'],
  ['an adapter that knows the webhook', 'src/adapters/sqs/edge.ts', '../../edge/webhook.ts'],
  ['an adapter that knows one machine', 'src/adapters/sqs/local.ts', '../../../local/host.ts'],
  ['the webhook that knows the stack', 'src/edge/stack.ts', '../../lib/stage.ts'],
  ['the webhook that knows the CDK', 'src/edge/cdk.ts', 'aws-cdk-lib'],
  ['the webhook that knows a function', 'src/edge/lambda.ts', '../../lambdas/http-handler.ts'],
  ['settings that know one machine', 'src/runtime/local.ts', '../../local/host.ts'],
  ['a function that knows the stack', 'lambdas/webhook/stack.ts', '../../lib/stage.ts'],
  ['a function that knows one machine', 'lambdas/webhook/local.ts', '../../local/host.ts'],
  ['one machine that knows the CDK', 'local/cdk.ts', 'constructs'],
  ['a command that knows the stack', 'cli/stack.ts', '../lib/stage.ts'],
  ['a stack that knows the runtime', 'lib/runtime.ts', '../src/runtime/journal.ts'],
  ['a construct that knows one machine', 'lib/constructs/local.ts', '../../local/host.ts'],
  ['the reader of .env that knows the core', 'src/dot-env.ts', './core/copies/stamp.ts'],
  ['the reader of templates that knows the core', 'src/templates.ts', './core/copies/stamp.ts'],
  ['a stack that knows how webhooks come in', 'lib/edge.ts', '../src/edge/incoming.ts'],
  ['an app that knows the core', 'bin/core.ts', '../src/core/copies/stamp.ts'],
];

const allowed: readonly (readonly [what: string, file: string, from: string])[] = [
  ...pairs.filter(isAllowed).map(({ row }) => row),
  ['the front desk the rooms behind it', 'src/core/desk.ts', './messages/replicate.ts'],
  ['a room how it is wired', 'src/core/chats/deps.ts', '../deps.ts'],
  ['a room inside a room what surrounds it', 'src/core/state/lane/pair.ts', '../pair.ts'],
  ['an adapter the consumer in this process', 'src/adapters/memory/source.ts', '../in-process/source.ts'],
  ['a room itself', 'src/core/copies/own.ts', './stamp.ts'],
  ['everybody the contract', 'lib/constructs/contract.ts', '../../src/contract.ts'],
  ['an app the reader of .env', 'bin/dot-env.ts', '../src/dot-env.ts'],
  ['a stack the reader of templates', 'lib/templates.ts', '../src/templates.ts'],
  ['a stack the reader of settings', 'lib/settings.ts', '../src/runtime/settings.ts'],
  ['the webhook an adapter', 'src/edge/adapter.ts', '../adapters/twilio/webhook/form.ts'],
  ['an adapter the lib folder of a package', 'src/adapters/twilio/package.ts', 'twilio/lib/webhooks/webhooks.js'],
];

/** Statements in the core: what it needs of time, chance and the world is handed to it. */
const asked = [
  ['what time it is', 'export const one = Date.now();'],
  ['what time it is, by another name', 'const { now } = Date;\nexport const one = now();'],
  ['how much time has passed', 'export const one = performance.now();'],
  ['for chance', 'export const one = Math.random();'],
  ['for a new name', "import { randomUUID } from 'node:crypto';\n\nexport const one = randomUUID();"],
  [
    'for a new name of all that is there',
    "import crypto from 'node:crypto';\n\nexport const one = crypto.randomUUID();",
  ],
  ['for a new name of the web', 'export const one = crypto.randomUUID();'],
  ['to be called later', 'setTimeout(() => {}, 5);'],
  ['to be called again and again', 'setInterval(() => {}, 5);'],
  ['for its environment', 'export const one = process.env.ONE;'],
  ['for all that is global', 'export const one = globalThis.name;'],
  ['the network', "export const one = fetch('https://example.com');"],
  ['to be read by somebody', "console.log('one');"],
] as const;
const statement = (at: number): string => `src/core/asked/${at}.ts`;

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
  mkdirSync(join(house, 'src/core/asked'), { recursive: true });
  for (const [at, [, text]] of asked.entries()) writeFileSync(join(house, statement(at)), `${text}\n`);
  writeFileSync(
    join(house, 'src/core/asked/pure.ts'),
    "import { createHash } from 'node:crypto';\n\nexport const one = [createHash, Date.parse('2026'), Math.max(1), new Date(5)];\n",
  );
  const biome = join(root, 'node_modules/.bin/biome');
  const rules = ['style/noRestrictedImports', 'style/noRestrictedGlobals', 'nursery/noJsRestrictedProperties'];
  const only = rules.map((rule) => `--only=${rule}`);
  const { stdout } = spawnSync(biome, ['lint', ...only, '--reporter=github', '--max-diagnostics=none', '.'], {
    cwd: house,
    encoding: 'utf8',
  });
  const files = [...stdout.matchAll(/Restricted(?:Imports|Globals|Properties),file=([^,]+),/g)].map(([, file = '']) =>
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

describe('the linter refuses a core that asks', () => {
  test.each(asked.map(([what], at) => [what, statement(at)] as const))('%s', (_what, file) => {
    expect([...refusals]).toContain(file);
  });
});

/** The linter has no word for a Date of now: `new Date()`, `new Date`, `Date()`. */
const asksForNow = (source: string): boolean =>
  /\bDate\b/.test(source.replaceAll(/\bnew Date\((?!\s*\))|\bDate\.(?:parse|UTC)\(/g, ''));

describe('the core makes no Date of now', () => {
  test.each(['new Date()', 'new Date( )', 'new Date', 'Date()', 'Date(5)', 'const D = Date', 'Date.now()'])(
    'this would be one: %s',
    (source) => expect(asksForNow(source)).toBe(true),
  );

  test.each(['new Date(clock.now())', 'Date.parse(createdAt)', 'DateCreated'])('this is none: %s', (source) =>
    expect(asksForNow(source)).toBe(false),
  );

  test('and none stands there', () => {
    const core = join(root, 'src/core');
    const files = readdirSync(core, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
    expect(files.length).toBeGreaterThan(50);
    expect(files.filter((file) => asksForNow(readFileSync(join(core, file), 'utf8')))).toEqual([]);
  });
});

describe('the linter allows', () => {
  test('the core what is a function of its arguments', () => {
    expect([...refusals]).not.toContain('src/core/asked/pure.ts');
  });

  test.each(allowed)('%s', (_what, file, _from) => {
    expect(refusals.size).toBeGreaterThan(0);
    expect([...refusals]).not.toContain(file);
  });
});
