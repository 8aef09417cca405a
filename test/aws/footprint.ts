/**
 * `node test/aws/footprint.ts`: what memory and processor the functions' bundles need.
 * Each bundle runs under this Node as Lambda starts it, on an AWS emulator and the local Twilio, and is handed batches
 * of ten chats with pages of a hundred long messages, the linking of long histories, and single texts. docs/cost.md has
 * the figures.
 *
 * `--cpu-group`: a control group of Linux into which the functions are put, to see them with a share of a processor.
 */

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { AGENTS, FLEX, FRONTLINE } from '../../local-twilio/defaults.ts';
import { startLocalTwilio } from '../../local-twilio/server.ts';
import type { WebhookCall } from '../../local-twilio/world.ts';
import { withBundles } from '../../scripts/bundles.ts';
import { configWith, secretsWith } from '../../sim/settings.ts';
import { createDynamoStore } from '../../src/adapters/dynamodb/store.ts';
import { QUEUES, type QueueName, SECRET_FIELDS, SETTINGS, TABLE } from '../../src/contract.ts';
import { encodeEnvelope } from '../../src/core/jobs/envelope.ts';
import type { ChannelSid } from '../../src/core/model/sids.ts';
import { FORWARD, forwardKey, pairId } from '../../src/core/state/items.ts';
import { createWebhook } from '../../src/edge/routes.ts';
import { flag, type Program, text, whole } from '../../src/runtime/options.ts';
import { ownOptions } from '../../src/runtime/own-options.ts';
import { awsEnvironment, startEmulator } from './emulator.ts';
import type { Invocation, Invoked } from './footprint-function.ts';

const FOOTPRINT = {
  command: 'node test/aws/footprint.ts',
  about: `What memory and processor the functions' bundles need, on an AWS emulator and the local Twilio; docs/cost.md has the figures.`,
  options: {
    memory: whole('MB', 'of each function', 256, { least: 1 }),
    'cpu-group': text('DIR', 'a control group of Linux for the functions, to see them with a share of a processor'),
    pairs: whole('N', 'how many', 60, { least: 1 }),
    history: whole('N', 'messages of a long history', 500),
    characters: whole('N', 'of a long message', 1600, { least: 1, most: 1600 }),
    page: whole('N', 'messages a page', 100, { least: 1 }),
    'sweep-only': flag('only the sweep'),
  },
} as const satisfies Program;
const { values } = ownOptions(FOOTPRINT);
const { memory, characters: CHARACTERS } = values;
const LONG = 'This is a long message of a customer who has much to tell about an order. '
  .repeat(22)
  .slice(0, CHARACTERS);
const SHORT = 'Your order was sent on Monday and should be with you tomorrow.';
const TEN = 10;
const HISTORY = values.history;
const PHONE = 15_550_190_000;
const TIMEOUT_MS = 25_000;
/** With Twilio at 150 ms, what is under way at once is what it is in earnest. */
const TWILIO_MS = 150;
const region = 'eu-central-1';

