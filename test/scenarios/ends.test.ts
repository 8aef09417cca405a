/** The end of a chat, from either side: all that was said before it stands on both, and both are ended. */
import { describe, expect, test } from '@jest/globals';
import type { Fault } from '../../local-twilio/faults.ts';
import { encodeEnvelope } from '../../src/core/jobs/envelope.ts';
import { laneAttributes, NONCE, onList, pairId, pairKey } from '../../src/core/state/items.ts';
import { AGENTS, type Chat, type ScenarioHarness, scenarioHarness } from './harness.ts';

const { ann, ben } = AGENTS;

const lost: Fault = { fault: 'webhook.lost', p: 1 };
const endsInFlex = (harness: ScenarioHarness, chat: Chat) =>
  harness.twilio.flexAgent.endsChat(ann.flexWorkerSid, chat.channel);
const closes = (harness: ScenarioHarness, chat: Chat) =>
  harness.twilio.frontlineAgent.closes(ann.email, harness.conversation(chat).sid);

const status = (harness: ScenarioHarness, chat: Chat): unknown =>
  JSON.parse(harness.twilio.reads.container('flex', chat.channel)?.attributes ?? '{}').status;
const task = (harness: ScenarioHarness, chat: Chat): string | undefined =>
  harness.twilio.reads.tasks('flex').find(({ sid }) => sid === chat.task)?.status;
const isEnded = (harness: ScenarioHarness, chat: Chat) => ({
  conversation: harness.conversation(chat).state,
  channel: status(harness, chat),
});
/** REST calls of the bridge so far, the sweep's own looks apart. */
const callsOf = (harness: ScenarioHarness): number =>
  harness
    .ran()
    .filter(({ kind }) => kind !== 'sweep')
    .flatMap(({ steps }) => steps)
    .filter((step) => /^(GET|POST|DELETE) (?!webhooks\.)/.test(step)).length;
const ENDED = { conversation: 'closed', channel: 'INACTIVE' };

/** A linked chat in which both have spoken. */
const talk = async (harness: ScenarioHarness): Promise<Chat> => {
  const chat = await harness.linkedChat();
  harness.customerWrites(chat, 'hello');
  await harness.settle(0.1);
  harness.frontlineAgentWrites(chat, 'hi');
  await harness.settle(0.1);
  return chat;
};

/** Behind which the customer has written what says nothing, and is passed by. */
const saysNothing = async (harness: ScenarioHarness) => {
  const chat = await talk(harness);
  const { sid } = harness.twilio.customer.writes(chat.channel, '');
  await harness.settle(0.5);
  return { chat, sid };
};
/** What is said in Frontline, without what says that it is late. */
const saidLate = (harness: ScenarioHarness, chat: Chat): readonly string[] =>
  harness.said('frontline', chat).map((text) => text.replace(/^\[Late[^\]]*\] /, ''));

describe('a container that no look finds yet', () => {
  test.each(['flex', 'frontline'] as const)('is not taken for gone: %s', async (side) => {
    const harness = scenarioHarness();
    const chat = await talk(harness);
    const behind = harness.twilio.faults.add({
      ...{ fault: 'read.stale', p: 1, maxMs: 1_000_000_000, hides: true, account: side },
      only: side === 'flex' ? 'GET chat.channel' : 'GET conversations.conversation',
    });
    // He is put back, for nobody else serves the chat: both sides are looked at for that.
    harness.twilio.frontlineAgent.leaves(ann.email, harness.conversation(chat).sid);
    await harness.settle(0.1);
    behind();
    await harness.settle(6);
    expect(harness.conversation(chat).state).toBe('active');
    expect(status(harness, chat)).not.toBe('INACTIVE');
  });
});

