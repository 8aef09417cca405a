/**
 * `npm run test:aws`: the stack as it is deployed, on an AWS emulator, between the two accounts of the local Twilio.
 * Real `cdk bootstrap`, `deploy` and `destroy`, real bundles, made-up keys; nothing leaves this machine.
 *
 * What the emulator does not show: throughput (one batch at a time for each FIFO mapping), IAM, TLS, alarms that ring.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetQueueAttributesCommand, ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { FLEX, FRONTLINE } from '../../local-twilio/defaults.ts';
import { type RunningTwilio, startLocalTwilio } from '../../local-twilio/server.ts';
import { ROUTES, SECRET_FIELDS, SETTINGS } from '../../src/contract.ts';
import { ownOptions } from '../../src/runtime/own-options.ts';
import { answeredToApp, CALLBACK_SETTINGS_GIVEN, CALLBACK_TEMPLATES } from './callbacks.ts';
import { begunInFrontline, endedInFrontline, livedInFlex, presenceFollowed } from './chat-lives.ts';
import { createChecks } from './checks.ts';
import { beginChat, type Chat, phoneReads, talk, talkAtOnce, written } from './conversation.ts';
import { type Doorway, openDoorway } from './doorway.ts';
import { awsEnvironment, type Emulator, startEmulator } from './emulator.ts';
import { operated } from './operator.ts';
import { alarmArrives, preflightNamesWhatIsMissing, preflown } from './preflight.ts';
import { bridge, cdk, succeeded } from './programs.ts';

ownOptions({
  command: 'npm run test:aws',
  about:
    'Deploys the real stack to an AWS emulator (Python 3.11 or newer), talks through it, destroys it. Takes minutes.',
  options: {},
});

const EACH = 20;
/** Of the emulator's log, functions' included, when something failed. */
const LAST_LINES = 60;
const stack = 'flex-frontline-bridge-emulated';
const folder = mkdtempSync(join(tmpdir(), 'bridge-aws-'));
const templates = join(folder, 'templates.json');
const { check, summary } = createChecks((line) => console.log(line));
const cleanups: (() => Promise<void>)[] = [];

const cleanUp = async (): Promise<void> => {
  for (const clean of cleanups.splice(0).reverse()) await clean().catch((error: unknown) => console.error(error));
  rmSync(folder, { recursive: true, force: true });
};

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    void cleanUp().finally(() => process.exit(130));
  });

const equal = (what: string, actual: unknown, expected: unknown): void => {
  const [is, should] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (is !== should) throw new Error(`${what}: ${is} instead of ${should}`);
};

/** Every name is set, so that a person's own .env adds nothing. */
const nothing = Object.fromEntries([...SETTINGS, ...SECRET_FIELDS].map((name) => [name, '']));

const environmentOf = (emulator: Emulator, given: Readonly<Record<string, string>>): NodeJS.ProcessEnv =>
  awsEnvironment({ ...nothing, AWS_ENDPOINT_URL: emulator.url, STAGE: 'emulated', CI: '1', ...given });

const settings = (twilio: RunningTwilio, doorway: Doorway): Readonly<Record<string, string>> => ({
  ACCOUNT_SID: FLEX.accountSid,
  CHAT_SERVICE_SID: FLEX.chatServiceSid,
  FLEX_CHAT_DEFAULT_WEBHOOK: FLEX.defaultWebhook,
  FRONTLINE_ACCOUNT_SID: FRONTLINE.accountSid,
  CONVERSATION_SERVICE_SID: FRONTLINE.conversationServiceSid,
  AWS_PUBLIC_BASE_URL: doorway.url,
  TWILIO_BASE_URL: twilio.url,
  SETTLE_SECONDS: '2',
  WORKSPACE_SID: FLEX.workspaceSid,
  FRONTLINE_WORKSPACE_SID: FRONTLINE.workspaceSid,
  SMS_NUMBER: FLEX.phoneNumber,
  TEMPLATES_FILE: templates,
  ...CALLBACK_SETTINGS_GIVEN,
});

const deploy = ['deploy', '--require-approval', 'never', '--output', join(folder, 'cdk.out')];

const apiUrl = (output: string): string => {
  const url = new RegExp(`ChatWebhook = (\\S+)${ROUTES[0]}`).exec(output)?.[1];
  if (url === undefined) throw new Error(`the stack says no address:\n${output.slice(-2000)}`);
  return url;
};

/** What waits on the dead-letter queues, by queue. */
const deadLetters = async (emulator: Emulator): Promise<Readonly<Record<string, number>>> => {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new SQSClient({ endpoint: emulator.url, region: 'eu-central-1', credentials });
  const { QueueUrls = [] } = await client.send(new ListQueuesCommand({}));
  const counts: Record<string, number> = {};
  for (const QueueUrl of QueueUrls.filter((url) => url.includes('Dead'))) {
    const asked = { QueueUrl, AttributeNames: ['ApproximateNumberOfMessages' as const] };
    const { Attributes } = await client.send(new GetQueueAttributesCommand(asked));
    counts[QueueUrl.slice(QueueUrl.lastIndexOf('/') + 1)] = Number(Attributes?.ApproximateNumberOfMessages);
  }
  client.destroy();
  return counts;
};

