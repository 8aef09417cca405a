import { describe, expect, test } from '@jest/globals';
import { readChat } from '../../../../src/adapters/twilio/webhook/chat.ts';
import { readConversations } from '../../../../src/adapters/twilio/webhook/conversations.ts';
import { readForm } from '../../../../src/adapters/twilio/webhook/form.ts';
import { type Reading, reading } from '../../../../src/adapters/twilio/webhook/reading.ts';
import { readFlexTaskRouter } from '../../../../src/adapters/twilio/webhook/taskrouter.ts';
import { config, encode } from '../../../edge/harness.ts';
import { fixture, fixturesOf, type Params } from '../../../fixtures/webhooks/read.ts';

const readers = {
  chat: readChat(config.flex.serviceSid),
  conversations: readConversations(config.frontline.serviceSid),
  taskrouter: readFlexTaskRouter,
};
type Product = keyof typeof readers;

const readParams = (product: Product, params: Params): Reading => {
  const form = readForm(new TextEncoder().encode(encode(params)));
  if (typeof form === 'string') throw new Error(form);
  return reading(form.form, readers[product]);
};
const read = (name: string): Reading => readParams(name.split('/')[0] as Product, fixture(name));

/**
 * The parameters that each event has, `?` those that may be absent: Twilio's tables, and what was seen in real
 * requests. https://www.twilio.com/docs/chat/webhook-events,
 * https://www.twilio.com/docs/conversations/conversations-webhooks,
 * https://www.twilio.com/docs/taskrouter/api/event/reference
 */
const parameters: Readonly<Record<Product, Readonly<Record<string, string>>>> = (() => {
  const sent = 'MessageSid Index Body Attributes? From DateCreated';
  const channel = 'Attributes DateCreated CreatedBy FriendlyName UniqueName ChannelType';
  const message =
    'ConversationSid MessageSid MessagingServiceSid Index DateCreated Body Author ParticipantSid? Attributes Media?';
  const conversation = 'ConversationSid DateCreated DateUpdated Attributes MessagingServiceSid State';
  const binding = 'MessagingBinding.ProxyAddress? MessagingBinding.Address? MessagingBinding.ProjectedAddress?';
  const participant = `ConversationSid ParticipantSid DateCreated Identity? RoleSid Attributes ${binding} MessagingBinding.Type?`;
  const user = 'UserSid Identity RoleSid Attributes FriendlyName';
  const task =
    'TaskSid TaskAttributes TaskAge TaskPriority TaskAssignmentStatus TaskChannelSid TaskChannelUniqueName TaskQueueSid TaskQueueName WorkflowSid WorkflowName';
  const worker = 'WorkerSid WorkerName WorkerAttributes WorkerVersion WorkerActivitySid WorkerActivityName';
  const reservation = `${task} ${worker} ReservationSid ReservationVersion TaskVersion TaskIgnoreCapacity TaskDateCreated TaskVirtualStartTime TaskQueueTargetExpression TaskQueueEnteredDate WorkerChannelCapacity? WorkerChannelConsumedCapacity? TaskReEvaluatedReason?`;
  const taskEvent = `${task} TaskCanceledReason TaskCompletedReason`;
  const each = (resource: string, happenings: string, has: string) =>
    Object.fromEntries(happenings.split(' ').map((one) => [`${resource}.${one}`, has]));
  const transfers = 'transfer-initiated transfer-attempt-failed transfer-failed transfer-canceled transfer-completed';
  return {
    chat: {
      onMessageSent: sent,
      onMediaMessageSent: `${sent} MediaFilename MediaContentType MediaSid MediaSize`,
      onMessageUpdated: `${sent} ModifiedBy DateUpdated`,
      onMessageRemoved: `${sent} RemovedBy DateRemoved`,
      onMemberAdded: 'MemberSid Identity RoleSid? Reason DateCreated',
      onMemberRemoved: 'MemberSid Identity RoleSid? Reason DateCreated DateRemoved Attributes?',
      // Not in Twilio's table: what is to be expected.
      onMemberUpdated: 'MemberSid Identity RoleSid Attributes LastConsumedMessageIndex DateCreated DateUpdated',
      onChannelAdded: channel,
      onChannelUpdated: `${channel} DateUpdated`,
      onChannelDestroyed: `${channel} DateUpdated? DateDestroyed`,
      onMessageSend: 'To Body Attributes? From DateCreated',
      onChannelUpdate: channel,
    },
    conversations: {
      onMessageAdd: message.replace('MessageSid ', '').replace('Index ', ''),
      onMessageAdded: message,
      onMessageUpdated: `${message} DateUpdated`,
      onMessageRemoved: `${message} DateUpdated DateRemoved`,
      onConversationAdd: `FriendlyName? UniqueName? Attributes MessageBody? Media? MessagingServiceSid ${binding} MessagingBinding.AuthorAddress? State`,
      onConversationAdded: `${conversation} FriendlyName? UniqueName? ${binding} MessagingBinding.AuthorAddress?`,
      onConversationUpdated: `${conversation} FriendlyName UniqueName`,
      onConversationRemoved: `${conversation} FriendlyName UniqueName DateRemoved`,
      onConversationStateUpdated: 'ConversationSid MessagingServiceSid StateUpdated StateFrom StateTo Reason',
      onParticipantAdded: participant,
      onParticipantUpdated: `${participant} DateUpdated LastReadMessageIndex`,
      onParticipantRemoved: `${participant} DateUpdated DateRemoved`,
      onDeliveryUpdated:
        'ConversationSid MessageSid DeliveryReceiptSid ChannelMessageSid ParticipantSid Status ErrorCode DateCreated DateUpdated',
      onUserAdded: user,
      onUserUpdated: `${user} isOnline isNotifiable`,
    },
    taskrouter: {
      ...each(
        'reservation',
        'created accepted rejected timeout canceled rescinded completed failed wrapup',
        reservation,
      ),
      ...each('task', `created updated canceled wrapup completed deleted system-deleted ${transfers}`, taskEvent),
      'worker.activity.update': `${worker} WorkerPreviousActivitySid WorkerPreviousActivityName WorkerTimeInPreviousActivity WorkerTimeInPreviousActivityMs`,
    },
  };
})();

