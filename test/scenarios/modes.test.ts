/** An operator switches a direction off, or to read-only, and on again. */
import { describe, expect, test } from '@jest/globals';
import { isSystemConversation } from '../../src/core/agents/system-conversation.ts';
import { encodeEnvelope } from '../../src/core/jobs/envelope.ts';
import type { Lane } from '../../src/core/model/event.ts';
import type { DirectionMode, NotOn } from '../../src/core/model/mode.ts';
import { notifiedKey, pairId, pairKey } from '../../src/core/state/items.ts';
import { setMode } from '../../src/core/state/modes.ts';
import { agentOf } from './agents.ts';
import { AGENTS, type Chat, type ScenarioHarness, scenarioHarness } from './harness.ts';

const { ann, ben } = AGENTS;
const PHONE = '+15550109999';
const notOn: readonly NotOn[] = ['off', 'read_only'];

let nonces = 0;
/** Holds for every process that starts later; what a running one knew it forgets within the half minute. */
const switchTo = async (
  { store, time }: ScenarioHarness,
  mode: DirectionMode,
  lanes?: readonly Lane[],
): Promise<void> => setMode({ store, clock: time, nonce: () => `mode ${++nonces}` }, mode, lanes);

const phone = (harness: ScenarioHarness) => harness.twilio.customer.phone(PHONE).map(({ body }) => body);

/** Calls of the bridge that change something, by side. */
const writes = (harness: ScenarioHarness) => {
  const made = Object.entries(harness.calls()).filter(([call]) => !/ GET | POST webhooks/.test(call));
  const of = (side: string) => made.reduce((sum, [call, count]) => sum + (call.startsWith(side) ? count : 0), 0);
  return { flex: of('flex'), frontline: of('frontline') };
};
const cursors = async (harness: ScenarioHarness, { channel }: Chat) => {
  const pair = await harness.store.get(pairKey(pairId('flex', channel)));
  return [pair?.fl_cursor, pair?.fx_cursor, pair?.fl_fence, pair?.fx_fence];
};
const same = (harness: ScenarioHarness, chat: Chat) =>
  expect([...harness.said('flex', chat)].sort()).toEqual([...harness.said('frontline', chat)].sort());

describe.each(notOn)('while both directions are %s', (mode) => {
  test('nothing is written at Twilio, and no cursor moves; the SMS go on; then all of it crosses', async () => {
    const harness = scenarioHarness();
    const chat = await harness.linkedSmsChat(PHONE);
    const { sid } = harness.customerWrites(chat, 'to be edited');
    await harness.settle(1);
    await switchTo(harness, mode);
    await harness.settle(0.5);
    const before = { writes: writes(harness), cursors: await cursors(harness, chat) };

    harness.customerWrites(chat, 'hello?');
    harness.twilio.customer.edits(chat.channel, sid, 'edited');
    harness.frontlineAgentWrites(chat, 'from the phone');
    harness.flexAgentWrites(chat, 'from the desk');
    await harness.settle(130);
    expect({ writes: writes(harness), cursors: await cursors(harness, chat) }).toEqual(before);
    expect(harness.said('frontline', chat)).toEqual(['is anybody there?', 'to be edited', 'from the phone']);
    expect(phone(harness)).toEqual(['from the desk']);
    expect(harness.journal(`deferred(${mode})`).length).toBeGreaterThanOrEqual(4);

    await switchTo(harness, 'on');
    await harness.settle(3);
    same(harness, chat);
    expect(harness.said('frontline', chat)).toContain('edited');
    expect(phone(harness)).toEqual(['from the desk', 'from the phone']);
  });

  test('an SMS whose webhook is lost goes out all the same, also of a chat that is not linked', async () => {
    const harness = scenarioHarness();
    const chat = await harness.linkedSmsChat(PHONE);
    await switchTo(harness, mode);
    const other = harness.texts('+15550108888', 'I am new');
    await harness.settle(1);
    harness.accepts(other, ben);
    await harness.settle(1);
    const told = harness.twilio.faults.add({ fault: 'webhook.lost', p: 1 });
    harness.flexAgentWrites(chat, 'found');
    harness.flexAgentWrites(other, 'found, too', ben);
    await harness.settle(0.1);
    told();
    await harness.settle(10);
    expect(phone(harness)).toEqual(['found']);
    expect(harness.twilio.customer.phone('+15550108888').map(({ body }) => body)).toEqual(['found, too']);
    expect(harness.counterparts(other)).toEqual([]);
  });

  test('a chat that is accepted, and one that ends, wait; then the one is linked and the other ended', async () => {
    const harness = scenarioHarness();
    const ends = await harness.linkedChat();
    const closes = await harness.linkedChat('Kim', 'kim');
    await switchTo(harness, mode);
    await harness.settle(0.5);
    const begins = harness.begins('Lee', 'lee');
    await harness.settle(0.1);
    harness.accepts(begins, ben);
    harness.twilio.flexAgent.endsChat(ann.flexWorkerSid, ends.channel);
    harness.twilio.frontlineAgent.closes(ann.email, harness.conversation(closes).sid);
    await harness.settle(30);
    expect(harness.counterparts(begins)).toEqual([]);
    expect(harness.conversation(ends).state).toBe('active');
    expect(harness.twilio.reads.container('flex', closes.channel)?.attributes).not.toContain('INACTIVE');

    await switchTo(harness, 'on');
    await harness.settle(5);
    expect(harness.people('frontline', begins)).toEqual(['lee', ben.email]);
    expect(harness.conversation(ends).state).toBe('closed');
    expect(harness.twilio.reads.container('flex', closes.channel)?.attributes).toContain('INACTIVE');
  });

  test('agents go where they go alone, and nobody is offered anything; then both are made good', async () => {
    const harness = scenarioHarness();
    const agent = agentOf(harness);
    await harness.settle(5);
    await switchTo(harness, mode);
    await harness.settle(0.5);
    agent.inFlex('Unavailable');
    const chat = harness.begins();
    await harness.settle(0.1);
    harness.twilio.flexAgent.isOffered(ben.flexWorkerSid, chat.task);
    await harness.settle(5);
    expect(agent.says()).toEqual(['Unavailable', 'Available', true]);
    expect(harness.twilio.reads.containers('frontline').filter(isSystemConversation)).toEqual([]);

    await switchTo(harness, 'on');
    await harness.settle(3);
    expect(agent.says()).toEqual(['Unavailable', 'Unavailable', false]);
    expect(harness.twilio.reads.containers('frontline').filter(isSystemConversation)).toHaveLength(1);
  });

  test('somebody who waits is not told of when it is over', async () => {
    const harness = scenarioHarness();
    await switchTo(harness, mode);
    await harness.store.write(notifiedKey(ann.flexWorkerSid), { when: [], set: { until: 1 }, nonce: ['nonce', '1'] });
    await harness.queues.send('flex-events', {
      ...{ group: ann.flexWorkerSid, dedupe: 'asked' },
      body: encodeEnvelope({ receivedAt: 1, work: { kind: 'notify_agent', worker: ann.flexWorkerSid } }),
    });
    await harness.settle(1);
    await switchTo(harness, 'on');
    await harness.settle(5);
    expect(harness.journal('skipped(not_on)')).toHaveLength(1);
    expect(harness.twilio.reads.containers('frontline')).toEqual([]);
  });
});

