/** The webhook of an accept that never came: the sweep finds the accept in TaskRouter's own current state. */

import { describe, expect, test } from '@jest/globals';
import { FIRST_START } from '../../src/core/state/items.ts';
import { AGENTS, type Chat, FRONTLINE, type ScenarioHarness, scenarioHarness } from './harness.ts';

const { ann, sam } = AGENTS;
const lostAccepts = { fault: 'webhook.lost', p: 1, only: 'reservation.accepted' } as const;

/** A chat with one message, whose agent accepts it unheard. */
const acceptedUnheard = async (
  harness: ScenarioHarness,
  agent: Parameters<ScenarioHarness['accepts']>[1] = ann,
): Promise<Chat> => {
  const chat = harness.begins();
  harness.customerWrites(chat, 'hello');
  await harness.settle(0.1);
  const heard = harness.twilio.faults.add(lostAccepts);
  harness.accepts(chat, agent);
  heard();
  return chat;
};

describe('an accept whose webhook is lost', () => {
  test.each([0.02, 0.3, 0.6, 0.95])('is linked within two sweeps, accepted %d minutes after one', async (after) => {
    const harness = scenarioHarness();
    await harness.settle(5 + after);
    const chat = await acceptedUnheard(harness);
    await harness.settle(2.2);

    expect(harness.twilio.faults.counts()['webhook.lost']).toBe(1);
    expect(harness.said('frontline', chat)).toEqual(['hello']);
    expect(harness.people('frontline', chat)).toEqual(['jo', ann.email]);
    harness.frontlineAgentWrites(chat, 'hi');
    await harness.settle();
    harness.customerWrites(chat, 'there you are');
    await harness.settle();
    expect(harness.said('flex', chat)).toEqual(harness.said('frontline', chat));
  });

  test('right after the first start is linked too', async () => {
    const harness = scenarioHarness();
    const chat = await acceptedUnheard(harness);
    await harness.settle(3);
    expect(harness.people('frontline', chat)).toEqual(['jo', ann.email]);
  });

  test('is found although TaskRouter cannot be asked for a while, which is told', async () => {
    const harness = scenarioHarness();
    await harness.settle(5);
    const chat = await acceptedUnheard(harness);
    await harness.during({ fault: 'rest.429', p: 1, only: 'GET taskrouter', retryAfter: 5 }, 4);
    expect(harness.counterparts(chat)).toEqual([]);
    expect(harness.journal('swept(not_compared)').filter(({ why }) => why === 'twilio').length).toBeGreaterThan(1);
    await harness.settle(2);
    expect(harness.people('frontline', chat)).toEqual(['jo', ann.email]);
  });

  test('is found by the next sweep when one is killed at any of its steps', async () => {
    for (const when of ['before', 'after'] as const)
      for (let step = 1; step <= 12; step += 1) {
        let armed = false;
        const harness = scenarioHarness({
          doom: (_, kind) => (armed && kind === 'sweep' ? { step, when, pauseMs: undefined } : undefined),
        });
        await harness.settle(5);
        const chat = await acceptedUnheard(harness);
        await harness.settle(1);
        armed = true;
        await harness.settle(1);
        armed = false;
        await harness.settle(7);
        expect(harness.counterparts(chat)).toHaveLength(1);
        expect(harness.people('frontline', chat)).toEqual(['jo', ann.email]);
      }
  });

  test('is forgotten once the task is over', async () => {
    const harness = scenarioHarness();
    await harness.settle(5);
    const chat = await acceptedUnheard(harness);
    harness.twilio.flexAgent.completesTask(chat.task);
    await harness.settle(10);
    expect(harness.counterparts(chat)).toEqual([]);
  });
});

describe('left alone is', () => {
  test('a chat that was accepted before the first start of the deployment, for ever', async () => {
    const harness = scenarioHarness();
    await harness.settle(5);
    const chat = await acceptedUnheard(harness);
    await harness.settle(0.5);
    // Nothing of the bridge has looked yet: let this be the moment in which it was first started.
    await harness.store.write(FIRST_START, { when: [], set: { at: harness.time.now() }, nonce: ['n', 'x'] });
    await harness.settle(60);
    harness.twilio.place.flex.workspace.tasks.get(chat.task)?.reservations.forEach((one) => {
      one.task.dateUpdated = harness.time.now();
    });
    await harness.settle(60);
    expect(harness.counterparts(chat)).toEqual([]);
    expect(harness.journal('queued').filter(({ reason }) => reason !== undefined)).toEqual([]);
  });

  test('a chat whose worker has no twin, but for a few tries further and further apart', async () => {
    const harness = scenarioHarness();
    await harness.settle(5);
    await acceptedUnheard(harness, sam);
    await harness.settle(120);
    const tries = harness.journal('skipped(no_twin)').length;
    expect(tries).toBeGreaterThan(1);
    expect(tries).toBeLessThan(7);
  });

  test('a chat that was linked by its webhook: nothing is asked about it but the list', async () => {
    const harness = scenarioHarness();
    await harness.linkedChat();
    await harness.settle(10);
    // Whether the offer is still open is asked when a webhook tells of it.
    expect(harness.calls()).toMatchObject({ 'flex GET taskrouter.workerreservation': 1 });
    expect(Object.keys(harness.calls()).filter((call) => /taskrouter\.(task|reserv|workerres)/.test(call))).toEqual([
      'flex GET taskrouter.workerreservation',
      'flex GET taskrouter.tasks',
    ]);
  });
});

test('an accept that follows one without a twin is found, though the first was kept for a side that was down', async () => {
  const harness = scenarioHarness();
  const chat = harness.begins();
  await harness.settle(0.1);
  const down = harness.twilio.faults.add({ fault: 'side.down', p: 1, how: '503', account: 'flex' });
  harness.accepts(chat, sam);
  await harness.settle(20);
  expect(harness.journal('deferred(side_down)').filter(({ type }) => type === 'reservation.accepted')).toHaveLength(1);
  const unheard = harness.twilio.faults.add(lostAccepts);
  harness.accepts(chat, ann);
  unheard();
  down();
  await harness.settle(15);
  expect(harness.people('frontline', chat)).toEqual(['jo', ann.email]);
});

test('a twin that is added later is found, and the chat is linked', async () => {
  const harness = scenarioHarness();
  await harness.settle(5);
  const chat = await acceptedUnheard(harness, sam);
  await harness.settle(5);
  const users = `https://conversations.twilio.com/v1/Services/${FRONTLINE.conversationServiceSid}/Users`;
  await harness.rest('frontline', 'POST', users, { Identity: sam.email });
  await harness.settle(15);
  expect(harness.people('frontline', chat)).toEqual(['jo', sam.email]);
});