const envelopes: Readonly<Record<Product, string>> = {
  chat: 'EventType AccountSid InstanceSid ChannelSid Source ClientIdentity? RetryCount',
  conversations: 'EventType AccountSid Source ClientIdentity? RetryCount ChatServiceSid',
  taskrouter:
    'EventType AccountSid WorkspaceSid WorkspaceName EventDescription ResourceType ResourceSid Timestamp TimestampMs Sid OperatingUnitSid',
};

describe.each(['chat', 'conversations', 'taskrouter'] as const)('recorded webhooks of %s', (product) => {
  test('there is one of each event', () => {
    const events = new Set(fixturesOf(product).map((name) => fixture(name).EventType));
    expect([...events].sort()).toEqual(Object.keys(parameters[product]).sort());
  });

  test.each(fixturesOf(product))('%s has the parameters that Twilio sends, no other', (name) => {
    const params = fixture(name);
    const listed = `${envelopes[product]} ${parameters[product][params.EventType ?? '']}`.split(' ');
    const needed = listed.filter((one) => !one.endsWith('?'));
    expect(Object.keys(params)).toEqual(expect.arrayContaining(needed));
    expect(listed.map((one) => one.replace('?', ''))).toEqual(expect.arrayContaining(Object.keys(params)));
  });

  test.each(fixturesOf(product))('%s is read', (name) => {
    const told = read(name);
    expect(told).toMatchObject({ eventType: fixture(name).EventType });
    expect(told.kind).not.toBe('malformed');
  });
});

test("no two of TaskRouter's are the same event", () => {
  const events = fixturesOf('taskrouter').map((name) => fixture(name).Sid);
  expect(new Set(events).size).toBe(events.length);
});

const ends = [
  'taskrouter/reservation.canceled',
  'taskrouter/reservation.completed',
  'taskrouter/task.canceled',
  'taskrouter/task.completed',
];

test.each(ends)('%s may be the end of a chat', (name) =>
  expect(read(name)).toMatchObject({
    event: { type: 'chat.changed', side: 'flex', container: fixture('chat/onMessageSent').ChannelSid, hint: 'task' },
  }),
);

test.each([
  ['chat/onMemberAdded', 'ann_40example_2Ecom'],
  ['chat/onMemberRemoved', undefined],
  ['conversations/onParticipantAdded', 'ann@example.com'],
  ['conversations/onParticipantAdded.sms-customer', undefined],
  ['conversations/onParticipantRemoved', undefined],
])('%s says that somebody has come in: %s', (name, joined) => {
  const { event } = read(name) as { event: { hint: string; joined?: string } };
  expect([event.hint, event.joined]).toEqual(['members', joined]);
});

const ofOffers = ['accepted', 'created', 'rejected', 'timeout', 'rescinded'].map(
  (what) => `taskrouter/reservation.${what}`,
);
const concerning = [...ends, ...ofOffers, 'taskrouter/worker.activity.update'];
test.each(fixturesOf('taskrouter').filter((name) => !concerning.includes(name)))('%s is for nobody', (name) =>
  expect(read(name)).toEqual({ kind: 'skipped', eventType: fixture(name).EventType, reason: 'not_handled' }),
);