const folder = mkdtempSync(join(tmpdir(), 'bridge-footprint-'));
const emulator = await startEmulator(folder);
const at = { endpoint: emulator.url, region, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
const dynamo = new DynamoDBClient(at);
const sqs = new SQSClient(at);
const secretsManager = new SecretsManagerClient(at);

const attribute = (name: string) => ({ AttributeName: name, AttributeType: 'S' as const });
const key = (hash: string, range: string) => [
  { AttributeName: hash, KeyType: 'HASH' as const },
  { AttributeName: range, KeyType: 'RANGE' as const },
];
await dynamo.send(
  new CreateTableCommand({
    TableName: 'bridge',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [TABLE.pk, TABLE.sk, TABLE.list, TABLE.listOrder].map(attribute),
    KeySchema: key(TABLE.pk, TABLE.sk),
    GlobalSecondaryIndexes: [
      {
        IndexName: TABLE.listIndex,
        KeySchema: key(TABLE.list, TABLE.listOrder),
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
  }),
);
const queueUrl = async (name: string): Promise<string> => {
  const asked = { QueueName: `${name}.fifo`, Attributes: { FifoQueue: 'true' } };
  return (await sqs.send(new CreateQueueCommand(asked))).QueueUrl ?? '';
};
const queueUrls = Object.fromEntries(
  await Promise.all(
    QUEUES.flatMap((name) => {
      const setting = name.replace('-', '_').toUpperCase();
      return [
        queueUrl(name).then((url) => [`${setting}_QUEUE_URL`, url] as const),
        queueUrl(`${name}-dead`).then((url) => [`${setting}_DEAD_URL`, url] as const),
      ];
    }),
  ),
);
const fields = Object.fromEntries(SECRET_FIELDS.map((name) => [name, '']));
const tokens = { AUTH_TOKEN: FLEX.authToken, FRONTLINE_AUTH_TOKEN: FRONTLINE.authToken, STAMP_KEY: 'k'.repeat(64) };
const { ARN = '' } = await secretsManager.send(
  new CreateSecretCommand({ Name: 'bridge', SecretString: JSON.stringify({ ...fields, ...tokens }) }),
);

/** What the webhook stored, by queue, until a function is handed it. */
const waiting: Record<QueueName, { readonly group: string; readonly body: string }[]> = {
  'flex-events': [],
  'frontline-events': [],
  'default-webhook': [],
};
const base = 'https://bridge.example.com';
const webhook = createWebhook({
  queues: {
    send: async (queue, { group, body }) => {
      waiting[queue].push({ group, body });
    },
  },
  journal: () => {},
  clock: Date,
  config: configWith({ publicBaseUrl: base, deployment: 'footprint', settleMs: 2_000 }),
  secrets: async () => secretsWith({ stampKey: tokens.STAMP_KEY }),
});
let knock: ((call: WebhookCall) => Promise<void>) | undefined;
const twilio = await startLocalTwilio({
  seed: 1,
  switches: { actionsPerSecond: undefined, interactionsNameMessages: false },
  validate: false,
  around: () => async (call) => {
    const { url, method, headers, body } = call;
    await knock?.(call);
    return { status: (await webhook(new Request(url, { method, headers: { ...headers }, body }))).status };
  },
});
twilio.connectBridge(base);

type FunctionRun = {
  readonly invoke: (event: unknown, remainingMs: number) => Promise<Invoked>;
  readonly end: () => void;
};
let settled = true;

const start = async (bundle: string, env: NodeJS.ProcessEnv): Promise<FunctionRun> => {
  const child: ChildProcess = fork(
    join(import.meta.dirname, 'footprint-function.ts'),
    [bundle, values['cpu-group'] ?? ''],
    {
      env,
      // As Lambda's runtime starts Node.
      execArgv: [
        `--max-semi-space-size=${Math.floor(memory * 0.05)}`,
        `--max-old-space-size=${Math.floor(memory * 0.9)}`,
      ],
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    },
  );
  const steps = new Map<string, number>();
  let rest = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const { message, reason } = JSON.parse(line) as { readonly message: string; readonly reason?: string };
      const step = `${message}${reason === undefined ? '' : `(${reason})`}`;
      steps.set(step, (steps.get(step) ?? 0) + 1);
    }
  });
  const gone = once(child, 'exit').then(() => Promise.reject(new Error('the function died')));
  gone.catch(() => {
    // Its end is what is asked for, once it has done its work.
  });
  const [ready] = (await once(child, 'message')) as [{ readonly cpuMs: number; readonly rss: number }];
  console.log(`    started: ${Math.round(ready.cpuMs)} ms of processor, ${Math.round(ready.rss)} MB`);
  return {
    invoke: async (event, remainingMs) => {
      const answered = once(child, 'message');
      child.send({ event, remainingMs } satisfies Invocation);
      const [invoked] = (await Promise.race([answered, gone])) as [Invoked];
      return invoked;
    },
    end: () => {
      console.log(`    ended: ${[...steps].map(([step, count]) => `${count} ${step}`).join(', ')}`);
      child.disconnect();
    },
  };
};

