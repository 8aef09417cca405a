import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { AGENTS, FLEX, FRONTLINE } from '../../local-twilio/defaults.ts';
import { type RunningTwilio, startLocalTwilio } from '../../local-twilio/server.ts';
import { flexClient, frontlineClient } from './support/clients.ts';
import { type Receiver, startReceiver } from './support/receiver.ts';

let local: RunningTwilio;
let receiver: Receiver;

beforeEach(async () => {
  receiver = await startReceiver();
  local = await startLocalTwilio({ seed: 2 });
  local.connectBridge(receiver.url);
});
afterEach(async () => {
  await local.stop();
  await receiver.stop();
});

/** A web chat that Ann accepted, and nothing heard of it yet. */
const acceptedChat = async () => {
  const begun = local.customer.beginWebChat({ name: 'Jo', identity: 'jo' });
  const { reservationSid } = local.flexAgent.isOffered(AGENTS.ann.flexWorkerSid, begun.taskSid);
  local.flexAgent.accepts(reservationSid);
  await local.webhooks.settled();
  return { ...begun, reservationSid };
};

describe('what a webhook says', () => {
  test('is signed with the account token over the configured URL, fragment apart, as the official validator has it', async () => {
    await acceptedChat();
    const [chat] = receiver.of('onMemberAdded');
    const [task] = receiver.of('task.created');
    expect(chat?.signedWith(FLEX.authToken)).toBe(true);
    expect(chat?.signedWith(FRONTLINE.authToken)).toBe(false);
    expect(task?.path).toBe('/taskrouter-handler');
    expect(task?.signedWith(FLEX.authToken)).toBe(true);
    expect(chat?.headers).toMatchObject({
      'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
      'user-agent': 'TwilioProxy/1.1',
      'x-home-region': 'us1',
    });
  });

  test('of a message in Flex has the parameters of onMessageSent', async () => {
    const { channelSid } = await acceptedChat();
    const { sid } = local.customer.writes(channelSid, 'hello');
    await local.webhooks.settled();
    expect(receiver.of('onMessageSent')[0]?.params).toEqual({
      AccountSid: FLEX.accountSid,
      InstanceSid: FLEX.chatServiceSid,
      ChannelSid: channelSid,
      Source: 'SDK',
      ClientIdentity: 'jo',
      RetryCount: '0',
      EventType: 'onMessageSent',
      MessageSid: sid,
      Index: '0',
      Body: 'hello',
      Attributes: '{}',
      From: 'jo',
      DateCreated: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    });
  });

  test('of a file in Flex is onMediaMessageSent and names the file', async () => {
    const { channelSid } = await acceptedChat();
    local.customer.sends(channelSid, { filename: 'car.jpg', contentType: 'image/jpeg', size: 42056 });
    await local.webhooks.settled();
    expect(receiver.of('onMessageSent')).toEqual([]);
    expect(receiver.of('onMediaMessageSent')[0]?.params).toMatchObject({
      MediaFilename: 'car.jpg',
      MediaContentType: 'image/jpeg',
      MediaSize: '42056',
      MediaSid: expect.stringMatching(/^ME[0-9a-f]{32}$/),
    });
  });

  test('of an accepted reservation has the whole set, the task and the worker in JSON', async () => {
    const { taskSid, reservationSid, channelSid } = await acceptedChat();
    const params = receiver.of('reservation.accepted')[0]?.params ?? {};
    expect(params).toMatchObject({
      AccountSid: FLEX.accountSid,
      WorkspaceSid: FLEX.workspaceSid,
      ResourceType: 'reservation',
      ResourceSid: reservationSid,
      ReservationSid: reservationSid,
      TaskSid: taskSid,
      TaskAssignmentStatus: 'assigned',
      TaskChannelUniqueName: 'chat',
      WorkerSid: AGENTS.ann.flexWorkerSid,
    });
    expect(params.Sid).toMatch(/^EV[0-9a-f]{32}$/);
    expect(params).not.toHaveProperty('RetryCount');
    expect(JSON.parse(params.TaskAttributes ?? '')).toMatchObject({ channelSid, channelType: 'web', name: 'Jo' });
    expect(JSON.parse(params.WorkerAttributes ?? '')).toMatchObject({ contact_uri: 'client:ann_40example_2Ecom' });
  });

  test('of a message from the Frontline app names its author, and its edit and removal follow', async () => {
    const conversations = frontlineClient(local.url).conversations.v1.services(FRONTLINE.conversationServiceSid);
    const { sid } = await conversations.conversations.create({ friendlyName: 'Jo' });
    await conversations.conversations(sid).participants.create({ identity: AGENTS.ann.email });
    const message = local.frontlineAgent.writes(AGENTS.ann.email, sid, 'hi');
    local.frontlineAgent.edits(AGENTS.ann.email, sid, message.sid, 'hi!');
    local.frontlineAgent.deletes(AGENTS.ann.email, sid, message.sid);
    local.frontlineAgent.closes(AGENTS.ann.email, sid);
    await local.webhooks.settled();
    const added = receiver.of('onMessageAdded')[0];
    expect(added?.params).toMatchObject({
      AccountSid: FRONTLINE.accountSid,
      ChatServiceSid: FRONTLINE.conversationServiceSid,
      ConversationSid: sid,
      MessageSid: message.sid,
      Author: AGENTS.ann.email,
      ClientIdentity: AGENTS.ann.email,
      Source: 'SDK',
      Body: 'hi',
      Index: '0',
      RetryCount: '0',
    });
    expect(Object.keys(JSON.parse(added?.params.Attributes ?? ''))).toEqual(['messageId']);
    expect(added?.signedWith(FRONTLINE.authToken)).toBe(true);
    expect(receiver.of('onMessageUpdated')[0]?.params).toMatchObject({ Body: 'hi!', MessageSid: message.sid });
    expect(receiver.of('onMessageRemoved')[0]?.params).toHaveProperty('DateRemoved');
    expect(receiver.of('onConversationStateUpdated')[0]?.params).toMatchObject({
      StateFrom: 'active',
      StateTo: 'closed',
      Reason: 'API',
      Source: 'API',
    });
  });

  test('of an agent who ends the chat in Flex is a channel that became INACTIVE', async () => {
    const { channelSid, taskSid } = await acceptedChat();
    local.flexAgent.endsChat(AGENTS.ann.flexWorkerSid, channelSid);
    local.flexAgent.completesTask(taskSid);
    await local.webhooks.settled();
    const last = receiver.of('onChannelUpdated').at(-1)?.params ?? {};
    expect(last).toMatchObject({ Source: 'SDK', ClientIdentity: 'ann_40example_2Ecom' });
    expect(JSON.parse(last.Attributes ?? '')).toMatchObject({ status: 'INACTIVE', task_sid: taskSid });
    expect(receiver.received.map(({ params }) => params.EventType)).toEqual(
      expect.arrayContaining(['task.wrapup', 'reservation.wrapup', 'task.completed', 'reservation.completed']),
    );
  });
});

