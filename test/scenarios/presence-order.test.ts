/** Two devices, webhooks in any order, and the bridge's own writes among them: the last wish of a person counts. */

import { describe, expect, test } from '@jest/globals';
import { usualPresence } from '../../src/core/model/presence.ts';
import { agentOf, presenceWrites } from './agents.ts';
import { AGENTS, FLEX, FRONTLINE, type ScenarioHarness, scenarioHarness } from './harness.ts';

const { ann } = AGENTS;
const FIVE = ['Available', 'Unavailable', 'Break', 'Offline'];
/** Four activities, each with its own on the other side. */
const everyActivity = {
  config: { presence: { ...usualPresence(), pairs: FIVE.map((name) => ({ flex: name, frontline: name })) } },
};
const activities = 'worker.activity.update';

/** What an agent does while webhooks of one side are late comes to the bridge in another order. */
const late = (harness: ScenarioHarness, account: 'flex' | 'frontline', maxMs: number): (() => void) =>
  harness.twilio.faults.add({ fault: 'webhook.delayed', p: 1, only: activities, account, maxMs });

const workers = (side: 'flex' | 'frontline'): string =>
  `https://taskrouter.twilio.com/v1/Workspaces/${(side === 'flex' ? FLEX : FRONTLINE).workspaceSid}/Workers`;

describe('of two wishes the later one counts', () => {
  test.each([0.5, 1.4, 3, 20])('when the one in Flex is older by %d s and heard later', async (seconds) => {
    const harness = scenarioHarness(everyActivity);
    const agent = agentOf(harness);
    // No sweep looks just then, to which two wishes of one second are as old.
    await harness.settle(5.2);
    const end = late(harness, 'flex', 60_000);
    agent.inFlex('Break');
    end();
    await harness.settle(seconds / 60);
    agent.onPhone('Unavailable');
    await harness.settle(5);
    expect(agent.says()).toEqual(['Unavailable', 'Unavailable', false]);
    expect(agent.ends()).toContain('skipped(superseded)');
  });

  test.each([0.5, 1.4, 3, 20])('when the one on the phone is older by %d s and heard later', async (seconds) => {
    const harness = scenarioHarness(everyActivity);
    const agent = agentOf(harness);
    await harness.settle(5);
    const end = late(harness, 'frontline', 60_000);
    agent.onPhone('Unavailable');
    end();
    await harness.settle(seconds / 60);
    agent.inFlex('Break');
    await harness.settle(5);
    expect(agent.says()).toEqual(['Break', 'Break', false]);
  });

  test('when it was written over before it was heard', async () => {
    const harness = scenarioHarness(everyActivity);
    const agent = agentOf(harness);
    await harness.settle(5);
    const end = late(harness, 'frontline', 60_000);
    agent.inFlex('Break');
    // Sooner than the bridge can carry over what Flex says.
    await harness.settle(0.001);
    agent.onPhone('Unavailable');
    await harness.settle(0.05);
    end();
    expect(agent.says()).toEqual(['Break', 'Break', false]);
    await harness.settle(5);
    expect(agent.says()).toEqual(['Unavailable', 'Unavailable', false]);
  });

  test('when a sweep looks at what he has in the app between the two, and the first is heard last', async () => {
    const harness = scenarioHarness();
    const agent = agentOf(harness);
    await harness.settle(5);
    agent.inFlex('Offline');
    agent.onPhone('Break');
    await harness.settle(0.9);
    const end = late(harness, 'frontline', 60_000);
    agent.onPhone('Available', 'worker');
    end();
    const users = () => harness.calls()['frontline GET frontline.user'] ?? 0;
    const before = users();
    while (users() === before) await harness.settle(0.001);
    await harness.settle(0.01);
    agent.onPhone('Unavailable');
    await harness.settle(5);
    expect(agent.says()).toEqual(['Unavailable', 'Unavailable', false]);
  });

  test('and Flex counts when they are of the same moment', async () => {
    for (const first of ['flex', 'frontline'] as const) {
      const harness = scenarioHarness(everyActivity);
      const agent = agentOf(harness);
      await harness.settle(5);
      const end = late(harness, first === 'flex' ? 'frontline' : 'flex', 20_000);
      agent.onPhone('Unavailable');
      agent.inFlex('Break');
      end();
      await harness.settle(5);
      expect(agent.says()).toEqual(['Break', 'Break', false]);
    }
  });

  test("when the same agent's own come in another order", async () => {
    const harness = scenarioHarness(everyActivity);
    const agent = agentOf(harness);
    await harness.settle(5);
    const end = late(harness, 'flex', 30_000);
    agent.inFlex('Break');
    end();
    await harness.settle(0.01);
    agent.inFlex('Offline');
    await harness.settle(2);
    expect(agent.says()).toEqual(['Offline', 'Offline', false]);
    expect(agent.ends()).toContain('skipped(superseded)');
  });
});

