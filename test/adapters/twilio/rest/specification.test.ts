/** Every request of both sides is one that Twilio's published specifications know, parameter by parameter. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { createAvailability } from '../../../../src/adapters/twilio/rest/availability.ts';
import { createDefaultWebhook } from '../../../../src/adapters/twilio/rest/default-webhook.ts';
import { createFlexSide } from '../../../../src/adapters/twilio/rest/flex-side.ts';
import { createFrontlineSide } from '../../../../src/adapters/twilio/rest/frontline-side.ts';
import { createOutboundSide } from '../../../../src/adapters/twilio/rest/outbound-side.ts';
import { createTaskSide } from '../../../../src/adapters/twilio/rest/task-side.ts';
import { createWorkerSide } from '../../../../src/adapters/twilio/rest/worker-side.ts';
import type { ChatSide } from '../../../../src/core/ports/chat.ts';
import type { Outbound } from '../../../../src/core/ports/outbound.ts';
import type { TaskSide } from '../../../../src/core/ports/tasks.ts';
import { type Asked, account, channel, endAll, messageSid, playTwilio } from './playing-twilio.ts';

afterEach(endAll);

type Operation = {
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: {
    readonly content: Readonly<
      Record<string, { readonly schema: { readonly properties: Readonly<Record<string, unknown>> } }>
    >;
  };
};
type Specification = { readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>> };

const folder = dirname(createRequire(import.meta.url).resolve('@twilio-alpha/mcp/package.json'));
const specification = (product: string) =>
  JSON.parse(readFileSync(join(folder, 'twilio-oai/spec/json', `twilio_${product}.json`), 'utf8')) as Specification;
const products = {
  'chat.twilio.com': specification('chat_v2'),
  'conversations.twilio.com': specification('conversations_v1'),
  'taskrouter.twilio.com': specification('taskrouter_v1'),
  'proxy.twilio.com': specification('proxy_v1'),
  'frontline-api.twilio.com': specification('frontline_v1'),
  'flex-api.twilio.com': specification('flex_v1'),
};

const operationOf = ({ method, path }: Asked): Operation | undefined => {
  const { pathname } = new URL(path, 'http://127.0.0.1');
  const [, host, ...segments] = pathname.split('/');
  const { paths } = products[host as keyof typeof products];
  const found = Object.keys(paths).find((known) => {
    const parts = known.split('/').slice(1);
    return parts.length === segments.length && parts.every((part, i) => part.startsWith('{') || part === segments[i]);
  });
  return found === undefined ? undefined : paths[found]?.[method.toLowerCase()];
};

const useAll = async (side: ChatSide): Promise<void> => {
  const draft = {
    author: 'ann',
    body: 'hi',
    createdAt: '2026-11-22T10:00:00.123Z',
    attributes: '{}',
    notifyWebhooks: true,
  };
  await side.send(channel, draft);
  await side.listMessages(channel, 'desc');
  await side.message(channel, messageSid);
  await side.rewrite(channel, messageSid, { body: 'x', attributes: '{}' });
  await side.erase(channel, messageSid);
  await side.container(channel);
  await side.members(channel);
  await side.join(channel, { identity: 'ann', attributes: '{}' });
};

const useTasks = async (side: TaskSide): Promise<void> => {
  await side.listAssigned();
  await side.chat(`WT${'a'.repeat(32)}`);
  await side.acceptance(`WT${'a'.repeat(32)}`);
  await side.workerIdentity(`WK${'a'.repeat(32)}`);
  await side.listReserved();
  await side.openReservations(`WT${'a'.repeat(32)}`);
  await side.customerName(`WT${'a'.repeat(32)}`);
  // What is answered here is no reservation: only what is asked is looked at.
  const [worker, reservation] = [`WK${'a'.repeat(32)}`, `WR${'a'.repeat(32)}`] as const;
  await side.reservation(worker, reservation).catch(() => undefined);
  await side.answerReservation(worker, reservation, 'accepted').catch(() => undefined);
  await useOwnTasks(side);
};

const useOwnTasks = async (side: TaskSide): Promise<void> => {
  const task = `WT${'a'.repeat(32)}` as const;
  const made = { mark: 'a', attributes: {}, taskChannel: 'chat', worker: `WK${'a'.repeat(32)}` } as const;
  await side.create({ ...made, workflow: `WW${'a'.repeat(32)}` }).catch(() => undefined);
  await side.marked('a');
  await side.whole(task).catch(() => undefined);
  await side.writeAttributes(task, '{}', '3');
  await side.cancel(task, 'b');
  await side.reservations(task);
};

const useAgents = async (of: Parameters<typeof createAvailability>[0]): Promise<void> => {
  const worker = `WK${'a'.repeat(32)}` as const;
  for (const matchBy of [undefined, 'email']) {
    const side = createWorkerSide({ ...of, side: 'flex', workspaceSid: `WS${'a'.repeat(32)}`, matchBy });
    await side.knownBy('ann');
    if (matchBy !== undefined) continue;
    await side.list();
    await side.activities();
    await side.isOffered(worker);
    await side.letTimeOut(worker, 0);
    // What is played here is no worker: the answers cannot be read.
    await side.worker(worker).catch(() => {});
    await side.goTo(worker, `WA${'a'.repeat(32)}`, 'rejected').catch(() => {});
  }
  await createAvailability(of).read('ann');
  await createAvailability(of).write('ann', true);
};

const useOutbound = async (side: Outbound): Promise<void> => {
  const session = `KC${'a'.repeat(32)}` as const;
  const flow = `FO${'a'.repeat(32)}` as const;
  await side.flow();
  // What is played here is no flow, and no session: only what is asked is looked at.
  await side.createFlow().catch(() => undefined);
  await side.createChannel({ flow, uniqueName: 'a', identity: 'jo', name: 'Jo', target: '+1' });
  await side.session(channel).catch(() => undefined);
  await side.isOpen(session).catch(() => undefined);
  await side.joinSession(session, '+1', '+2');
};

test('nothing is asked of Twilio that its specifications do not know', async () => {
  const one = { sid: messageSid, index: 0, date_created: '2026-11-22T10:00:00Z' };
  const lists = {
    messages: [],
    members: [],
    participants: [],
    interactions: [],
    tasks: [],
    reservations: [],
    workers: [],
    activities: [],
    events: [],
    conversations: [],
    delivery_receipts: [],
    flex_flows: [],
  };
  const json = { ...one, ...lists, friendly_name: 'Ann', meta: { next_page_url: null } };
  const played = await playTwilio(({ path }) => ({
    status: 200,
    json: { ...json, sid: /\/Messages(\/|$)/.test(path) ? messageSid : channel },
  }));
  const frontline = createFrontlineSide(account(played));
  await useAll(createFlexSide(account(played)));
  await useAll(frontline);
  await frontline.createConversation({ uniqueName: 'a', friendlyName: 'b', attributes: '{}' });
  await frontline.hasUser('ann');
  await frontline.listSince(0);
  await frontline.participants(channel);
  await frontline.wasCarried(channel, messageSid);
  const { accountSid, requestMs: timeoutMs, ...rest } = account(played);
  const url = `https://webhooks.twilio.com/v1/Accounts/${accountSid}/Proxy/KS${'a'.repeat(32)}/Webhooks/ChatEvent`;
  const webhook = createDefaultWebhook({ ...rest, url, timeoutMs });
  await webhook.interactions(`KC${'a'.repeat(32)}`);
  await webhook.isSessionOpen(`KC${'a'.repeat(32)}`).catch(() => undefined);
  await webhook.endSession(`KC${'a'.repeat(32)}`);
  await useTasks(createTaskSide({ ...account(played), workspaceSid: `WS${'a'.repeat(32)}` }));
  await useAgents(account(played));
  const outbound = { smsNumber: '+1', whatsappNumber: undefined, proxyServiceSid: `KS${'a'.repeat(32)}` };
  await useOutbound(createOutboundSide({ ...account(played), outbound: { ...outbound, taskChannel: 'sms' } }));
  expect(played.asked).toHaveLength(56);

  for (const asked of played.asked) {
    const operation = operationOf(asked);
    expect([asked.path, operation]).toEqual([asked.path, expect.anything()]);
    const known = (where: string) =>
      (operation?.parameters ?? []).filter((parameter) => parameter.in === where).map(({ name }) => name.toLowerCase());
    const fields = operation?.requestBody?.content['application/x-www-form-urlencoded']?.schema.properties ?? {};
    for (const name of asked.form.keys()) expect(Object.keys(fields)).toContain(name);
    for (const name of new URL(asked.path, 'http://127.0.0.1').searchParams.keys())
      expect(known('query')).toContain(name.toLowerCase());
    if (asked.headers['if-match'] !== undefined) expect(known('header')).toContain('if-match');
    if (asked.headers['x-twilio-webhook-enabled'] !== undefined)
      expect(known('header')).toContain('x-twilio-webhook-enabled');
  }
});