let ids = 0;
const record = (queue: QueueName, { group, body }: { readonly group: string; readonly body: string }) => {
  ids += 1;
  return {
    messageId: `m${ids}`,
    receiptHandle: `r${ids}`,
    body,
    attributes: {
      MessageGroupId: group,
      MessageDeduplicationId: `d${ids}`,
      ApproximateFirstReceiveTimestamp: String(Date.now()),
      ApproximateReceiveCount: '1',
    },
    eventSourceARN: `arn:aws:sqs:${region}:000000000000:${queue}.fifo`,
  };
};

const mean = (numbers: readonly number[]): number => numbers.reduce((sum, n) => sum + n, 0) / numbers.length;
const say = (what: string, runs: readonly Invoked[], texts = 0): void => {
  const cpu =
    texts > 0 ? `, ${(runs.reduce((sum, { cpuMs }) => sum + cpuMs, 0) / texts).toFixed(1)} ms of processor a text` : '';
  const last = runs.at(-1);
  console.log(
    `  ${what}: ${runs.length} invocations of ${mean(runs.map(({ ms }) => ms)).toFixed(0)} ms${cpu}, ` +
      `highest RSS ${last?.rss.toFixed(0)} MB, heap ${Math.max(...runs.map(({ heap }) => heap)).toFixed(0)} MB`,
  );
};

/** Batches of at most `size` until nothing waits; what a function gives back waits again. */
const work = async (fn: FunctionRun, queue: QueueName, size = TEN): Promise<readonly Invoked[]> => {
  const runs: Invoked[] = [];
  while (waiting[queue].length > 0) {
    const batch = waiting[queue].splice(0, size).map((message) => ({ message, record: record(queue, message) }));
    const invoked = await fn.invoke({ Records: batch.map((one) => one.record) }, TIMEOUT_MS);
    runs.push(invoked);
    const { batchItemFailures } = invoked.answer as { batchItemFailures: { itemIdentifier: string }[] };
    const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    waiting[queue].unshift(...batch.filter((one) => failed.has(one.record.messageId)).map(({ message }) => message));
    settled = failed.size === 0;
    if (!settled) await sleep(500);
  }
  return runs;
};

const { ann, ben, eve } = AGENTS;
type Chat = { readonly channel: string; readonly email: string; conversation: string };
const beginChat = (n: number, history: number): Chat => {
  const agent = [ann, ben, eve][n % 3] ?? ann;
  const { channelSid, taskSid } = twilio.customer.beginSmsChat({ phone: `+${PHONE + n}`, text: LONG });
  for (let i = 1; i < history; i += 1) twilio.customer.writes(channelSid, `${i} ${LONG}`.slice(0, CHARACTERS));
  twilio.flexAgent.accepts(twilio.flexAgent.isOffered(agent.flexWorkerSid, taskSid).reservationSid);
  return { channel: channelSid, email: agent.email, conversation: '' };
};

const find = (chat: Chat): void => {
  const all = [...twilio.place.frontline.chat.containers.values()];
  chat.conversation = all.find(({ uniqueName }) => uniqueName === `bridge-flex-${chat.channel}-1`)?.sid ?? '';
  if (chat.conversation === '') throw new Error('a chat was not linked');
};