describe('what the bridge itself has written', () => {
  test('is known for that, and carried nowhere', async () => {
    const harness = scenarioHarness();
    const agent = agentOf(harness);
    await harness.settle(5);
    agent.inFlex('Unavailable');
    await harness.settle(3);
    agent.onPhone('Available');
    await harness.settle(3);
    expect(agent.ends().filter((end) => end === 'skipped(echo)')).toHaveLength(2);
    expect(presenceWrites(harness)).toBe(4);
  });

  test('is known when its webhook comes an hour late, after the agent has changed his mind', async () => {
    const harness = scenarioHarness(everyActivity);
    const agent = agentOf(harness);
    await harness.settle(5);
    agent.inFlex('Break');
    // The write is on its way when its echo is drawn.
    const end = late(harness, 'frontline', 3_600_000);
    await harness.settle(0.1);
    end();
    expect(agent.says()).toEqual(['Break', 'Break', false]);
    agent.inFlex('Available');
    await harness.settle(0.5);
    const writes = presenceWrites(harness);
    await harness.settle(120);
    expect(agent.says()).toEqual(['Available', 'Available', true]);
    expect(presenceWrites(harness)).toBe(writes);
  });

  test('does not keep the agent from taking it back at once', async () => {
    const harness = scenarioHarness();
    const agent = agentOf(harness);
    await harness.settle(5);
    agent.inFlex('Unavailable');
    await harness.settle(0.02);
    expect(agent.says()).toEqual(['Unavailable', 'Unavailable', false]);
    agent.onPhone('Available');
    await harness.settle(0.02);
    agent.onPhone('Unavailable');
    await harness.settle(0.02);
    agent.inFlex('Available');
    await harness.settle(3);
    expect(agent.says()).toEqual(['Available', 'Available', true]);
  });
});

test.each([40, 300, 1_000, 4_000])('two devices that flap every %d ms come to rest, and agree', async (everyMs) => {
  const harness = scenarioHarness(everyActivity);
  const agent = agentOf(harness);
  await harness.settle(5);
  const end = harness.twilio.faults.add({ fault: 'webhook.delayed', p: 0.5, only: activities, maxMs: 6_000 });
  for (let n = 0; n < 40; n += 1) {
    if (n % 2 === 0) agent.inFlex(FIVE[(n * 7) % 4] ?? '');
    else agent.onPhone(FIVE[(n * 5) % 4] ?? '');
    await harness.settle(everyMs / 60_000);
  }
  end();
  await harness.settle(5);
  const [flex, frontline, isAvailable] = agent.says();
  expect([frontline, isAvailable]).toEqual([flex, flex === 'Available']);
  const writes = presenceWrites(harness);
  await harness.settle(20);
  expect(presenceWrites(harness)).toBe(writes);
  expect(writes).toBeLessThanOrEqual(40 * 3 + 12);
});

describe('a webhook', () => {
  const heard = async (fault: 'webhook.lost' | 'webhook.doubled' | 'webhook.swapped', from: 'inFlex' | 'onPhone') => {
    const harness = scenarioHarness(everyActivity);
    const agent = agentOf(harness);
    await harness.settle(5);
    const end = harness.twilio.faults.add({ fault, p: 1, only: activities, maxMs: 3_000 });
    agent[from]('Break');
    await harness.settle(0.01);
    agent[from]('Unavailable');
    await harness.settle(2.5);
    end();
    expect(agent.says()).toEqual(['Unavailable', 'Unavailable', false]);
    await harness.settle(5);
    expect(agent.says()).toEqual(['Unavailable', 'Unavailable', false]);
    return harness;
  };

  test.each(['inFlex', 'onPhone'] as const)('that is lost costs two minutes at most (%s)', async (from) => {
    const harness = await heard('webhook.lost', from);
    expect(harness.journal('swept(repairing)').filter(({ type }) => type === 'presence').length).toBeGreaterThan(0);
  });
  test.each(['inFlex', 'onPhone'] as const)('that comes twice does nothing twice (%s)', async (from) => {
    expect(presenceWrites(await heard('webhook.doubled', from))).toBeLessThanOrEqual(6);
  });
  test.each(['inFlex', 'onPhone'] as const)('that changes places with its neighbour changes nothing (%s)', (from) =>
    heard('webhook.swapped', from),
  );
});

test('of two wishes that nobody heard the later one is found', async () => {
  for (const last of ['inFlex', 'onPhone'] as const) {
    const harness = scenarioHarness(everyActivity);
    const agent = agentOf(harness);
    agent.inFlex('Offline');
    await harness.settle(5);
    const end = harness.twilio.faults.add({ fault: 'webhook.lost', p: 1, only: activities });
    agent[last === 'inFlex' ? 'onPhone' : 'inFlex']('Break');
    await harness.settle(0.05);
    agent[last]('Unavailable');
    end();
    await harness.settle(2.5);
    expect(agent.says()).toEqual(['Unavailable', 'Unavailable', false]);
  }
});

test('a worker whom a program moves by REST is carried over like one who moves himself', async () => {
  const harness = scenarioHarness();
  const agent = agentOf(harness);
  await harness.settle(1);
  const away = harness.twilio.place.flex.workspace.activities.find(({ name }) => name === 'Unavailable');
  await harness.rest('flex', 'POST', `${workers('flex')}/${ann.flexWorkerSid}`, { ActivitySid: away?.sid ?? '' });
  await harness.settle(0.5);
  expect(agent.says()).toEqual(['Unavailable', 'Unavailable', false]);
});
