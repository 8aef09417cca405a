import { describe, expect, test } from '@jest/globals';
import { stampedAttributes } from '../../src/core/copies/stamp.ts';
import { fixture, type Params } from '../fixtures/webhooks/read.ts';
import { config, encode, harness, secrets } from './harness.ts';

const chat = '/chat-to-frontline';
const conversations = '/frontline-to-chat';
const taskrouter = '/taskrouter-handler';

const said = fixture('chat/onMessageSent');
const answered = fixture('conversations/onMessageAdded');
const accepted = fixture('taskrouter/reservation.accepted');

describe('what is stored', () => {
  test("a message in Flex goes to the replicator and to Flex's own webhook, in its channel's group", async () => {
    const { deliver, sent, journal } = harness();
    const response = await deliver(chat, said);
    expect([response.status, response.headers.get('content-type')]).toEqual([204, 'application/json']);
    expect(sent.map(({ queue, group, dedupe }) => ({ queue, group, dedupe }))).toEqual([
      { queue: 'flex-events', group: said.ChannelSid, dedupe: `onMessageSent:${said.MessageSid}` },
      { queue: 'default-webhook', group: said.ChannelSid, dedupe: `onMessageSent:${said.MessageSid}` },
    ]);
    expect(journal).toEqual([
      {
        step: 'queued',
        type: 'message.added',
        lane: 'toFrontline',
        sids: [said.ChannelSid, said.MessageSid],
        count: 2,
        ms: 0,
      },
    ]);
  });

  test("Flex's own webhook gets the body byte for byte", async () => {
    const { deliver, sent } = harness();
    const body = `${encode(said).replaceAll('+', '%20')}&Surplus=%e3%81%82`;
    await deliver(chat, { ...said, Surplus: 'あ' }, { body });
    const work = sent.find(({ queue }) => queue === 'default-webhook')?.work;
    expect(work).toMatchObject({
      kind: 'forward',
      forward: {
        eventType: 'onMessageSent',
        container: said.ChannelSid,
        about: said.MessageSid,
        key: `onMessageSent:${said.MessageSid}`,
        contentType: 'application/x-www-form-urlencoded; charset=UTF-8',
        body,
      },
    });
  });

  test('a message in Frontline goes to the replicator only', async () => {
    const { deliver, sent, journal } = harness();
    expect((await deliver(conversations, answered)).status).toBe(204);
    expect(sent).toMatchObject([
      { queue: 'frontline-events', group: answered.ConversationSid, dedupe: `onMessageAdded:${answered.MessageSid}` },
    ]);
    expect(journal).toMatchObject([{ step: 'queued', type: 'message.added', lane: 'toFlex', count: 1 }]);
  });

  test("an accepted reservation goes to its channel's group", async () => {
    const { deliver, sent } = harness();
    const response = await deliver(taskrouter, accepted);
    expect([response.status, response.headers.get('content-type')]).toEqual([204, 'application/json']);
    expect(sent).toMatchObject([
      {
        queue: 'flex-events',
        group: said.ChannelSid,
        dedupe: `reservation.accepted:${accepted.ReservationSid}`,
        work: { kind: 'event', event: { type: 'reservation.accepted', container: said.ChannelSid } },
      },
    ]);
  });

  test.each(['onChannelUpdated', 'onChannelDestroyed'])(
    "%s, the end of a chat, goes to the chat's group and to Flex's own webhook",
    async (name) => {
      const { deliver, sent, journal } = harness();
      const params = fixture(`chat/${name}`);
      expect((await deliver(chat, params)).status).toBe(204);
      expect(sent).toMatchObject([
        {
          queue: 'flex-events',
          group: params.ChannelSid,
          work: { event: { type: 'chat.changed', hint: 'container' } },
        },
        { queue: 'default-webhook', group: params.ChannelSid },
      ]);
      expect(journal).toMatchObject([{ step: 'queued', type: 'chat.changed', lane: 'toFrontline' }]);
    },
  );

  test("a change of a channel that is ACTIVE goes to Flex's own webhook only", async () => {
    const { deliver, sent, journal } = harness();
    const params: Params = { ...fixture('chat/onChannelUpdated'), Attributes: '{"status":"ACTIVE"}' };
    expect((await deliver(chat, params)).status).toBe(204);
    expect(sent).toMatchObject([{ queue: 'default-webhook', group: params.ChannelSid }]);
    expect(journal).toMatchObject([{ step: 'queued', type: 'onChannelUpdated', lane: 'forward' }]);
  });

  test('a file is not forwarded, for Flex documents three events only', async () => {
    const { deliver, sent } = harness();
    await deliver(chat, fixture('chat/onMediaMessageSent'));
    expect(sent.map(({ queue }) => queue)).toEqual(['flex-events']);
  });

  test('without a default webhook nothing is forwarded', async () => {
    const { deliver, sent, journal } = harness({
      config: { ...config, flex: { ...config.flex, defaultWebhook: undefined } },
    });
    await deliver(chat, said);
    await deliver(chat, { ...fixture('chat/onChannelUpdated'), Attributes: '{}' });
    expect(sent.map(({ queue }) => queue)).toEqual(['flex-events']);
    expect(journal[1]).toMatchObject({ step: 'skipped', reason: 'no_default_webhook' });
  });
});

