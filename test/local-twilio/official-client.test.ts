import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import twilio from 'twilio';
import { AGENTS, FLEX, FRONTLINE } from '../../local-twilio/defaults.ts';
import { type RunningTwilio, startLocalTwilio } from '../../local-twilio/server.ts';
import { flexClient, frontlineClient, refusal } from './support/clients.ts';

let local: RunningTwilio;
let chat: ReturnType<ReturnType<typeof flexClient>['chat']['v2']['services']>;
let conversations: ReturnType<ReturnType<typeof frontlineClient>['conversations']['v1']['services']>;

beforeAll(async () => {
  local = await startLocalTwilio({ seed: 1 });
  chat = flexClient(local.url).chat.v2.services(FLEX.chatServiceSid);
  conversations = frontlineClient(local.url).conversations.v1.services(FRONTLINE.conversationServiceSid);
});
afterAll(() => local.stop());

describe('the official client with nothing but its base URL changed', () => {
  test('creates a channel, writes into it and reads all of it back over several pages, both ways round', async () => {
    const channel = await chat.channels.create({ uniqueName: 'pages', friendlyName: 'Pages', attributes: '{"a":1}' });
    const { messages } = chat.channels(channel.sid);
    for (let i = 0; i < 7; i += 1) await messages.create({ from: 'jo', body: `text ${i}` });
    const asc = await messages.list({ pageSize: 3 });
    expect(asc.map(({ index, body }) => [index, body])).toEqual([...Array(7).keys()].map((i) => [i, `text ${i}`]));
    const desc = await messages.list({ pageSize: 3, order: 'desc' });
    expect(desc.map(({ index }) => index)).toEqual([6, 5, 4, 3, 2, 1, 0]);
    expect((await chat.channels('pages').fetch()).sid).toBe(channel.sid);
  });

  test('keeps the original time of a message in milliseconds or whole seconds, as it is set', async () => {
    const conversation = await conversations.conversations.create({ friendlyName: 'time' });
    const { messages } = conversations.conversations(conversation.sid);
    const dateCreated = '2020-03-14T17:04:44.742Z' as unknown as Date;
    const seconds = await messages.create({ author: 'jo', body: 'old', dateCreated });
    expect(seconds.dateCreated.toISOString()).toBe('2020-03-14T17:04:44.000Z');
    local.switches.restDates = 'milliseconds';
    const exact = await messages(seconds.sid).fetch();
    local.switches.restDates = 'seconds';
    expect(exact.dateCreated.toISOString()).toBe('2020-03-14T17:04:44.742Z');
  });

  test('reaches the default conversations service under both of its addresses', async () => {
    const { sid } = await conversations.conversations.create({ uniqueName: 'twice' });
    const byDefault = frontlineClient(local.url).conversations.v1.conversations('twice');
    expect((await byDefault.fetch()).sid).toBe(sid);
  });

  test('edits, deletes and closes what it created', async () => {
    const { sid } = await conversations.conversations.create({});
    const conversation = conversations.conversations(sid);
    const message = await conversation.messages.create({ author: 'jo', body: 'a' });
    expect((await conversation.messages(message.sid).update({ body: 'b' })).body).toBe('b');
    expect(await conversation.messages(message.sid).remove()).toBe(true);
    expect(await conversation.messages.list()).toEqual([]);
    expect((await conversation.update({ state: 'closed' })).state).toBe('closed');
    expect(await refusal(conversation.messages.create({ body: 'late' }))).toEqual({ status: 400, code: 50377 });
  });

  test('takes an API key instead of the token', async () => {
    const client = twilio(FLEX.apiKey.sid, FLEX.apiKey.secret, { accountSid: FLEX.accountSid });
    client.chat.baseUrl = `${local.url}/chat.twilio.com`;
    expect((await client.chat.v2.services(FLEX.chatServiceSid).fetch()).sid).toBe(FLEX.chatServiceSid);
  });

  test('follows a task from its creation to the accepted reservation, with versions', async () => {
    const { workspaces } = flexClient(local.url).taskrouter.v1;
    const workspace = workspaces(FLEX.workspaceSid);
    const task = await workspace.tasks.create({
      attributes: '{"channelSid":"x"}',
      taskChannel: 'chat',
      routingTarget: AGENTS.ann.flexWorkerSid,
    });
    const [reservation] = await workspace.tasks(task.sid).reservations.list();
    expect(reservation?.workerSid).toBe(AGENTS.ann.flexWorkerSid);
    const accept = () =>
      workspace
        .tasks(task.sid)
        .reservations(reservation?.sid ?? '')
        .update({ reservationStatus: 'accepted' });
    expect((await accept()).reservationStatus).toBe('accepted');
    expect((await refusal(accept())).status).toBe(400);
    const stale = workspace.tasks(task.sid).update({ ifMatch: '"0"', attributes: '{}' });
    expect((await refusal(stale)).status).toBe(412);
    expect((await workspace.tasks(task.sid).update({ assignmentStatus: 'completed' })).assignmentStatus).toBe(
      'completed',
    );
    expect(await workspace.tasks.list({ assignmentStatus: ['pending'] })).toEqual([]);
  });
});