test('a call that is offered, and its end, are for nobody', () => {
  for (const name of [...ends, ...ofOffers]) {
    const call = { ...fixture(name), TaskChannelUniqueName: 'voice' };
    expect(readParams('taskrouter', call)).toMatchObject({ kind: 'skipped', reason: 'not_a_chat' });
  }
});

test('what is offered names the worker, and its end what became of it', () => {
  const { ReservationSid: reservation, WorkerSid: worker } = fixture('taskrouter/reservation.created');
  expect(read('taskrouter/reservation.created')).toMatchObject({
    event: { type: 'reservation.created', reservation, worker },
  });
  expect(read('taskrouter/reservation.timeout')).toMatchObject({
    event: { type: 'reservation.ended', how: 'timeout' },
  });
});

const flexChat = fixture('chat/onMessageSent').ChannelSid;
const flexPlace = { side: 'flex', service: config.flex.serviceSid, container: flexChat };

describe('what is read', () => {
  test("an agent's message in Flex", () => {
    expect(read('chat/onMessageSent')).toEqual({
      kind: 'event',
      eventType: 'onMessageSent',
      event: {
        type: 'message.added',
        ...flexPlace,
        message: {
          sid: fixture('chat/onMessageSent').MessageSid,
          index: 4,
          author: 'ann_40example_2Ecom',
          body: 'Thanks, that works 👍',
          createdAt: '2026-03-14T17:04:44.742Z',
          attributes: '{}',
          media: [],
        },
      },
      forward: { container: flexChat, about: fixture('chat/onMessageSent').MessageSid },
      dedupeBy: { subject: fixture('chat/onMessageSent').MessageSid, occurs: 'once' },
    });
  });

  test.each(['chat/onMessageSent.sms-customer', 'chat/onMessageSent.web-customer'])(
    '%s has no attributes, which is an empty object',
    (name) => {
      expect(read(name)).toMatchObject({ event: { message: { attributes: '{}' } } });
    },
  );

  test('a file in Flex, with its name, type and size', () => {
    const media = [
      {
        sid: fixture('chat/onMediaMessageSent').MediaSid,
        filename: 'invoice 2026-03.pdf',
        contentType: 'application/pdf',
        size: 48_213,
      },
    ];
    const told = read('chat/onMediaMessageSent');
    expect(told).toMatchObject({ event: { type: 'message.added', message: { body: '', media } } });
    expect(told).not.toHaveProperty('forward');
  });

  test('edits and deletions carry the message as the webhook tells it', () => {
    for (const [name, type] of [
      ['onMessageUpdated', 'message.updated'],
      ['onMessageRemoved', 'message.removed'],
    ] as const) {
      const { MessageSid: messageSid } = fixture(`chat/${name}`);
      expect(read(`chat/${name}`)).toMatchObject({
        event: { type, ...flexPlace, message: { sid: messageSid, index: 4 } },
      });
      expect(read(`conversations/${name}`)).toMatchObject({
        event: { type, side: 'frontline', message: { index: 3 } },
      });
    }
  });

  test("an agent's message in Frontline", () => {
    const params = fixture('conversations/onMessageAdded');
    expect(read('conversations/onMessageAdded')).toEqual({
      kind: 'event',
      eventType: 'onMessageAdded',
      event: {
        type: 'message.added',
        side: 'frontline',
        service: config.frontline.serviceSid,
        container: params.ConversationSid,
        message: {
          sid: params.MessageSid,
          index: 3,
          author: 'ann@example.com',
          body: 'ご注文は本日発送しました。',
          createdAt: '2026-03-14T17:08:30.215Z',
          attributes: '{"messageId":"0f8fad5b-d9cb-469f-a165-70867728950e"}',
          media: [],
        },
      },
      dedupeBy: { subject: params.MessageSid, occurs: 'once' },
    });
  });

  test("a customer's SMS in Frontline is by its author, for there is no client", () => {
    expect(read('conversations/onMessageAdded.sms-customer')).toMatchObject({
      event: { message: { author: '+15005550006' } },
    });
  });

  test('files in Frontline; a name may be null', () => {
    const media = [{ sid: expect.stringMatching(/^ME/), contentType: 'image/jpeg', size: 182_044 }];
    expect(read('conversations/onMessageAdded.media')).toMatchObject({ event: { message: { media } } });
  });

  test.each([
    ['no JSON', '[{', []],
    ['no array', '{"Sid":"ME1"}', []],
    ['an entry that is nothing', '[null]', []],
    ['an entry without a SID', '[{"ContentType":"image/png","Size":1}]', []],
    ['a size that is none', `[{"Sid":"ME${'a'.repeat(32)}","Size":-1}]`, undefined],
  ])('files that cannot be read do not hold up their message: %s', (_what, Media, media) => {
    const told = readParams('conversations', { ...fixture('conversations/onMessageAdded'), Media });
    expect(told).toMatchObject({
      event: { message: { media: media ?? [{ contentType: 'application/octet-stream', size: 0 }] } },
      ...(media === undefined ? {} : { flaw: 'media_unreadable' }),
    });
  });

  test('a conversation message without ChatServiceSid is taken to be of the configured service', () => {
    const { ChatServiceSid, ...params } = fixture('conversations/onMessageAdded');
    expect(readParams('conversations', params)).toMatchObject({ event: { service: ChatServiceSid } });
  });
});