describe('the same event again', () => {
  const keys = async (path: string, ...deliveries: readonly Params[]) => {
    const { deliver, sent } = harness();
    for (const params of deliveries) await deliver(path, params);
    return new Set(sent.map(({ queue, dedupe }) => `${queue} ${dedupe}`)).size;
  };

  test("a retry of Twilio's has the same keys, whatever its RetryCount", async () => {
    expect(await keys(chat, said, { ...said, RetryCount: '1' })).toBe(2);
    const updated = fixture('chat/onChannelUpdated');
    expect(await keys(chat, updated, { ...updated, RetryCount: '2' })).toBe(2);
    expect(await keys(taskrouter, accepted, { ...accepted, TimestampMs: '1773507731999' })).toBe(1);
  });

  test('a second change of the same thing has a key of its own', async () => {
    const edited = fixture('conversations/onMessageUpdated');
    expect(await keys(conversations, edited, { ...edited, Body: 'another text' })).toBe(2);
    const updated = fixture('chat/onChannelUpdated');
    expect(await keys(chat, updated, { ...updated, DateUpdated: '2026-03-14T17:20:00.000Z' })).toBe(4);
  });

  test('keys are what SQS takes', async () => {
    const { deliver, sent } = harness();
    await deliver(chat, fixture('chat/onChannelUpdated'));
    await deliver(chat, fixture('chat/onMessageUpdated'));
    expect(sent).toHaveLength(3);
    for (const { dedupe } of sent) expect(dedupe).toMatch(/^[A-Za-z0-9.:]{1,128}$/);
  });
});