test('What is read-only says what it would write, and what is off does not look', async () => {
  const decided = async (mode: NotOn) => {
    const harness = scenarioHarness();
    const chat = await harness.linkedChat();
    await switchTo(harness, mode);
    await harness.settle(0.5);
    harness.customerWrites(chat, 'hello?');
    harness.customerWrites(chat, 'are you there?');
    harness.frontlineAgentWrites(chat, 'yes');
    const other = harness.begins('Kim', 'kim');
    await harness.settle(0.1);
    harness.accepts(other, ben);
    await harness.settle(1);
    return harness.entries.filter(({ entry }) => entry.step === 'decided').map(({ entry }) => entry.reason);
  };
  expect((await decided('read_only')).sort()).toEqual(
    ['flex.send', 'frontline.createConversation', 'frontline.send', 'frontline.send', 'nothing'].sort(),
  );
  expect(await decided('off')).toEqual([]);
});

test('One direction goes on while the other is off', async () => {
  const harness = scenarioHarness();
  const chat = await harness.linkedChat();
  await switchTo(harness, 'off', ['toFlex']);
  await harness.settle(0.5);
  const before = writes(harness).flex;
  harness.customerWrites(chat, 'hello?');
  harness.frontlineAgentWrites(chat, 'yes');
  // He is in the channel by Flex's own doing later, if at all.
  const other = harness.begins('Kim', 'kim');
  await harness.settle(0.1);
  harness.accepts(other, ben, 'never');
  await harness.settle(20);
  expect([...harness.said('frontline', chat)].sort()).toEqual(['hello?', 'yes']);
  expect(harness.said('flex', chat)).toEqual(['hello?']);
  expect(harness.people('frontline', other)).toEqual(['kim', ben.email]);
  expect(writes(harness).flex).toBe(before);

  await switchTo(harness, 'on', ['toFlex']);
  await harness.settle(3);
  same(harness, chat);
  expect(harness.people('flex', other)).toContain(ben.flexIdentity);
});

test('What is off is told of each minute, and never as a lane that is behind', async () => {
  const harness = scenarioHarness();
  const chat = await harness.linkedChat();
  await switchTo(harness, 'off', ['toFrontline']);
  await harness.settle(0.5);
  harness.customerWrites(chat, 'hello?');
  await harness.settle(3);
  const told = harness.entries.flatMap(({ entry }) => (entry.type === 'mode' ? [entry] : []));
  expect(told.length).toBeGreaterThanOrEqual(3);
  expect(told.at(-1)).toMatchObject({ step: 'swept', lane: 'toFrontline', reason: 'off', count: 1 });
  expect(harness.entries.filter(({ entry }) => entry.type === 'dirty_lanes')).toEqual([]);
});
