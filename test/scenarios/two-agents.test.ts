/** Two agents serve a chat, as in a warm transfer: neither is lost with the other's task, or with the conversation. */
import { describe, expect, test } from '@jest/globals';
import type { DefaultAgent } from '../../local-twilio/defaults.ts';
import { encodeEnvelope } from '../../src/core/jobs/envelope.ts';
import { AGENTS, type Chat, type ScenarioHarness, scenarioHarness } from './harness.ts';

const { ann, ben, eve } = AGENTS;

const agents = (harness: ScenarioHarness, chat: Chat) =>
  (['flex', 'frontline'] as const).map((side) => harness.people(side, chat).slice(1));

const both = (...who: readonly DefaultAgent[]) => [
  who.map(({ flexIdentity }) => flexIdentity),
  who.map(({ email }) => email),
];

/** Ann's chat, in which Ben is by a warm transfer. */
const servedByTwo = async (harness: ScenarioHarness, joins: 'at once' | 'never' = 'at once', minutes = 3) => {
  const chat = harness.begins();
  await harness.settle(0.1);
  const reservation = harness.accepts(chat);
  await harness.settle(3);
  const { flexAgent } = harness.twilio;
  const next = flexAgent.transfers(reservation, ben.flexWorkerSid, 'warm');
  flexAgent.accepts(next.reservationSid, joins);
  await harness.settle(minutes);
  expect(agents(harness, chat)).toEqual(both(ann, ben));
  return { chat, reservation, next };
};

/** The pair's own job looks at once, by lists that do not show something yet. */
const looksTooEarly = async <K, V>(
  harness: ScenarioHarness,
  chat: Chat,
  list: Map<K, V>,
  hides: (one: V) => boolean,
) => {
  const whole = [...list];
  for (const [key, one] of whole) if (hides(one)) list.delete(key);
  const hidden = whole.filter(([key]) => !list.has(key));
  expect(hidden).toHaveLength(1);
  const work = { kind: 'agree', pair: `flex#${chat.channel}`, hint: 'sweep' } as const;
  const body = encodeEnvelope({ receivedAt: harness.time.now(), work });
  await harness.queues.send('flex-events', { group: chat.channel, dedupe: 'early', body });
  await harness.settle(0.03);
  for (const [key, one] of hidden) list.set(key, one);
};

describe('a chat of two agents whose conversation a timer closes', () => {
  test('has both in the next one, and goes on with either', async () => {
    const harness = scenarioHarness();
    const { chat, reservation } = await servedByTwo(harness);
    harness.twilio.closeByTimer(harness.conversation(chat).sid);
    harness.customerWrites(chat, 'hello');
    await harness.settle(10);
    expect(harness.counterparts(chat)).toHaveLength(2);
    expect(agents(harness, chat)).toEqual(both(ann, ben));
    harness.twilio.flexAgent.completesTransfer(reservation);
    await harness.settle(3);
    expect(agents(harness, chat)).toEqual(both(ben));
    expect((await harness.store.list('due', { limit: 10 })).items).toEqual([]);
  });

  test('takes nobody out of the channel who has come in in Frontline', async () => {
    const harness = scenarioHarness();
    const chat = await harness.linkedChat();
    for (const { email } of [ben, eve]) {
      harness.twilio.frontlineAgent.adds(ann.email, harness.conversation(chat).sid, email);
      await harness.settle(3);
    }
    harness.twilio.closeByTimer(harness.conversation(chat).sid);
    harness.customerWrites(chat, 'hello');
    await harness.settle(10);
    expect(harness.counterparts(chat)).toHaveLength(2);
    expect(agents(harness, chat)).toEqual(both(ann, ben, eve));
  });

  test('has nobody back in the channel who has just given it away', async () => {
    const harness = scenarioHarness();
    const { chat, next } = await servedByTwo(harness);
    const end = harness.twilio.faults.add({ fault: 'webhook.lost', p: 1 });
    harness.twilio.flexAgent.transfers(next.reservationSid, eve.flexWorkerSid, 'cold');
    harness.twilio.closeByTimer(harness.conversation(chat).sid);
    await harness.settle(0.1);
    end();
    const joins = () => harness.calls()['flex POST chat.members'] ?? 0;
    const before = joins();
    await harness.settle(7);
    expect(harness.counterparts(chat)).toHaveLength(2);
    expect(joins()).toBe(before);
    expect(agents(harness, chat)).toEqual(both(ann));
  });

  test('has in the next one only who serves it still', async () => {
    const harness = scenarioHarness();
    const { chat, reservation } = await servedByTwo(harness);
    const joins = () => harness.calls()['frontline POST conversations.participants'] ?? 0;
    const before = joins();
    const end = harness.twilio.faults.add({ fault: 'webhook.lost', p: 1 });
    harness.twilio.closeByTimer(harness.conversation(chat).sid);
    harness.twilio.flexAgent.completesTransfer(reservation);
    await harness.settle(10);
    end();
    await harness.settle(1);
    expect(harness.counterparts(chat)).toHaveLength(2);
    expect(joins() - before).toBe(2);
    expect(agents(harness, chat)).toEqual(both(ben));
  });
});