describe('Twilio refuses with its own codes', () => {
  const open = async (name: string) => chat.channels((await chat.channels.create({ uniqueName: name })).sid);

  test('a unique name that is taken', async () => {
    await chat.channels.create({ uniqueName: 'taken' });
    expect(await refusal(chat.channels.create({ uniqueName: 'taken' }))).toEqual({ status: 409, code: 50307 });
    await conversations.conversations.create({ uniqueName: 'taken' });
    const again = conversations.conversations.create({ uniqueName: 'taken' });
    expect(await refusal(again)).toEqual({ status: 409, code: 50353 });
  });

  test('a member who is there already', async () => {
    const channel = await open('members');
    await channel.members.create({ identity: 'jo' });
    expect(await refusal(channel.members.create({ identity: 'jo' }))).toEqual({ status: 409, code: 50404 });
    const { sid } = await conversations.conversations.create({});
    const { participants } = conversations.conversations(sid);
    await participants.create({ identity: 'jo' });
    expect(await refusal(participants.create({ identity: 'jo' }))).toEqual({ status: 409, code: 50433 });
  });

  test('a message without a body, one over 32 KB, attributes that are no JSON or over 4 KB', async () => {
    const { messages } = await open('bodies');
    expect((await refusal(messages.create({}))).code).toBe(50503);
    expect((await refusal(messages.create({ body: 'x'.repeat(32 * 1024 + 1) }))).code).toBe(50504);
    expect((await refusal(messages.create({ body: 'x', attributes: '{' }))).code).toBe(50304);
    const long = JSON.stringify({ x: 'x'.repeat(4096) });
    expect((await refusal(messages.create({ body: 'x', attributes: long }))).code).toBe(50303);
    expect((await messages.create({ body: 'あ'.repeat(10_922) })).index).toBe(0);
  });

  test('what it does not know', async () => {
    const nowhere = `CH${'0'.repeat(32)}` as const;
    expect(await refusal(chat.channels(nowhere).fetch())).toEqual({ status: 404, code: 20404 });
    expect((await refusal(chat.channels(nowhere).messages.create({ body: 'x' }))).code).toBe(50300);
    expect((await refusal(conversations.conversations(nowhere).messages.list())).code).toBe(50350);
    const path = await fetch(`${local.url}/chat.twilio.com/v2/Nothing`, {
      headers: { authorization: `Basic ${btoa(`${FLEX.accountSid}:${FLEX.authToken}`)}` },
    });
    expect([path.status, ((await path.json()) as { code: number }).code]).toEqual([404, 20404]);
  });

  test('wrong credentials, and the other account', async () => {
    const wrong = flexClient(local.url, 'f'.repeat(32));
    expect(await refusal(wrong.chat.v2.services(FLEX.chatServiceSid).fetch())).toEqual({ status: 401, code: 20003 });
    const other = flexClient(local.url).chat.v2.services(FRONTLINE.conversationServiceSid);
    expect(await refusal(other.fetch())).toEqual({ status: 404, code: 20404 });
  });
});

test('every call is counted by account, method and resource', async () => {
  const { sid } = await chat.channels.create({});
  local.counts.reset();
  await chat.channels(sid).fetch();
  await refusal(chat.channels(sid).messages.create({}));
  expect(local.counts.read()).toEqual({ flex: { 'GET chat.channel': 1, 'POST chat.messages': 1 }, frontline: {} });
  expect(local.counts.total()).toEqual({ rest: 2, chatEvent: 0 });
});