test('A chat whose channel is deleted when a timer has closed its conversation leaves nothing that waits', async () => {
  const harness = scenarioHarness();
  const chat = await talk(harness);
  harness.twilio.faults.add({ ...lost, only: 'onChannelDestroyed' });
  harness.twilio.closeByTimer(harness.conversation(chat).sid);
  await harness.settle(0.02);
  harness.customerWrites(chat, 'does not get through');
  await harness.settle(0.02);
  harness.twilio.flexAgent.deletesChannel(chat.channel);
  await harness.settle(20);
  const pair = await harness.store.get(pairKey(pairId('flex', chat.channel)));
  expect(pair?.[laneAttributes('toFrontline').dirtyUpTo]).toBeUndefined();
  expect((await harness.store.list('due', { limit: 10 })).items).toEqual([]);
});

describe.each([
  ['in Frontline', closes, 'frontline'],
  ['in Flex', endsInFlex, 'flex'],
] as const)('What was said last in a chat that ends %s', (_where, ends, side) => {
  test('crosses, though nobody tells of it, and the first lists do not show it', async () => {
    const harness = scenarioHarness();
    const chat = await talk(harness);
    const { faults } = harness.twilio;
    const heard = faults.add({
      fault: 'webhook.lost',
      p: 1,
      only: side === 'flex' ? 'onMessageSent' : 'onMessageAdded',
    });
    const behind = faults.add({ fault: 'list.stale', p: 1, maxMs: 100_000, account: side });
    if (side === 'flex') harness.flexAgentWrites(chat, 'good bye');
    else harness.frontlineAgentWrites(chat, 'good bye');
    heard();
    ends(harness, chat);
    await harness.settle(0.1);
    behind();
    await harness.settle(3);
    expect(isEnded(harness, chat)).toEqual(ENDED);
    for (const both of ['flex', 'frontline'] as const) expect(harness.said(both, chat)).toContain('good bye');
  });
});

describe('a chat that ends in Flex', () => {
  test('is closed in Frontline within seconds, behind what was said last', async () => {
    const harness = scenarioHarness();
    const chat = await talk(harness);
    harness.customerWrites(chat, 'bye');
    harness.frontlineAgentWrites(chat, 'good bye');
    endsInFlex(harness, chat);
    await harness.settle(0.5);
    expect(isEnded(harness, chat)).toEqual(ENDED);
    expect([...harness.said('frontline', chat)].sort()).toEqual([...harness.said('flex', chat)].sort());
    expect(harness.said('flex', chat)).toEqual(expect.arrayContaining(['hello', 'hi', 'bye', 'good bye']));
  });

  test('costs six calls at most', async () => {
    const harness = scenarioHarness();
    const chat = await talk(harness);
    await harness.settle(2);
    const before = callsOf(harness);
    endsInFlex(harness, chat);
    await harness.settle(0.5);

    expect(isEnded(harness, chat)).toEqual(ENDED);
    expect(callsOf(harness) - before).toBeLessThanOrEqual(6);
  });

  test('by the task alone is closed, too', async () => {
    const harness = scenarioHarness();
    const chat = await talk(harness);
    harness.twilio.flexAgent.completesTask(chat.task);
    await harness.settle(0.5);
    expect(harness.conversation(chat).state).toBe('closed');
  });

  test('and whose webhooks are lost is closed within five minutes', async () => {
    const harness = scenarioHarness();
    const chat = await talk(harness);
    const end = harness.twilio.faults.add(lost);
    endsInFlex(harness, chat);
    await harness.settle(0.01);
    end();
    await harness.settle(6);
    expect(isEnded(harness, chat)).toEqual(ENDED);
  });

  test('whose channel is deleted is closed', async () => {
    const harness = scenarioHarness();
    const chat = await talk(harness);
    await harness.rest(
      'flex',
      'DELETE',
      `https://chat.twilio.com/v2/Services/IS${'f1'.repeat(16)}/Channels/${chat.channel}`,
    );
    await harness.settle(6);
    expect(harness.conversation(chat).state).toBe('closed');
  });

  test('waits for a word that no list shows yet', async () => {
    const harness = scenarioHarness();
    const chat = await talk(harness);
    const untold = harness.twilio.faults.add({ ...lost, only: 'onMessage' });
    const unlisted = harness.twilio.faults.add({
      fault: 'message.late',
      p: 1,
      maxMs: 40_000,
      account: 'flex',
      times: 1,
    });
    harness.customerWrites(chat, 'one');
    untold();
    unlisted();
    harness.customerWrites(chat, 'two');
    await harness.settle(0.05);
    expect(harness.said('frontline', chat)).not.toContain('one');
    endsInFlex(harness, chat);
    await harness.settle(4);
    expect(harness.said('frontline', chat).some((text) => text.endsWith('one'))).toBe(true);
    expect(isEnded(harness, chat)).toEqual(ENDED);
  });

  test('takes nothing more: what is said afterwards in Flex is skipped as closed', async () => {
    const harness = scenarioHarness();
    const chat = await talk(harness);
    endsInFlex(harness, chat);
    await harness.settle(1);
    harness.customerWrites(chat, 'too late');
    await harness.settle(3);
    expect(harness.said('frontline', chat)).not.toContain('too late');
    expect(harness.journal('skipped(closed)').filter(({ type }) => type === 'message.added')).toHaveLength(1);
  });
});

