/** The webhook of an accept that never came: the sweep finds the accept in TaskRouter's own current state. */

import { describe, expect, test } from '@jest/globals';
import { FIRST_START } from '../../src/core/state/items.ts';
import { AGENTS, type Chat, FRONTLINE, openStage, type Stage } from './stage.ts';

const { ann, sam } = AGENTS;
const lostAccepts = { fault: 'webhook.lost', p: 1, only: 'reservation.accepted' } as const;

/** A chat with one message, whose agent accepts it unheard. */
const acceptedUnheard = async (stage: Stage, agent: Parameters<Stage['accepts']>[1] = ann): Promise<Chat> => {
  const chat = stage.begins();
  stage.customerWrites(chat, 'hello');
  await stage.settle(0.1);
  const heard = stage.twilio.faults.add(lostAccepts);
  stage.accepts(chat, agent);
  heard();
  return chat;
};

describe('an accept whose webhook is lost', () => {
  test.each([0.02, 0.3, 0.6, 0.95])('is linked within two sweeps, accepted %d minutes after one', async (after) => {
    const stage = openStage();
    await stage.settle(5 + after);
    const chat = await acceptedUnheard(stage);
    await stage.settle(2.2);

    expect(stage.twilio.faults.counts()['webhook.lost']).toBe(1);
    expect(stage.said('frontline', chat)).toEqual(['hello']);
    expect(stage.people('frontline', chat)).toEqual(['jo', ann.email]);
    stage.frontlineAgentWrites(chat, 'hi');
    await stage.settle();
    stage.customerWrites(chat, 'there you are');
    await stage.settle();
    expect(stage.said('flex', chat)).toEqual(stage.said('frontline', chat));
  });

  test('right after the first start is linked too', async () => {
    const stage = openStage();
    const chat = await acceptedUnheard(stage);
    await stage.settle(3);
    expect(stage.people('frontline', chat)).toEqual(['jo', ann.email]);
  });

  test('is found although TaskRouter cannot be asked for a while, which is told', async () => {
    const stage = openStage();
    await stage.settle(5);
    const chat = await acceptedUnheard(stage);
    await stage.during({ fault: 'rest.429', p: 1, only: 'GET taskrouter', retryAfter: 5 }, 4);
    expect(stage.counterparts(chat)).toEqual([]);
    expect(stage.journal('swept(not_compared)').filter(({ code }) => code === 20429).length).toBeGreaterThan(1);
    await stage.settle(2);
    expect(stage.people('frontline', chat)).toEqual(['jo', ann.email]);
  });

  test('is found by the next sweep when one is killed at any of its steps', async () => {
    for (const when of ['before', 'after'] as const)
      for (let step = 1; step <= 12; step += 1) {
        let armed = false;
        const stage = openStage({
          doom: (_, kind) => (armed && kind === 'sweep' ? { step, when, pauseMs: undefined } : undefined),
        });
        await stage.settle(5);
        const chat = await acceptedUnheard(stage);
        await stage.settle(1);
        armed = true;
        await stage.settle(1);
        armed = false;
        await stage.settle(7);
        expect(stage.counterparts(chat)).toHaveLength(1);
        expect(stage.people('frontline', chat)).toEqual(['jo', ann.email]);
      }
  });

  test('is forgotten once the task is over', async () => {
    const stage = openStage();
    await stage.settle(5);
    const chat = await acceptedUnheard(stage);
    stage.twilio.flexAgent.completesTask(chat.task);
    await stage.settle(10);
    expect(stage.counterparts(chat)).toEqual([]);
  });
});

describe('left alone is', () => {
  test('a chat that was accepted before the first start of the deployment, for ever', async () => {
    const stage = openStage();
    await stage.settle(5);
    const chat = await acceptedUnheard(stage);
    await stage.settle(0.5);
    // Nothing of the bridge has looked yet: let this be the moment in which it was first started.
    await stage.store.write(FIRST_START, { when: [], set: { at: stage.time.now() }, nonce: ['n', 'x'] });
    await stage.settle(60);
    stage.twilio.place.flex.workspace.tasks.get(chat.task)?.reservations.forEach((one) => {
      one.task.dateUpdated = stage.time.now();
    });
    await stage.settle(60);
    expect(stage.counterparts(chat)).toEqual([]);
    expect(stage.journal('queued').filter(({ reason }) => reason !== undefined)).toEqual([]);
  });

  test('a chat whose worker has no twin, but for a few tries further and further apart', async () => {
    const stage = openStage();
    await stage.settle(5);
    await acceptedUnheard(stage, sam);
    await stage.settle(120);
    const tries = stage.journal('skipped(no_twin)').length;
    expect(tries).toBeGreaterThan(1);
    expect(tries).toBeLessThan(7);
  });

  test('a chat that was linked by its webhook: nothing is asked about it but the list', async () => {
    const stage = openStage();
    await stage.linkedChat();
    await stage.settle(10);
    expect(Object.keys(stage.calls()).filter((call) => call.includes('taskrouter'))).toEqual([
      'flex GET taskrouter.tasks',
    ]);
  });
});

test('a twin that is added later is found, and the chat is linked', async () => {
  const stage = openStage();
  await stage.settle(5);
  const chat = await acceptedUnheard(stage, sam);
  await stage.settle(5);
  const users = `https://conversations.twilio.com/v1/Services/${FRONTLINE.conversationServiceSid}/Users`;
  await stage.rest('frontline', 'POST', users, { Identity: sam.email });
  await stage.settle(15);
  expect(stage.people('frontline', chat)).toEqual(['jo', sam.email]);
});