try {
  await withBundles(async (bundles) => {
    const file = (name: string): string => bundles.find((one) => one.name === name)?.file ?? '';
    const env = awsEnvironment({
      ...Object.fromEntries(SETTINGS.map((name) => [name, ''])),
      ...queueUrls,
      AWS_ENDPOINT_URL: emulator.url,
      SECRET_ARN: ARN,
      TABLE_NAME: 'bridge',
      ACCOUNT_SID: FLEX.accountSid,
      CHAT_SERVICE_SID: FLEX.chatServiceSid,
      WORKSPACE_SID: FLEX.workspaceSid,
      FLEX_CHAT_DEFAULT_WEBHOOK: FLEX.defaultWebhook,
      FRONTLINE_ACCOUNT_SID: FRONTLINE.accountSid,
      CONVERSATION_SERVICE_SID: FRONTLINE.conversationServiceSid,
      TWILIO_BASE_URL: twilio.url,
      PUBLIC_BASE_URL: base,
      DEPLOYMENT_ID: 'footprint',
      SETTLE_SECONDS: '2',
    });
    const quiet = async () => {
      await twilio.webhooks.settled();
    };
    const only = (queue: QueueName) => {
      for (const other of QUEUES) if (other !== queue) waiting[other] = [];
    };

    const consumers = async () => {
      console.log('Webhook');
      const door = await start(file('Webhook'), env);
      const knocks: Invoked[] = [];
      knock = async ({ url, method, headers, body }) => {
        const { pathname, search } = new URL(url);
        const http = { method };
        const requestContext = { http, domainName: 'bridge.example.com' };
        const event = {
          rawPath: pathname,
          rawQueryString: search.slice(1),
          headers,
          body,
          isBase64Encoded: false,
          requestContext,
        };
        // Apart, as they come: one after the other they would use up the share of a processor.
        await sleep(100);
        knocks.push(await door.invoke(event, 5_000));
      };
      const { channelSid: busy } = twilio.customer.beginSmsChat({ phone: `+${PHONE - 1}`, text: SHORT });
      for (let n = 0; n < 120; n += 1) {
        twilio.customer.writes(busy, SHORT);
        await quiet();
      }
      say('one webhook of a short text an invocation', knocks.slice(40), knocks.length - 40);
      knock = undefined;
      await quiet();
      door.end();

      console.log('ReplicateFlex');
      const toFrontline = await start(file('ReplicateFlex'), env);
      const chats = Array.from({ length: TEN }, (_, n) => beginChat(n, HISTORY));
      await quiet();
      // Only the accepts: what was said before them is their history.
      waiting['flex-events'] = waiting['flex-events'].filter(({ body }) => body.includes('reservation.accepted'));
      only('flex-events');
      say(
        `linking ${TEN} chats of ${HISTORY} messages of ${CHARACTERS} characters`,
        await work(toFrontline, 'flex-events'),
      );
      for (const chat of chats) find(chat);
      only('flex-events');
      for (let n = 0; n < 10; n += 1)
        for (const { channel } of chats) twilio.customer.writes(channel, `${n} ${LONG}`.slice(0, CHARACTERS));
      await quiet();
      only('flex-events');
      say('ten long texts in each of ten chats, ten a batch', await work(toFrontline, 'flex-events'));
      for (const { channel } of chats)
        waiting['flex-events'].push({
          group: channel,
          body: encodeEnvelope({
            receivedAt: Date.now(),
            work: {
              kind: 'reconcile',
              pair: pairId('flex', channel as ChannelSid),
              lane: 'toFrontline',
              because: 'operator',
              full: true,
            },
          }),
        });
      say('comparing ten chats from end to end at once', await work(toFrontline, 'flex-events'));
      twilio.switches.latency = TWILIO_MS;
      const singles = async (fn: FunctionRun, queue: QueueName, write: (chat: Chat) => void) => {
        for (let n = 0; n < 30; n += 1) for (const chat of chats.slice(0, 4)) write(chat);
        await quiet();
        only(queue);
        // The first ones warm the code up.
        const runs = await work(fn, queue, 1);
        say('one short text an invocation, Twilio at 150 ms', runs.slice(40), runs.length - 40);
      };
      await singles(toFrontline, 'flex-events', ({ channel }) => twilio.customer.writes(channel, SHORT));
      toFrontline.end();

      console.log('ReplicateFrontline');
      const toFlex = await start(file('ReplicateFrontline'), env);
      twilio.switches.latency = 0;
      for (let n = 0; n < 10; n += 1)
        for (const { email, conversation } of chats)
          twilio.frontlineAgent.writes(email, conversation, `${n} ${LONG}`.slice(0, CHARACTERS));
      await quiet();
      only('frontline-events');
      say('ten long texts in each of ten chats, ten a batch', await work(toFlex, 'frontline-events'));
      twilio.switches.latency = TWILIO_MS;
      await singles(toFlex, 'frontline-events', ({ email, conversation }) =>
        twilio.frontlineAgent.writes(email, conversation, SHORT),
      );
      await quiet();
      toFlex.end();

      console.log('Forward');
      const forward = await start(file('Forward'), env);
      twilio.switches.latency = 0;
      for (let n = 0; n < 10; n += 1)
        for (const { channel } of chats) twilio.customer.writes(channel, `${n} ${LONG}`.slice(0, CHARACTERS));
      await quiet();
      const posts = [...waiting['default-webhook']];
      only('default-webhook');
      say('posts, ten a batch', await work(forward, 'default-webhook'));
      twilio.switches.latency = TWILIO_MS;
      await singles(forward, 'default-webhook', ({ channel }) => twilio.customer.writes(channel, SHORT));
      // As if each had died after its post: all are looked up.
      const store = createDynamoStore({ client: dynamo, tableName: 'bridge' });
      const last = posts.slice(-TEN);
      for (const { group, body } of last) {
        const { work: what } = JSON.parse(body) as { readonly work: { readonly forward: { readonly key: string } } };
        const ago = Date.now() - 100_000;
        await store.write(forwardKey(group as ChannelSid, what.forward.key), {
          when: [['has', 'st']],
          set: { [FORWARD.state]: 'trying', [FORWARD.leaseUntil]: ago, [FORWARD.since]: ago, [FORWARD.fence]: 1 },
          nonce: ['n', 'footprint'],
        });
      }
      waiting['default-webhook'] = [...last];
      say('ten posts looked up at once', await work(forward, 'default-webhook'));
      forward.end();
    };

    const sweptPairs = async () => {
      console.log('Sweep');
      twilio.switches.latency = 0;
      const [linking, answering, forward] = [
        await start(file('ReplicateFlex'), env),
        await start(file('ReplicateFrontline'), env),
        await start(file('Forward'), env),
      ];
      const chats = Array.from({ length: values.pairs }, (_, n) => beginChat(TEN + n, values.page));
      await quiet();
      waiting['flex-events'] = waiting['flex-events'].filter(({ body }) => body.includes('reservation.accepted'));
      only('flex-events');
      say(`linking ${chats.length} chats of ${values.page}`, await work(linking, 'flex-events'));
      // Nothing may be missing anywhere, or the sweep would be seen repairing.
      only('flex-events');
      for (const chat of chats) {
        find(chat);
        twilio.frontlineAgent.writes(chat.email, chat.conversation, SHORT);
      }
      await quiet();
      await work(answering, 'frontline-events');
      await quiet();
      await work(forward, 'default-webhook');
      for (const one of [linking, answering, forward]) one.end();
      twilio.switches.latency = TWILIO_MS;
      const sweep = await start(file('Sweep'), env);
      const ticks: Invoked[] = [];
      for (let n = 0; n < Math.ceil(1_000 / chats.length); n += 1) ticks.push(await sweep.invoke({}, 90_000));
      // The first ones warm the code up.
      const warm = ticks.slice(Math.floor(ticks.length / 4));
      say(`${warm.length} runs, each comparing ${chats.length} pairs`, warm, warm.length * chats.length);
      sweep.end();
    };

    if (!values['sweep-only']) await consumers();
    await sweptPairs();
  });
} finally {
  await twilio.stop();
  await emulator.stop();
  rmSync(folder, { recursive: true, force: true });
}
