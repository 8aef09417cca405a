/** Two agents serve a chat, as in a warm transfer: neither is lost with the other's task, or with the conversation. */
import { describe, expect, test } from '@jest/globals';
import type { DefaultAgent } from '../../local-twilio/defaults.ts';
import { AGENTS, type Chat, type ScenarioHarness, scenarioHarness } from './harness.ts';

const { ann, ben, eve } = AGENTS;

const agents = (harness: ScenarioHarness, chat: Chat) =>
  (['flex', 'frontline'] as const).map((side) => harness.people(side, chat).slice(1));

const both = (...who: readonly DefaultAgent[]) => [
  who.map(({ flexIdentity }) => flexIdentity),
  who.map(({ email }) => email),
];

/** Ann's chat, in which Ben is by a warm transfer. */
const servedByTwo = async (harness: ScenarioHarness, joins: 'at once' | 'never' = 'at once') => {
  const chat = harness.begins();
  await harness.settle(0.1);
  const reservation = harness.accepts(chat);
  await harness.settle(3);
  const { flexAgent } = harness.twilio;
  const next = flexAgent.transfers(reservation, ben.flexWorkerSid, 'warm');
  flexAgent.accepts(next.reservationSid, joins);
  await harness.settle(3);
  expect(agents(harness, chat)).toEqual(both(ann, ben));
  return { chat, reservation, next };
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