const deployed = async (emulator: Emulator, twilio: RunningTwilio, doorway: Doorway): Promise<boolean> => {
  const bare = environmentOf(emulator, {});
  const env = environmentOf(emulator, settings(twilio, doorway));
  const tokens = { AUTH_TOKEN: FLEX.authToken, FRONTLINE_AUTH_TOKEN: FRONTLINE.authToken };
  if (!(await check('cdk bootstrap', () => succeeded(cdk(['bootstrap', '--output', join(folder, 'cdk.out')], env)))))
    return false;
  await check('cdk deploy with nothing configured is refused, and names what is missing', async () => {
    const { code, output } = await cdk(deploy, bare);
    equal('refused', code !== 0, true);
    const names = ['ACCOUNT_SID', 'CHAT_SERVICE_SID', 'FRONTLINE_ACCOUNT_SID', 'CONVERSATION_SERVICE_SID'];
    equal(
      'names',
      names.filter((name) => !output.includes(name)),
      [],
    );
  });
  await preflown({ check, equal, stack, env, emulator });
  const stands = await check('cdk deploy', async () => {
    const { output } = await succeeded(cdk(deploy, env));
    doorway.leadTo(apiUrl(output));
  });
  if (!stands) return false;
  await check('bridge secrets names what is missing', async () => {
    equal('exit code', (await bridge(['secrets', '--stack', stack], env)).code, 1);
  });
  await preflightNamesWhatIsMissing({ check, equal, stack, env, emulator });
  const set = await check('bridge secrets sets the tokens and shows none', async () => {
    const { output } = await succeeded(bridge(['secrets', '--stack', stack], { ...env, ...tokens }));
    equal('fields', output.split('\n')[0], 'Set: AUTH_TOKEN, FRONTLINE_AUTH_TOKEN');
    equal(
      'tokens shown',
      Object.values(tokens).filter((token) => output.includes(token)),
      [],
    );
  });
  await alarmArrives({ check, equal, stack, env, emulator });
  return set;
};

const bridged = async (emulator: Emulator, twilio: RunningTwilio, doorway: Doorway): Promise<void> => {
  await check('a webhook that Twilio did not sign is refused', async () => {
    const body = new URLSearchParams({ EventType: 'onMessageSent', AccountSid: FLEX.accountSid });
    const headers = { 'x-twilio-signature': 'bm90IGEgc2lnbmF0dXJl' };
    equal('status', (await fetch(doorway.url + ROUTES[0], { method: 'POST', headers, body })).status, 403);
  });
  twilio.connectBridge(doorway.url);
  let chat: Chat | undefined;
  await check('an accepted reservation links the chat, history first', async () => {
    chat = await beginChat(twilio);
  });
  if (chat === undefined) return;
  const linked = chat;
  twilio.counts.reset();
  await check(`a dialogue of ${EACH} messages each way stands on both sides`, async () => {
    equal('wrong', await talk(twilio, linked, EACH), []);
  });
  await check('each text was written once, and each event forwarded once', async () => {
    equal('writes', await written(twilio, 2 * EACH), { flex: EACH, frontline: EACH, forwarded: 2 * EACH });
  });
  await check(`${EACH} messages each way at once stand on both sides in order`, async () => {
    equal('wrong', await talkAtOnce(twilio, linked, EACH), []);
  });
  await check("the customer's phone received every answer once, those of the dialogue in order", async () => {
    const numbers = Array.from({ length: EACH }, (_, n) => n + 1);
    const received = await phoneReads(twilio, 2 * EACH);
    equal(
      'dialogue',
      received.slice(0, EACH),
      numbers.map((n) => `answer ${n} & <more>`),
    );
    // Of what is written at once the webhooks overtake each other, and Flex's own webhook gets them as they arrive.
    equal('at once', received.slice(EACH).sort(), numbers.map((n) => `from the agent ${n}`).sort());
  });
  await answeredToApp({ check, equal, twilio, url: doorway.url, chat: linked });
  const env = environmentOf(emulator, settings(twilio, doorway));
  await operated({ check, equal, stack, env, emulator, twilio, chat: linked });
  await presenceFollowed({ check, equal, twilio });
  await livedInFlex({ check, equal, twilio });
  await begunInFrontline({ check, equal, twilio });
  await endedInFrontline({ check, equal, twilio }, linked);
  await check('nothing was given up', async () => {
    equal('dead letters', Object.values(await deadLetters(emulator)), [0, 0, 0]);
  });
};

const undone = async (emulator: Emulator, twilio: RunningTwilio, doorway: Doorway): Promise<void> => {
  const env = environmentOf(emulator, settings(twilio, doorway));
  await check('cdk deploy again changes nothing', async () => {
    const { output } = await succeeded(cdk(deploy, env));
    equal('no changes', output.includes('no changes'), true);
  });
  await check('cdk destroy leaves nothing', async () => {
    await succeeded(cdk(['destroy', '--force', '--output', join(folder, 'cdk.out')], env));
    equal('queues left', await deadLetters(emulator), {});
  });
};

try {
  writeFileSync(templates, JSON.stringify(CALLBACK_TEMPLATES));
  const emulator = await startEmulator(folder);
  cleanups.push(emulator.stop);
  const twilio = await startLocalTwilio({ seed: 1 });
  cleanups.push(twilio.stop);
  const doorway = await openDoorway();
  cleanups.push(doorway.stop);
  const stands = await deployed(emulator, twilio, doorway);
  if (stands) {
    await bridged(emulator, twilio, doorway);
    await undone(emulator, twilio, doorway);
  }
  if (summary().failed > 0)
    console.error(readFileSync(join(folder, 'emulator.log'), 'utf8').split('\n').slice(-LAST_LINES).join('\n'));
} catch (error) {
  await check('the test itself', () => Promise.reject(error));
} finally {
  await cleanUp();
  const { passed, failed } = summary();
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
}