test('An agent whose task is deleted before anybody looked goes, and the other one goes on', async () => {
  const harness = scenarioHarness();
  const { chat, next } = await servedByTwo(harness, 'never');
  const end = harness.twilio.faults.add({ fault: 'webhook.lost', p: 1 });
  harness.twilio.flexAgent.completesTask(next.taskSid);
  harness.twilio.place.flex.workspace.tasks.delete(next.taskSid);
  await harness.settle(0.1);
  end();
  await harness.settle(8);
  expect(agents(harness, chat)).toEqual(both(ann));
  expect(harness.conversation(chat).state).toBe('active');
});

describe('a list that is behind', () => {
  test.each(['flex', 'frontline'] as const)('in %s takes nobody out who has just accepted', async (side) => {
    const harness = scenarioHarness();
    const { chat } = await servedByTwo(harness, 'at once', 0.05);
    const of = side === 'flex' ? chat.channel : harness.conversation(chat).sid;
    const members = harness.twilio.place[side].chat.containers.get(of)?.members ?? new Map();
    await looksTooEarly(harness, chat, members, (one) => [ben.flexIdentity, ben.email].includes(one.identity ?? ''));
    await harness.settle(8);
    expect(agents(harness, chat)).toEqual(both(ann, ben));
    expect(harness.twilio.reads.tasks('flex').map(({ status }) => status)).toEqual(['assigned', 'assigned']);
  });

  test.each([
    [
      'has been put back',
      0.1,
      (harness: ScenarioHarness, sid: string) => {
        harness.twilio.frontlineAgent.transfers(ann.email, sid, eve.email, 'in, then out');
      },
    ],
    [
      'has come along into the next conversation',
      0.3,
      (harness: ScenarioHarness, sid: string) => {
        harness.twilio.closeByTimer(sid);
      },
    ],
  ])('in Frontline takes nobody out who %s', async (_how, within, happens) => {
    const harness = scenarioHarness({ config: { refusesHandovers: true } });
    const { chat } = await servedByTwo(harness);
    happens(harness, harness.conversation(chat).sid);
    await harness.settle(within);
    expect(agents(harness, chat).map((all) => all.length)).toEqual([2, 2]);
    const members = harness.twilio.place.frontline.chat.containers.get(harness.conversation(chat).sid)?.members;
    await looksTooEarly(harness, chat, members ?? new Map(), ({ identity }) => identity === ann.email);
    await harness.settle(8);
    expect(harness.twilio.reads.tasks('flex').map(({ status }) => status)).toEqual(['assigned', 'assigned']);
    expect(agents(harness, chat).map((all) => all.length)).toEqual([2, 2]);
  });

  test('in Flex takes nobody out who has come in in Frontline', async () => {
    const harness = scenarioHarness();
    const chat = await harness.linkedChat();
    harness.twilio.frontlineAgent.adds(ann.email, harness.conversation(chat).sid, ben.email);
    await harness.settle(0.1);
    expect(agents(harness, chat)).toEqual(both(ann, ben));
    const members = harness.twilio.place.flex.chat.containers.get(chat.channel)?.members;
    await looksTooEarly(harness, chat, members ?? new Map(), ({ identity }) => identity === ben.flexIdentity);
    await harness.settle(8);
    expect(agents(harness, chat)).toEqual(both(ann, ben));
  });

  test('of tasks ends no chat that Flex has just handed over', async () => {
    const harness = scenarioHarness();
    const chat = harness.begins();
    await harness.settle(0.1);
    const reservation = harness.accepts(chat);
    await harness.settle(3);
    const next = harness.twilio.flexAgent.transfers(reservation, ben.flexWorkerSid, 'cold');
    const { tasks } = harness.twilio.place.flex.workspace;
    await looksTooEarly(harness, chat, tasks, ({ sid }) => sid === next.taskSid);
    await harness.settle(2);
    expect(agents(harness, chat)).toEqual([[], [ann.email]]);
    harness.twilio.flexAgent.accepts(next.reservationSid);
    await harness.settle(2);
    expect(harness.counterparts(chat)).toHaveLength(1);
    expect(agents(harness, chat)).toEqual(both(ben));
  });
});