describe('who accepted', () => {
  const accepted = fixture('taskrouter/reservation.accepted');
  const worker = (WorkerAttributes: string, WorkerName = 'bob@example.com') => {
    const accept = readParams('taskrouter', { ...accepted, WorkerAttributes, WorkerName });
    return accept.kind === 'event' && accept.event?.type === 'reservation.accepted'
      ? accept.event.workerIdentity
      : accept.kind;
  };
  const customer = (TaskAttributes: unknown) => {
    const attributes = JSON.stringify({ ...(TaskAttributes as object), channelSid: flexChat });
    const accept = readParams('taskrouter', { ...accepted, TaskAttributes: attributes });
    return accept.kind === 'event' && accept.event?.type === 'reservation.accepted'
      ? accept.event.customerName
      : accept.kind;
  };

  test('the reservation, its chat, the worker as Flex spells her, the customer as Flex names him', () => {
    expect(read('taskrouter/reservation.accepted')).toEqual({
      kind: 'event',
      eventType: 'reservation.accepted',
      event: {
        type: 'reservation.accepted',
        side: 'flex',
        container: flexChat,
        workspace: accepted.WorkspaceSid,
        task: accepted.TaskSid,
        reservation: accepted.ReservationSid,
        worker: accepted.WorkerSid,
        workerIdentity: 'ann_40example_2Ecom',
        customerName: 'Bea Miller',
        acceptedAt: 1773507731402,
      },
      dedupeBy: { subject: accepted.ReservationSid, occurs: 'once' },
    });
  });

  test.each([
    ['{"email":"ann@example.com"}', 'ann_40example_2Ecom'],
    ['{"contact_uri":"client:","email":"ann@example.com"}', 'ann_40example_2Ecom'],
    ['{"contact_uri":"+15005550006"}', 'bob_40example_2Ecom'],
    ['{"contact_uri":7,"email":[]}', 'bob_40example_2Ecom'],
    ['not JSON', 'bob_40example_2Ecom'],
    ['null', 'bob_40example_2Ecom'],
  ])('a worker with the attributes %s is spelled from what there is', (attributes, identity) => {
    expect(worker(attributes)).toBe(identity);
  });

  test('a worker without any name is refused', () => {
    expect(worker('{}', '')).toBe('malformed');
  });

  test('a customer without a name has an empty one', () => {
    expect(customer({ customerName: 'Bea' })).toBe('Bea');
    expect(customer({ name: '', customerName: 7 })).toBe('');
  });
});

describe('where an agent has gone', () => {
  const told = fixture('taskrouter/worker.activity.update');

  test("the worker, the activity by name, and the moment by Twilio's clock", () => {
    expect(read('taskrouter/worker.activity.update')).toEqual({
      kind: 'event',
      eventType: 'worker.activity.update',
      event: { type: 'worker.activity', side: 'flex', worker: told.WorkerSid, activity: 'Offline', at: 1773507731402 },
      dedupeBy: { subject: told.Sid, occurs: 'once' },
    });
  });

  test('the second, where no more is told', () => {
    const { TimestampMs: _, Sid: __, ...plain } = told;
    expect(readParams('taskrouter', plain)).toMatchObject({
      event: { at: 1773507731000 },
      dedupeBy: { subject: told.WorkerSid, occurs: 'often' },
    });
  });

  test.each([
    ['WorkerSid', 'WK1'],
    ['WorkerActivityName', ''],
    ['TimestampMs', 'soon'],
  ])('and a webhook without a good %s is refused', (parameter, value) => {
    expect(readParams('taskrouter', { ...told, [parameter]: value })).toMatchObject({ kind: 'malformed', parameter });
  });
});
