/** Agents whom offers keep where they are, or who let one time out; and what TaskRouter will not do at all. */

import { describe, expect, test } from '@jest/globals';
import { usualPresence } from '../../src/core/model/presence.ts';
import { agentOf, presenceWrites } from './agents.ts';
import { AGENTS, FLEX, type ScenarioHarness, scenarioHarness } from './harness.ts';

const { ann } = AGENTS;
const offlineToo = {
  ...usualPresence(),
  pairs: [...usualPresence().pairs, { flex: 'Offline', frontline: 'Unavailable' }],
};

describe('while an offer waits for the agent in Flex', () => {
  const wantsToGo = async (harness: ScenarioHarness) => {
    const agent = agentOf(harness);
    await harness.settle(1);
    const reservation = agent.isOffered();
    agent.onPhone('Unavailable', 'worker');
    await harness.settle(0.5);
    return { agent, reservation };
  };

  test('his going waits, and that is said each minute; new conversations he gets none', async () => {
    const harness = scenarioHarness();
    const { agent } = await wantsToGo(harness);
    await harness.settle(3);
    expect(agent.says()).toEqual(['Available', 'Unavailable', false]);
    expect(agent.ends().filter((end) => end === 'deferred(pending_offer)').length).toBeGreaterThanOrEqual(3);
    expect(harness.twilio.reads.tasks('flex')[0]?.reservations[0]?.status).toBe('pending');
  });

  test.each(['accepts', 'rejects'] as const)('he goes within two minutes after he %s it', async (answers) => {
    const harness = scenarioHarness();
    const { agent, reservation } = await wantsToGo(harness);
    harness.twilio.flexAgent[answers](reservation);
    await harness.settle(2);
    expect(agent.says()).toEqual(['Unavailable', 'Unavailable', false]);
  });

  test('he goes no more when he has changed his mind meanwhile', async () => {
    const harness = scenarioHarness();
    const { agent, reservation } = await wantsToGo(harness);
    agent.onPhone('Available');
    await harness.settle(0.5);
    harness.twilio.flexAgent.rejects(reservation);
    await harness.settle(3);
    expect(agent.says()).toEqual(['Available', 'Available', true]);
  });

  test('his other device may call him back from Flex', async () => {
    const harness = scenarioHarness();
    const { agent, reservation } = await wantsToGo(harness);
    harness.twilio.flexAgent.rejects(reservation);
    agent.inFlex('Break');
    await harness.settle(0.01);
    agent.inFlex('Available');
    await harness.settle(3);
    expect(agent.says()).toEqual(['Available', 'Available', true]);
  });

  test('he goes at once where the settings have his offers rejected', async () => {
    const harness = scenarioHarness({ config: { presence: { ...usualPresence(), rejectsOffers: true } } });
    const { agent } = await wantsToGo(harness);
    expect(agent.says()).toEqual(['Unavailable', 'Unavailable', false]);
    expect(harness.twilio.reads.tasks('flex')[0]?.reservations[0]?.status).toBe('rejected');
    agent.onPhone('Available');
    await harness.settle(0.5);
    expect(agent.says()).toEqual(['Available', 'Available', true]);
  });
});

describe('an agent who lets an offer time out', () => {
  const timesOut = async (harness: ScenarioHarness) => {
    const agent = agentOf(harness);
    await harness.settle(1);
    harness.twilio.flexAgent.letsTimeOut(agent.isOffered());
    await harness.settle(3);
    return agent;
  };

  test('is where Flex puts him in Flex only', async () => {
    const harness = scenarioHarness({ config: { presence: offlineToo } });
    const agent = await timesOut(harness);
    expect(agent.says()).toEqual(['Offline', 'Available', true]);
    expect(agent.ends()).toContain('skipped(timeout_activity)');
    agent.inFlex('Available');
    await harness.settle(1);
    expect(presenceWrites(harness)).toBe(0);
    // What he does himself counts, there too.
    agent.inFlex('Offline');
    await harness.settle(1);
    expect(agent.says()).toEqual(['Offline', 'Unavailable', false]);
  });

  test('is called back by his phone', async () => {
    const harness = scenarioHarness({ config: { presence: offlineToo } });
    const agent = await timesOut(harness);
    agent.onPhone('Unavailable');
    await harness.settle(0.1);
    agent.onPhone('Available');
    await harness.settle(1);
    expect(agent.says()).toEqual(['Available', 'Available', true]);
  });

  test('is so on his phone, where the settings say so', async () => {
    const harness = scenarioHarness({ config: { presence: { ...offlineToo, mirrorsTimeouts: true } } });
    expect((await timesOut(harness)).says()).toEqual(['Offline', 'Unavailable', false]);
  });
});

test('what TaskRouter will not do is said, tried again, and done when it will', async () => {
  let refuses = false;
  const harness = scenarioHarness({
    tap: (respond) => async (request) => {
      const isUpdate = request.method === 'POST' && /\/Workers\/WK\w+$/.test(request.path);
      if (!refuses || !isUpdate || !request.path.includes(FLEX.workspaceSid)) return respond(request);
      // https://www.twilio.com/docs/api/errors/14240: too many workers are available.
      return { status: 400, headers: {}, body: JSON.stringify({ code: 14240, message: 'Too many', status: 400 }) };
    },
  });
  const agent = agentOf(harness);
  agent.onPhone('Unavailable');
  await harness.settle(1);
  refuses = true;
  agent.onPhone('Available');
  await harness.settle(3);
  expect(agent.says()).toEqual(['Unavailable', 'Available', true]);
  expect(agent.ends()).toContain('deferred(activity_refused)');
  refuses = false;
  await harness.settle(2);
  expect(agent.says()).toEqual(['Available', 'Available', true]);
});

test.each(['flex', 'frontline'] as const)('while the %s account is down nothing is lost', async (account) => {
  const harness = scenarioHarness();
  const agent = agentOf(harness);
  await harness.settle(1);
  const end = harness.twilio.faults.add({ fault: 'side.down', p: 1, how: '503', account });
  if (account === 'flex') agent.onPhone('Unavailable');
  else agent.inFlex('Unavailable');
  await harness.settle(40);
  expect(agent.ends()).toContain('deferred(side_down)');
  end();
  await harness.settle(3);
  expect(agent.says()).toEqual(['Unavailable', 'Unavailable', false]);
});

test('nobody is held up by a call that had no answer, and what it did in the end is not taken for a wish', async () => {
  const harness = scenarioHarness();
  const agent = agentOf(harness);
  await harness.settle(1);
  for (const loss of ['hang', 'destroy'] as const)
    for (const only of ['POST taskrouter.worker', 'POST frontline.user'])
      for (const activity of ['Unavailable', 'Available']) {
        harness.twilio.faults.add({ fault: 'rest.answer-lost', p: 1, only, loss, times: 1 });
        agent.onPhone(activity);
        await harness.settle(1.5);
        expect(agent.says()).toEqual([activity, activity, activity === 'Available']);
      }
  expect(agentOf(harness, ann).ends()).not.toContain('failed');
});