describe('a chat that ends in Frontline', () => {
  test('goes on for a word of the customer that said nothing at first, though nobody tells of it', async () => {
    const harness = scenarioHarness();
    const { chat, sid } = await saysNothing(harness);
    const end = harness.twilio.faults.add({ ...lost, account: 'flex' });
    harness.twilio.customer.edits(chat.channel, sid, 'said at last');
    closes(harness, chat);
    await harness.settle(0.5);
    end();
    await harness.settle(6);
    expect(harness.counterparts(chat).map(({ state }) => state)).toEqual(['closed', 'active']);
    expect(saidLate(harness, chat)).toEqual(['said at last']);
  });

  test('ends in Flex as Flex ends it: the channel INACTIVE, the task completed', async () => {
    const harness = scenarioHarness();
    const chat = await talk(harness);
    closes(harness, chat);
    await harness.settle(0.5);
    expect(isEnded(harness, chat)).toEqual(ENDED);
    expect(task(harness, chat)).toBe('completed');
    expect(harness.said('flex', chat)).toEqual(['hello', 'hi']);
  });

  test('costs eight calls at most', async () => {
    const harness = scenarioHarness();
    const chat = await talk(harness);
    await harness.settle(2);
    const before = callsOf(harness);
    closes(harness, chat);
    await harness.settle(0.5);
    expect(isEnded(harness, chat)).toEqual(ENDED);
    expect(callsOf(harness) - before).toBeLessThanOrEqual(8);
  });

  test('is not ended by the close of an earlier conversation, told late', async () => {
    const harness = scenarioHarness();
    const chat = await talk(harness);
    const work = { kind: 'agree', pair: `flex#${chat.channel}`, hint: 'frontline_closed', generation: 0 } as const;
    const body = encodeEnvelope({ receivedAt: harness.time.now(), work });
    await harness.queues.send('flex-events', { group: chat.channel, dedupe: 'late', body });
    await harness.settle(1);
    expect(isEnded(harness, chat)).toEqual({ conversation: 'active', channel: 'ACTIVE' });
  });

  test('completes a task that is wrapping up, too', async () => {
    const harness = scenarioHarness();
    const chat = await talk(harness);
    const own = harness.twilio.place.flex.workspace.tasks.get(chat.task);
    if (own !== undefined) own.status = 'wrapping';
    closes(harness, chat);
    await harness.settle(0.5);
    expect(task(harness, chat)).toBe('completed');
  });

  test('with its webhook lost ends within five minutes', async () => {
    const harness = scenarioHarness();
    const chat = await talk(harness);
    const end = harness.twilio.faults.add(lost);
    closes(harness, chat);
    await harness.settle(0.01);
    end();
    await harness.settle(6);
    expect(isEnded(harness, chat)).toEqual(ENDED);
  });

  test('ends the customer’s SMS session only when the last words are on the phone', async () => {
    const harness = scenarioHarness();
    const chat = harness.texts('+15550109999', 'hi');
    await harness.settle(0.1);
    harness.accepts(chat);
    await harness.settle(3);
    harness.frontlineAgentWrites(chat, 'one');
    harness.frontlineAgentWrites(chat, 'two');
    closes(harness, chat);
    await harness.settle(3);
    expect(harness.twilio.customer.phone('+15550109999').map(({ body }) => body)).toEqual(['one', 'two']);
    expect(isEnded(harness, chat)).toEqual(ENDED);
  });

  test('while the customer’s word is on its way is not ended: a next conversation carries it', async () => {
    const harness = scenarioHarness();
    const chat = await talk(harness);
    const end = harness.twilio.faults.add(lost);
    harness.customerWrites(chat, 'wait, one more thing');
    end();
    closes(harness, chat);
    await harness.settle(3);
    expect(harness.counterparts(chat)).toHaveLength(2);
    expect(status(harness, chat)).toBe('ACTIVE');
    expect(harness.said('frontline', chat)).toEqual(['wait, one more thing']);
    expect(harness.people('frontline', chat)).toEqual(['jo', ann.email]);
  });
});

