/**
 * Every command line of the documents works: what a machine without accounts can do is done, against a bridge of this
 * test's own. What needs AWS, the network or many minutes is asked whether it understands the line (`--help` beside
 * it does nothing more), or held to what it names.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { localTwilioAt } from '../../local/local-twilio-at.ts';
import { AGENTS } from '../../local-twilio/defaults.ts';
import { announced, type Child, run } from '../local/support/child.ts';
import { newFolder } from '../local/support/machine.ts';
import { until } from '../local/support/until.ts';
import { COMPILE_CACHE } from '../support/compile-cache.ts';
import { commandLines, root, textOf } from './command-lines.ts';
import { expectOfTwilio } from './twilio-lines.ts';

type Ran = { readonly code: number; readonly said: string };
const execute = (file: string, args: readonly string[], cwd: string): Promise<Ran> =>
  new Promise((resolve) => {
    execFile(
      process.execPath,
      [join(root, file), ...args],
      { cwd, env: { PATH: process.env.PATH ?? '', ...COMPILE_CACHE } },
      (error, said, complained) =>
        resolve({ code: error === null ? 0 : Number(error.code ?? -1), said: said + complained }),
    );
  });

const { scripts } = JSON.parse(textOf('package.json')) as { readonly scripts: Readonly<Record<string, string>> };
const STACK = 'flex-frontline-bridge-production';
/** Where no program of ours can be asked, or all of this test is the answer. */
const FOREIGN: Readonly<Record<string, () => unknown>> = {
  'aws sns subscribe --topic-arn TOPIC --protocol email --notification-endpoint you@example.com': () =>
    expect(textOf('lib/bridge-stack.ts') + textOf('docs/runbook.md')).toContain('AlarmTopic'),
  'aws iam attach-group-policy --group-name GROUP --policy-arn ARN': () =>
    expect(textOf('lib/bridge-stack.ts')).toMatch(/'OperatorPolicy', policies\.operators\.managedPolicyArn/),
  'aws budgets create-budget --account-id ACCOUNT --budget BudgetName=bridge,BudgetType=COST,TimeUnit=MONTHLY,BudgetLimit={Amount=100,Unit=USD} --notifications-with-subscribers Notification={NotificationType=ACTUAL,ComparisonOperator=GREATER_THAN,Threshold=80},Subscribers=[{SubscriptionType=EMAIL,Address=you@example.com}]':
    () => expect(textOf('docs/cost.md')).toContain("A budget is the account's own to set"),
  // AWS's client for this is no dependency: the line is held to the sentence beside it.
  'aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value 1000':
    () => expect(textOf('docs/runbook.md')).toContain('Ask for 1 000 before the first real chat'),
  'npm ci': () => expect(existsSync(join(root, 'package-lock.json'))).toBe(true),
  'npm start': async () => expect((await place()).bridge.said()).toContain('publicBaseUrl'),
};
/** Names of an environment that a line sets before its command. */
const NAMES: Readonly<Record<string, string>> = {
  STAGE: 'lib/stage.ts',
  WEBHOOKS_PER_SECOND: 'lib/scale.ts',
  FLEX_CHAT_DEFAULT_WEBHOOK: 'src/contract.ts',
  KILLS: 'test/local/kill.test.ts',
};

type Place = { readonly folder: string; readonly bridge: Child; readonly channel: string; readonly twilio: string };
const ends: (() => Promise<void>)[] = [];
const begin = async (): Promise<Place> => {
  const folder = await newFolder();
  ends.push(folder.remove);
  const bridge = run('local/start.js', { cwd: folder.path, environment: { PORT: '0' } });
  ends.push(bridge.kill);
  const { twilio: url = '' } = await announced(bridge);
  const twilio = localTwilioAt(url);
  const { channelSid, taskSid } = (await twilio.post('customer/beginWebChat', [])) as Readonly<Record<string, string>>;
  const offered = await twilio.post('flexAgent/isOffered', [AGENTS.ann.flexWorkerSid, taskSid]);
  await twilio.post('flexAgent/accepts', [(offered as { reservationSid: string }).reservationSid]);
  await until('the chat to be linked', async () => {
    const { code } = await execute('cli/bridge.ts', ['repair', channelSid ?? '', '--wait', '10'], folder.path);
    return code === 0 ? true : undefined;
  });
  return { folder: folder.path, bridge, channel: channelSid ?? '', twilio: url };
};
let begun: Promise<Place> | undefined;
/** Tests side by side begin before any hook. */
const place = (): Promise<Place> => {
  begun ??= begin();
  return begun;
};
afterAll(async () => {
  for (const end of ends.reverse()) await end();
});

/** A program of the house understands the line: with `--help` it says so, and does nothing. */
const isUnderstood = async (file: string, args: readonly string[]): Promise<void> => {
  const { code, said } = await execute(file, [...args, '--help'], root);
  expect({ code, said }).toEqual({ code: 0, said: expect.stringMatching(/^Usage: /) });
};

const bridgeCommand = async (words: readonly string[]): Promise<void> => {
  const { folder, channel } = await place();
  const args = words.map((word) =>
    word === 'SID' || word === 'CH0123...' ? channel : /^(?:STACK|NAME)$/.test(word) ? STACK : word,
  );
  // Alone it is its name, or needs an account of AWS.
  if (args.length === 0 || args.includes('--stack') || args[0] === 'secrets')
    return isUnderstood('cli/bridge.ts', args);
  const whole = args[0] === 'repair' && args[1] !== channel ? ['repair', channel, ...args.slice(1)] : args;
  const { code, said } = await execute('cli/bridge.ts', whole, folder);
  // 1 says that something needs a look or is too recent to judge.
  expect([0, 1]).toContain(code);
  expect(said).not.toContain('bridge:');
};