describe('whom a webhook is for', () => {
  test('a program that writes by REST is heard only when it asks for it', async () => {
    const { channelSid } = await acceptedChat();
    const { messages } = flexClient(local.url).chat.v2.services(FLEX.chatServiceSid).channels(channelSid);
    await messages.create({ body: 'quiet' });
    await messages.create({ body: 'loud', xTwilioWebhookEnabled: 'true' });
    await local.webhooks.settled();
    expect(receiver.of('onMessageSent').map(({ params }) => [params.Body, params.Source])).toEqual([['loud', 'API']]);
  });

  test('the filters decide what comes', async () => {
    const service = flexClient(local.url).chat.v2.services(FLEX.chatServiceSid);
    const updated = await service.update({ webhookFilters: ['onMessageRemoved'], postWebhookRetryCount: 2 });
    expect([updated.webhookFilters, updated.postWebhookRetryCount]).toEqual([['onMessageRemoved'], 2]);
    const { channelSid } = await acceptedChat();
    const { sid } = local.customer.writes(channelSid, 'hello');
    local.customer.deletes(channelSid, sid);
    await local.webhooks.settled();
    const chat = receiver.received.filter(({ path }) => path === '/chat-to-frontline');
    expect(chat.map(({ params }) => params.EventType)).toEqual(['onMessageRemoved']);
  });

  test("a service's own Conversations configuration silences the account's", async () => {
    const { v1 } = frontlineClient(local.url).conversations;
    const global = { postWebhookUrl: `${receiver.url}/global`, filters: ['onConversationAdded'] };
    await v1.configuration.webhooks().update({ ...global, method: 'POST' });
    await v1.conversations.create({ xTwilioWebhookEnabled: 'true' });
    await local.webhooks.settled();
    expect(receiver.of('onConversationAdded').map(({ path }) => path)).toEqual(['/frontline-to-chat']);
  });
});