describe('a chat that ends in Frontline while things are under way', () => {
  test('is not ended when its customer writes while the last SMS wait: a next conversation carries that', async () => {
    const harness = scenarioHarness();
    const chat = harness.texts('+15550109999', 'hi');
    await harness.settle(0.1);
    harness.accepts(chat);
    await harness.settle(3);
    const down = harness.twilio.faults.add({ fault: 'rest.5xx-before', status: 503, p: 1, only: 'POST webhooks' });
    harness.frontlineAgentWrites(chat, 'good bye');
    closes(harness, chat);
    await harness.settle(0.5);
    expect(status(harness, chat)).toBe('ACTIVE');
    harness.customerWrites(chat, 'wait, one more thing');
    await harness.settle(0.5);
    down();
    await harness.settle(5);
    expect(harness.twilio.customer.phone('+15550109999').map(({ body }) => body)).toEqual(['good bye']);
    expect(harness.counterparts(chat)).toHaveLength(2);
    expect(harness.said('frontline', chat)).toEqual(['wait, one more thing']);
    expect(status(harness, chat)).toBe('ACTIVE');
  });

  test('waits for a message that was deleted no longer than SETTLE, however long the chat is', async () => {
    const harness = scenarioHarness();
    const chat = await harness.linkedSmsChat('+15550109999');
    for (let n = 0; n < 101; n += 1) {
      harness.customerWrites(chat, `text ${n}`);
      await harness.settle(0.1);
    }
    const { sid } = harness.flexAgentWrites(chat, 'oops');
    await harness.settle(0.5);
    harness.twilio.flexAgent.deletes(ann.flexWorkerSid, chat.channel, sid);
    await harness.settle(0.5);
    harness.frontlineAgentWrites(chat, 'good bye');
    await harness.settle(1);
    closes(harness, chat);
    // SETTLE is a minute here.
    await harness.settle(2.5);
    expect(isEnded(harness, chat)).toEqual(ENDED);
    expect(harness.twilio.customer.phone('+15550109999').map(({ body }) => body)).toContain('good bye');
  });

  test('is not ended before an SMS whose own webhook was lost is on the phone', async () => {
    const harness = scenarioHarness();
    const chat = harness.texts('+15550109999', 'hi');
    await harness.settle(0.1);
    harness.accepts(chat);
    await harness.settle(3);
    const untold = harness.twilio.faults.add({ ...lost, only: 'onMessage' });
    // Between two sweeps: the last one found it too young to be lost, and the next one has not come.
    await harness.settle(0.95);
    harness.flexAgentWrites(chat, 'good bye');
    await harness.settle(5.03);
    untold();
    closes(harness, chat);
    await harness.settle(3);
    expect(harness.twilio.customer.phone('+15550109999').map(({ body }) => body)).toEqual(['good bye']);
    expect(isEnded(harness, chat)).toEqual(ENDED);
  });

  test.each([
    ['that nobody has accepted yet is canceled', false, 'canceled'],
    ['that was accepted unheard is completed', true, 'completed'],
  ] as const)('leaves nobody with the task of a transfer: one %s', async (_, isAccepted, end) => {
    const harness = scenarioHarness();
    const chat = harness.begins();
    await harness.settle(0.1);
    const reservation = harness.accepts(chat);
    await harness.settle(3);
    const heard = harness.twilio.faults.add(lost);
    const next = harness.twilio.flexAgent.transfers(reservation, ben.flexWorkerSid, 'warm');
    if (isAccepted) harness.twilio.flexAgent.accepts(next.reservationSid, 'never');
    heard();
    closes(harness, chat);
    await harness.settle(3);
    expect(isEnded(harness, chat)).toEqual(ENDED);
    const { tasks } = harness.twilio.place.flex.workspace;
    expect([tasks.get(chat.task)?.status, tasks.get(next.taskSid)?.status]).toEqual(['completed', end]);
  });
});

