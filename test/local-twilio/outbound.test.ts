/** What an agent's own start of a chat needs of both accounts. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { AGENTS, FLEX, FRONTLINE } from '../../local-twilio/defaults.ts';
import { type RunningTwilio, startLocalTwilio } from '../../local-twilio/server.ts';
import { flexClient, frontlineClient, refusal } from './support/clients.ts';
import { createVirtualTwilio } from './support/virtual-twilio.ts';

const phone = '+15550109999';
let local: RunningTwilio;
let flex: ReturnType<typeof flexClient>;
let proxy: ReturnType<typeof flex.proxy.v1.services>;
let conversations: ReturnType<ReturnType<typeof frontlineClient>['conversations']['v1']['services']>;

beforeAll(async () => {
  local = await startLocalTwilio({ seed: 1 });
  flex = flexClient(local.url);
  proxy = flex.proxy.v1.services(FLEX.proxyServiceSid);
  conversations = frontlineClient(local.url).conversations.v1.services(FRONTLINE.conversationServiceSid);
});
afterAll(() => local.stop());

const newFlow = () =>
  flex.flexApi.v1.flexFlow.create({
    ...{ friendlyName: 'Outbound SMS', chatServiceSid: FLEX.chatServiceSid, channelType: 'sms', janitorEnabled: true },
  });

let count = 0;
/** A channel of a flow of its own, with an open session for a phone of its own. */
const joined = async (flow?: string) => {
  count += 1;
  const flexFlowSid = flow ?? (await newFlow()).sid;
  const target = `+1555010${count + 1000}`;
  const { sid } = await flex.flexApi.v1.channel.create({
    ...{ flexFlowSid, identity: `sms_${count}`, chatUserFriendlyName: 'Jo', chatFriendlyName: 'Jo', target },
    chatUniqueName: `outbound-${count}`,
  });
  const session = await proxy.sessions.create({ uniqueName: sid, mode: 'message-only' });
  for (const identifier of [sid, target])
    await proxy.sessions(session.sid).participants.create({ identifier, proxyIdentifier: FLEX.phoneNumber });
  return { channel: sid, session: session.sid, phone: target, identity: `sms_${count}` };
};

describe('the Flex API', () => {
  test('lists flows by name, and makes a channel by one: the customer is in it, and no task', async () => {
    const flow = await newFlow();
    const found = await flex.flexApi.v1.flexFlow.list({ friendlyName: 'Outbound SMS' });
    expect(found.map(({ sid }) => sid)).toContain(flow.sid);
    expect(await flex.flexApi.v1.flexFlow.list({ friendlyName: 'Inbound' })).toEqual([]);
    const tasks = local.reads.tasks('flex').length;
    const { channel, identity } = await joined(flow.sid);
    const made = local.reads.container('flex', channel);
    expect(made?.members).toMatchObject([{ identity, attributes: '{"member_type":"guest"}' }]);
    expect(JSON.parse(made?.attributes ?? '')).toMatchObject({ status: 'ACTIVE', channel_type: 'sms' });
    expect(local.reads.tasks('flex')).toHaveLength(tasks);
  });

  test('refuses a channel whose unique name is taken', async () => {
    const flexFlowSid = (await newFlow()).sid;
    const again = () =>
      flex.flexApi.v1.channel.create({
        ...{ flexFlowSid, identity: 'sms', chatUserFriendlyName: 'Jo', chatFriendlyName: 'Jo', chatUniqueName: 'one' },
      });
    await again();
    expect(await refusal(again())).toEqual({ status: 409, code: 45208 });
  });
});