describe('echo', () => {
  const copy = (
    params: Params,
    lane: 'toFrontline' | 'toFlex',
    over: { d?: string; key?: string; kind?: 'copy' | 'silent' } = {},
  ) => {
    const container = params.ChannelSid ?? params.ConversationSid ?? '';
    const author = params.From ?? params.Author ?? '';
    const at = { lane, container, author, body: params.Body ?? '' };
    const source = 'IM00000000000000000000000000000001';
    const key = over.key ?? secrets.stampKey;
    return { ...params, Attributes: stampedAttributes(key, over.d ?? 'bridge', at, source, over.kind ?? 'copy') };
  };

  test("the bridge's own message in Flex is not written back, but goes out by SMS", async () => {
    const { deliver, sent, journal } = harness();
    expect((await deliver(chat, copy(said, 'toFlex'))).status).toBe(204);
    expect(sent.map(({ queue }) => queue)).toEqual(['default-webhook']);
    expect(journal).toMatchObject([{ step: 'skipped', reason: 'echo', type: 'message.added', count: 1 }]);
  });

  test('a silent copy does not go out by SMS', async () => {
    const { deliver, sent } = harness();
    await deliver(chat, copy(said, 'toFlex', { kind: 'silent' }));
    expect(sent).toEqual([]);
  });

  test("the bridge's own message in Frontline is not stored at all", async () => {
    const { deliver, sent, journal } = harness();
    expect((await deliver(conversations, copy(answered, 'toFrontline'))).status).toBe(204);
    expect(sent).toEqual([]);
    expect(journal).toMatchObject([{ step: 'skipped', reason: 'echo' }]);
  });

  test.each([
    ['made with another key', copy(said, 'toFlex', { key: 'guessed' })],
    ['of the other lane', copy(said, 'toFrontline')],
    ['of another deployment', copy(said, 'toFlex', { d: 'staging' })],
    ['copied onto another text', { ...copy(said, 'toFlex'), Body: 'something else' }],
    ['copied by another author', { ...copy(said, 'toFlex'), From: 'mallory' }],
    ['that is nonsense', { ...said, Attributes: '{"bridge":{"v":1,"h":[]}}' }],
  ])("a stamp %s makes it a person's message", async (_what, params) => {
    const { deliver, sent } = harness();
    expect((await deliver(chat, params)).status).toBe(204);
    expect(sent.map(({ queue }) => queue)).toEqual(['flex-events', 'default-webhook']);
  });
});

describe('what is of no use', () => {
  test.each([
    ['an event that is not documented', chat, { ...said, EventType: 'onSomethingNew' }, 'not_handled'],
    ['a blocking event', chat, fixture('chat/onMessageSend'), 'not_handled'],
    ['another chat service', chat, { ...said, InstanceSid: `IS${'9'.repeat(32)}` as const }, 'other_service'],
    [
      'another conversation service',
      conversations,
      { ...answered, ChatServiceSid: `IS${'9'.repeat(32)}` as const },
      'other_service',
    ],
    [
      "the Frontline account's task events",
      taskrouter,
      { ...accepted, AccountSid: config.frontline.accountSid },
      'not_handled',
    ],
    ['a call', taskrouter, { ...accepted, TaskChannelUniqueName: 'voice' }, 'not_a_chat'],
  ])('%s is acknowledged by name', async (_what, path, params, reason) => {
    const { deliver, sent, journal } = harness();
    expect((await deliver(path, params)).status).toBe(204);
    expect(sent).toEqual([]);
    expect(journal).toMatchObject([{ step: 'skipped', reason }]);
  });

  const inherited = Object.getOwnPropertyNames(Object.prototype);
  test.each([
    [chat, said],
    [conversations, answered],
    [taskrouter, accepted],
    [taskrouter, { ...accepted, AccountSid: config.frontline.accountSid }],
  ])('at %s an event named like an inherited member is one that nobody knows', async (path, params) => {
    for (const EventType of inherited) {
      const { deliver, sent, journal } = harness();
      expect((await deliver(path, { ...params, EventType })).status).toBe(204);
      expect([EventType, sent, journal]).toMatchObject([EventType, [], [{ step: 'skipped', reason: 'not_handled' }]]);
    }
  });

  test.each([
    ['a task without a channel', '{}'],
    ['a task with a blanked channel', `{"channelSid":"CH${'0'.repeat(32)}"}`],
    ['task attributes that are no JSON', '{"channelSid":'],
  ])('%s is no chat, but its offer is over once it is accepted', async (_what, TaskAttributes) => {
    const { deliver, sent } = harness();
    expect((await deliver(taskrouter, { ...accepted, TaskAttributes })).status).toBe(204);
    const { ReservationSid: reservation, WorkerSid: worker } = accepted;
    const event = { type: 'reservation.ended', side: 'flex', reservation, worker, how: 'accepted' };
    expect(sent).toMatchObject([{ queue: 'flex-events', group: worker, work: { kind: 'event', event } }]);
  });

  test('an event whose type is no word does not get into the journal', async () => {
    const { deliver, journal } = harness();
    await deliver(chat, { ...said, EventType: 'call Bea Miller' });
    expect(journal).toMatchObject([{ type: chat, reason: 'not_handled' }]);
  });
});