const npm = async ([verb, ...words]: readonly string[]): Promise<void> => {
  const [name = '', ...rest] = verb === 'run' ? words : [verb ?? '', ...words];
  const args = rest[0] === '--' ? rest.slice(1) : rest;
  // What npm is not told by `--` it takes for itself.
  expect(rest.length === args.length ? rest : []).toEqual([]);
  const script = scripts[name];
  expect({ name, script }).toEqual({ name, script: expect.any(String) });
  const file = /^node ([\w/-]+\.[tj]s)$/.exec(script ?? '')?.[1];
  if (file !== undefined) return isUnderstood(file, args);
  if (name !== 'test') return expect(args).toEqual([]);
  for (const path of args) expect([path, `${path}.test.ts`].some((one) => existsSync(join(root, one)))).toBe(true);
};

const cdkHelp = new Map<string, Promise<Ran>>();
const cdk = async ([command = '', ...args]: readonly string[]): Promise<void> => {
  const asked = cdkHelp.get(command) ?? execute('node_modules/aws-cdk/bin/cdk', [command, '--help'], root);
  cdkHelp.set(command, asked);
  const { code, said } = await asked;
  expect({ code, said }).toEqual({ code: 0, said: expect.stringMatching(new RegExp(`^cdk ${command}\\b`)) });
  for (const option of args.filter((arg) => arg.startsWith('--'))) expect(said).toContain(`${option} `);
};

/** A command of AWS's own is one of its client's, and so are its options. */
const aws = ([service, command = '', ...args]: readonly string[]): void => {
  const capital = (words: string) =>
    words
      .split('-')
      .map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`)
      .join('');
  const types = `node_modules/@aws-sdk/client-${service}/dist-types`;
  expect(textOf(`${types}/commands/index.d.ts`)).toContain(`"./${capital(command)}Command"`);
  // The command line of AWS pages and picks by itself: these options are its own.
  const own = ['--max-items', '--query'];
  const options = args.filter((arg) => arg.startsWith('--') && !own.includes(arg)).map((arg) => arg.slice(2));
  const models = textOf(`${types}/models/models_0.d.ts`);
  const input = new RegExp(`interface ${capital(command)}(?:Input|Request) \\{.*?^\\}`, 'ms').exec(models)?.[0];
  for (const option of options) expect(input).toMatch(new RegExp(`\\b${capital(option)}\\??:`));
};

/** A query of CloudWatch Logs Insights: its fields are those of the journal's lines. */
const query = (line: string): void => {
  const entry = ['core/ports/journal', 'core/model/twilio-error', 'runtime/journal']
    .map((file) => textOf(`src/${file}.ts`))
    .join();
  const fields = /^fields (.+?) \|/.exec(line)?.[1]?.split(', ') ?? [];
  for (const field of fields.filter((one) => !one.startsWith('@')))
    expect(entry).toMatch(new RegExp(`\\b${field.split('.')[0]}\\b`));
};

const works = async (line: string): Promise<void> => {
  const foreign = FOREIGN[line];
  if (foreign !== undefined) return void (await foreign());
  if (line.startsWith('fields ')) return query(line);
  const words = line.split(' ');
  while (/^[A-Z_]+=/.test(words[0] ?? '')) {
    const name = words.shift()?.split('=')[0] ?? '';
    expect(textOf(NAMES[name] ?? '')).toContain(name);
  }
  const [program, ...args] = words;
  const [first = '', ...rest] = args;
  if (program === 'npm') return npm(args);
  if (program === 'node') return isUnderstood(first, rest);
  if (program === 'cdk') return cdk(args);
  if (program === 'npx' && first === 'cdk') return cdk(rest);
  if (program === 'npx' && first === 'bridge') return bridgeCommand(rest);
  if (program === 'aws') return aws(args);
  if (program === 'curl') return expectOfTwilio(line, textOf('docs/real-account.md'));
  if (program === 'cp') return expect(existsSync(join(root, first))).toBe(true);
  throw new Error(`nobody knows how to try: ${line}`);
};

test('the documents do tell what to type', () => {
  expect(commandLines().length).toBeGreaterThan(50);
});

test.concurrent.each(commandLines())('%s', works, 600_000);

test('the example of /_local/connect is the address by which a bridge knows its webhooks', async () => {
  const example = /`POST \/_local\/connect` \| `(\{.+?\})`/.exec(textOf('docs/local-twilio.md'))?.[1] ?? '{}';
  const { bridge, channel, twilio: address } = await place();
  const { publicBaseUrl = '' } = await announced(bridge);
  const { url = '' } = JSON.parse(example) as { readonly url?: string };
  const twilio = localTwilioAt(address);
  await twilio.post('connect', { url: url.replace(/:3000$/, `:${new URL(publicBaseUrl).port}`) });
  await twilio.post('customer/writes', [channel, 'heard?']);
  await until('it to be copied', () => (bridge.said().match(/"replicated"/g)?.length ?? 0) > 0 || undefined);
  expect(bridge.said()).not.toContain('wrong_signature');
});