describe('a chat that ends on both sides at once', () => {
  test('is ended on both', async () => {
    const harness = scenarioHarness();
    const chat = await talk(harness);
    endsInFlex(harness, chat);
    closes(harness, chat);
    await harness.settle(3);
    expect(isEnded(harness, chat)).toEqual(ENDED);
    expect(harness.counterparts(chat)).toHaveLength(1);
  });
});

describe('a chat that was ended', () => {
  test('waits for nothing, whatever a run that began before its end has marked since', async () => {
    const harness = scenarioHarness();
    const chat = await talk(harness);
    endsInFlex(harness, chat);
    await harness.settle(3);
    const id = pairId('flex', chat.channel);
    const { dirtyUpTo, dirtySince } = laneAttributes('toFlex');
    await harness.store.write(pairKey(id), {
      when: [['=', 'state', 'closed']],
      set: { [dirtyUpTo]: 9, [dirtySince]: harness.time.now(), ...onList('due', id) },
      nonce: [NONCE, 'a late run'],
    });
    const due = async () => (await harness.store.list('due', { limit: 10 })).items;
    expect(await due()).toHaveLength(1);
    await harness.settle(3);
    expect(await due()).toEqual([]);
    expect(harness.journal('swept').filter(({ type }) => type === 'dirty_lanes')).toEqual([]);
  });

  test('and whose channel Flex takes up again gets a conversation of its own', async () => {
    const harness = scenarioHarness();
    const chat = await talk(harness);
    endsInFlex(harness, chat);
    await harness.settle(1);
    harness.twilio.flexAgent.completesTask(chat.task);
    const { taskSid: next } = harness.twilio.customer.comesBack(chat.channel);
    harness.customerWrites(chat, 'me again');
    harness.twilio.flexAgent.accepts(harness.twilio.flexAgent.isOffered(ben.flexWorkerSid, next).reservationSid);
    await harness.settle(3);

    expect(harness.counterparts(chat).map(({ state }) => state)).toEqual(['closed', 'active']);
    expect(harness.said('frontline', chat)).toEqual(['me again']);
    expect(harness.people('frontline', chat)).toEqual(['jo', ben.email]);
  });

  test('on both sides, and whose customer comes back before the bridge has ended it, leaves the next chat to him', async () => {
    const harness = scenarioHarness();
    const chat = await talk(harness);
    closes(harness, chat);
    await harness.settle(0.02);
    endsInFlex(harness, chat);
    harness.twilio.flexAgent.completesTask(chat.task);
    await harness.settle(0.06);
    const { taskSid: next } = harness.twilio.customer.comesBack(chat.channel);
    await harness.settle(1);
    expect(status(harness, chat)).toBe('ACTIVE');
    harness.twilio.flexAgent.accepts(harness.twilio.flexAgent.isOffered(ben.flexWorkerSid, next).reservationSid);
    harness.customerWrites(chat, 'me again');
    await harness.settle(3);

    expect(harness.counterparts(chat).map(({ state }) => state)).toEqual(['closed', 'active']);
    expect(harness.said('frontline', chat)).toEqual(['me again']);
    expect(harness.people('frontline', chat)).toEqual(['jo', ben.email]);
  });

  test('is not begun again by an accept of it that comes late', async () => {
    const harness = scenarioHarness();
    const chat = await talk(harness);
    const late = harness.accepts(chat, ben);
    await harness.settle(1);
    expect(late).toBeDefined();
    endsInFlex(harness, chat);
    await harness.settle(3);
    expect(harness.counterparts(chat)).toHaveLength(1);
  });
});