describe('Proxy', () => {
  test('joins a phone to a channel, and lists both', async () => {
    const { session, channel, phone: number } = await joined();
    const both = await proxy.sessions(session).participants.list();
    expect(both.map(({ identifier }) => identifier)).toEqual([channel, number]);
    expect((await proxy.sessions(channel).fetch()).sid).toBe(session);
  });

  test('refuses a second session of a name, a participant twice, and one whose number is in use elsewhere', async () => {
    const one = await joined();
    const other = await joined();
    const join = (session: string, identifier: string) =>
      proxy.sessions(session).participants.create({ identifier, proxyIdentifier: FLEX.phoneNumber });
    expect(await refusal(proxy.sessions.create({ uniqueName: one.channel }))).toMatchObject({ code: 80603 });
    expect(await refusal(join(one.session, one.phone))).toMatchObject({ code: 80103 });
    expect(await refusal(join(other.session, one.phone))).toMatchObject({ code: 80604 });
    await proxy.sessions(one.session).update({ status: 'closed' });
    expect(await refusal(join(one.session, '+15550100777'))).toMatchObject({ code: 80607 });
    expect((await join(other.session, one.phone)).identifier).toBe(one.phone);
  });

  test("Flex's janitor ends the session of a channel whose task is deleted", async () => {
    const { channel, session } = await joined();
    const { tasks } = flex.taskrouter.v1.workspaces(FLEX.workspaceSid);
    const task = await tasks.create({ attributes: JSON.stringify({ channelSid: channel }), taskChannel: 'sms' });
    await tasks(task.sid).remove();
    expect((await proxy.sessions(session).fetch()).status).toBe('closed');
  });
});

describe('a conversation that an agent begins', () => {
  let conversationSid: string;
  beforeEach(() => {
    count += 1;
    ({ conversationSid } = local.frontlineAgent.begins(AGENTS.ann.email, { phone: `+1555020${count + 1000}` }));
  });
  const number = () => `+1555020${count + 1000}`;

  test("carries the agent's words to the phone by itself, and says so in receipts", async () => {
    const { sid } = local.frontlineAgent.writes(AGENTS.ann.email, conversationSid, 'hello');
    expect(local.customer.phone(number())).toMatchObject([{ body: 'hello', from: FRONTLINE.phoneNumber }]);
    const message = conversations.conversations(conversationSid).messages(sid);
    expect(await message.deliveryReceipts.list()).toMatchObject([{ messageSid: sid, status: 'sent' }]);
    expect((await message.fetch()).delivery).toMatchObject({ total: 1 });
  });

  test('carries nothing any more once the phone is not bound to it', async () => {
    const { participants } = conversations.conversations(conversationSid);
    const bound = (await participants.list()).find(({ identity }) => identity === null);
    await participants.create({ identity: 'jo' });
    await participants(bound?.sid ?? '').remove();
    const { sid } = local.frontlineAgent.writes(AGENTS.ann.email, conversationSid, 'hello');
    expect(local.customer.phone(number())).toEqual([]);
    const message = conversations.conversations(conversationSid).messages(sid);
    expect(await message.deliveryReceipts.list()).toEqual([]);
    expect((await message.fetch()).delivery).toBeNull();
  });

  test('takes the answer of its phone; without one the answer makes a conversation of its own', async () => {
    const answered = local.customer.textsFrontline(number(), 'hi');
    expect(answered.conversationSid).toBe(conversationSid);
    expect(local.reads.transcript('frontline', conversationSid).map(({ author }) => author)).toEqual([number()]);
    const stranger = local.customer.textsFrontline('+15550177777', 'who is this?');
    expect(stranger.conversationSid).not.toBe(conversationSid);
    expect(local.reads.container('frontline', stranger.conversationSid)?.members).toMatchObject([
      { identity: undefined, address: '+15550177777' },
    ]);
  });

  test('may be with an identity in place of a phone', () => {
    const begun = local.frontlineAgent.begins(AGENTS.ann.email, { identity: 'jo', name: 'Jo' });
    expect(local.reads.container('frontline', begun.conversationSid)?.members).toMatchObject([
      { identity: 'jo', address: undefined, attributes: '{"customer_id":"jo","display_name":"Jo"}' },
      { identity: AGENTS.ann.email },
    ]);
  });

  test('is listed by when it was made', async () => {
    const all = await conversations.conversations.list({ startDate: new Date(Date.now() - 60_000).toISOString() });
    expect(all.map(({ sid }) => sid)).toContain(conversationSid);
    const later = new Date(Date.now() + 60_000).toISOString();
    expect(await conversations.conversations.list({ startDate: later })).toEqual([]);
  });
});

test('what is begun is told by webhooks in the order in which the app does it', async () => {
  const twilio = createVirtualTwilio();
  twilio.connectBridge('https://bridge.example');
  twilio.frontlineAgent.begins(AGENTS.ann.email, { phone });
  twilio.customer.textsFrontline(phone, 'hello?');
  await twilio.pass(0);
  expect(twilio.types()).toEqual([
    ...['onConversationAdded', 'onParticipantAdded', 'onParticipantAdded', 'onMessageAdded'],
  ]);
});