describe('a conversation that a timer closes while its chat goes on', () => {
  test('has a successor: same people, and what is said from then on', async () => {
    const harness = scenarioHarness();
    const chat = await talk(harness);
    harness.twilio.closeByTimer(harness.conversation(chat).sid);
    harness.customerWrites(chat, 'still there?');
    await harness.settle(3);
    expect(harness.counterparts(chat)).toHaveLength(2);
    expect(harness.said('frontline', chat)).toEqual(['still there?']);
    harness.frontlineAgentWrites(chat, 'yes');
    await harness.settle(1);
    expect(harness.said('flex', chat)).toEqual(['hello', 'hi', 'still there?', 'yes']);
    expect(harness.people('frontline', chat)).toEqual(['jo', ann.email]);
  });

  test('has one, too, when its webhook is lost', async () => {
    const harness = scenarioHarness();
    const chat = await talk(harness);
    const end = harness.twilio.faults.add(lost);
    harness.twilio.closeByTimer(harness.conversation(chat).sid);
    await harness.settle(0.01);
    end();
    await harness.settle(6);
    expect(harness.counterparts(chat)).toHaveLength(2);
    expect(status(harness, chat)).toBe('ACTIVE');
  });

  test('leaves alone what was carried into the channel from it, also behind a message that could not cross', async () => {
    const harness = scenarioHarness();
    const chat = await talk(harness);
    const stuck = harness.twilio.faults.add({
      ...{ fault: 'rest.5xx-before', status: 502, p: 1 },
      only: 'POST conversations.messages',
    });
    harness.customerWrites(chat, 'stuck');
    await harness.settle(0.1);
    harness.frontlineAgentWrites(chat, 'across');
    await harness.settle(0.5);
    expect(harness.said('flex', chat)).toEqual(['hello', 'hi', 'stuck', 'across']);
    harness.twilio.closeByTimer(harness.conversation(chat).sid);
    stuck();
    await harness.settle(20);

    expect(harness.counterparts(chat)).toHaveLength(2);
    expect(harness.said('frontline', chat)).toEqual(['stuck']);
    expect(harness.said('flex', chat)).toEqual(['hello', 'hi', 'stuck', 'across']);
    expect(harness.journal('undone')).toEqual([]);
  });

  test.each([
    ['though it waits for Twilio meanwhile', true],
    ['as long as it lasts', false],
  ])('has what said nothing before, once it is given a text, %s', async (_how, waits) => {
    const harness = scenarioHarness();
    const { chat, sid } = await saysNothing(harness);
    const down = waits
      ? harness.twilio.faults.add({ fault: 'side.down', how: '503', p: 1, account: 'flex' })
      : () => {};
    if (waits) {
      harness.twilio.customer.edits(chat.channel, sid, 'said at last');
      await harness.settle(30);
    }
    harness.twilio.closeByTimer(harness.conversation(chat).sid);
    await harness.settle(0.1);
    down();
    await harness.settle(3);
    if (!waits) harness.twilio.customer.edits(chat.channel, sid, 'said at last');
    await harness.settle(6);
    expect(harness.counterparts(chat)).toHaveLength(2);
    expect(saidLate(harness, chat)).toEqual(['said at last']);
  });

  test('has what said nothing before, although the first look at its text is behind', async () => {
    const harness = scenarioHarness();
    const { chat, sid } = await saysNothing(harness);
    harness.twilio.closeByTimer(harness.conversation(chat).sid);
    await harness.settle(3);
    const caughtUp = harness.twilio.faults.add({ fault: 'read.stale', p: 1, maxMs: 60_000, hides: false });
    harness.twilio.customer.edits(chat.channel, sid, 'said at last');
    await harness.settle(0.02);
    expect(harness.twilio.faults.counts()['read.stale']).toBeGreaterThan(0);
    caughtUp();
    await harness.settle(6);
    expect(saidLate(harness, chat)).toEqual(['said at last']);
  });

  test('has what said nothing before, also when nobody is told of its text', async () => {
    const harness = scenarioHarness();
    const { chat, sid } = await saysNothing(harness);
    harness.twilio.closeByTimer(harness.conversation(chat).sid);
    await harness.settle(3);
    const end = harness.twilio.faults.add(lost);
    harness.twilio.customer.edits(chat.channel, sid, 'said at last');
    const [first] = harness.transcript('flex', chat);
    harness.twilio.customer.edits(chat.channel, String(first?.sid), 'hello!');
    await harness.settle(0.1);
    end();
    await harness.settle(6);
    expect(harness.counterparts(chat)).toHaveLength(2);
    expect(saidLate(harness, chat)).toEqual(['said at last']);
  });

  test('leaves alone what was carried from it, also when a second one closes before it is linked', async () => {
    const harness = scenarioHarness();
    const chat = harness.begins();
    for (const text of ['one', 'two', 'three']) harness.customerWrites(chat, text);
    await harness.settle();
    const conversations = () => harness.counterparts(chat).length;
    const people = () => (conversations() === 0 ? [] : harness.people('frontline', chat));
    const only = 'POST conversations.participants';
    harness.accepts(chat);
    while (people().length < 1) await harness.settle(0.0001);
    const unanswered = harness.twilio.faults.add({ fault: 'rest.5xx-after', status: 503, p: 1, only });
    while (people().length < 2) await harness.settle(0.01);
    harness.frontlineAgentWrites(chat, 'mobile');
    await harness.settle(0.5);
    expect(harness.said('flex', chat)).toEqual(['one', 'two', 'three', 'mobile']);
    unanswered();
    harness.twilio.closeByTimer(harness.conversation(chat).sid);
    while (conversations() < 2) await harness.settle(0.0001);
    const refused = harness.twilio.faults.add({ fault: 'rest.5xx-before', status: 503, p: 1, only });
    await harness.settle(0.1);
    harness.twilio.closeByTimer(harness.conversation(chat).sid);
    refused();
    await harness.settle(20);
    expect(harness.counterparts(chat)).toHaveLength(3);
    expect(harness.said('flex', chat)).toEqual(['one', 'two', 'three', 'mobile']);
    expect(harness.journal('undone')).toEqual([]);
  });

  test('leaves edits of what stood in it to it', async () => {
    const harness = scenarioHarness();
    const chat = await talk(harness);
    const [first] = harness.transcript('flex', chat);
    harness.twilio.closeByTimer(harness.conversation(chat).sid);
    await harness.settle(3);
    harness.twilio.customer.edits(chat.channel, String(first?.sid), 'hello!');
    await harness.settle(6);
    expect(harness.journal('skipped(old_generation)').length).toBeGreaterThan(0);
    expect(harness.said('frontline', chat)).toEqual([]);
    expect(harness.said('flex', chat)).toEqual(['hello!', 'hi']);
  });
});
