/** An agent who says on one side that he is there, or is not, says so on the other. */

import { describe, expect, test } from '@jest/globals';
import { usualPresence } from '../../src/core/model/presence.ts';
import { agentOf, presenceWrites } from './agents.ts';
import { AGENTS, FLEX, scenarioHarness } from './harness.ts';

const { ann, ben, eve, sam } = AGENTS;

describe('an agent', () => {
  test('who becomes unavailable in Flex is so on his phone, and gets no new conversations there', async () => {
    const harness = scenarioHarness();
    const agent = agentOf(harness);
    await harness.settle(5);
    agent.inFlex('Unavailable');
    await harness.settle(0.2);
    expect(agent.says()).toEqual(['Unavailable', 'Unavailable', false]);
    agent.inFlex('Available');
    await harness.settle(0.2);
    expect(agent.says()).toEqual(['Available', 'Available', true]);
    expect(presenceWrites(harness)).toBe(4);
    expect(agentOf(harness, ben).says()).toEqual(['Available', 'Available', true]);
  });

  test.each(['both', 'worker'] as const)('whose switch on the phone changes %s is so in Flex', async (changes) => {
    const harness = scenarioHarness();
    const agent = agentOf(harness);
    await harness.settle(5);
    agent.onPhone('Unavailable', changes);
    await harness.settle(0.2);
    expect(agent.says()).toEqual(['Unavailable', 'Unavailable', false]);
    agent.onPhone('Available', changes);
    await harness.settle(0.2);
    expect(agent.says()).toEqual(['Available', 'Available', true]);
    expect(presenceWrites(harness)).toBe(4);
  });

  test('whose switch no webhook tells of is found by his availability, within two minutes', async () => {
    const harness = scenarioHarness();
    const agent = agentOf(harness);
    agent.onPhone('Unavailable');
    await harness.settle(1);
    agent.onPhone('Available', 'user');
    expect(agent.says()).toEqual(['Unavailable', 'Unavailable', true]);
    await harness.settle(2);
    expect(agent.says()).toEqual(['Available', 'Available', true]);
    agent.onPhone('Unavailable', 'user');
    await harness.settle(2);
    expect(agent.says()).toEqual(['Unavailable', 'Unavailable', false]);
  });

  test('whose switch no webhook tells of is found, though Twilio does not answer for any user of the others', async () => {
    const harness = scenarioHarness();
    const agent = agentOf(harness, eve);
    agent.onPhone('Unavailable');
    await harness.settle(1);
    for (const { email } of [ann, ben])
      harness.twilio.faults.add({
        ...{ fault: 'rest.5xx-before', status: 500, p: 1, account: 'frontline' },
        ...{ only: 'GET frontline.user', at: encodeURIComponent(email) },
      });
    agent.onPhone('Available', 'user');
    await harness.settle(2);
    expect(agent.says()).toEqual(['Available', 'Available', true]);
    expect(harness.journal('swept(not_compared)').map(({ type }) => type)).toContain('presence');
  });

  test('who changes in the second of the first start, and nobody tells', async () => {
    const harness = scenarioHarness();
    const agent = agentOf(harness);
    const heard = harness.twilio.faults.add({ fault: 'webhook.lost', p: 1 });
    agent.onPhone('Unavailable');
    await harness.settle(0.01);
    heard();
    await harness.settle(5);
    expect(agent.says()).toEqual(['Unavailable', 'Unavailable', false]);
  });

  test('who has gone on both sides while nobody heard, has his next switch in the app count', async () => {
    const harness = scenarioHarness();
    const agent = agentOf(harness);
    agent.onPhone('Unavailable');
    await harness.settle(5);
    const heard = harness.twilio.faults.add({ fault: 'webhook.lost', p: 1 });
    agent.inFlex('Available');
    agent.onPhone('Available');
    heard();
    await harness.settle(5);
    agent.onPhone('Unavailable', 'user');
    await harness.settle(3);
    expect(agent.says()).toEqual(['Unavailable', 'Unavailable', false]);
  });

  test('whose activity means nothing to the other side leaves it as it is, and that is said', async () => {
    const harness = scenarioHarness();
    const agent = agentOf(harness);
    await harness.settle(1);
    agent.inFlex('Break');
    await harness.settle(3);
    expect(agent.says()).toEqual(['Break', 'Available', true]);
    expect(agent.ends()).toEqual(['skipped(unmapped_activity)']);
    // From there he is called back by his phone.
    agent.onPhone('Unavailable');
    await harness.settle(0.2);
    expect(agent.says()).toEqual(['Unavailable', 'Unavailable', false]);
  });

  test('who comes back to where he was agreed to be has the other side come back, too', async () => {
    const harness = scenarioHarness();
    const agent = agentOf(harness);
    await harness.settle(2);
    agent.inFlex('Offline');
    agent.onPhone('Break', 'worker');
    await harness.settle(1);
    expect(agent.says()).toEqual(['Offline', 'Break', true]);
    agent.onPhone('Available', 'worker');
    await harness.settle(0.5);
    expect(agent.says()).toEqual(['Available', 'Available', true]);
  });

  test('is where the settings say, in any number of pairs', async () => {
    const pairs = ['Available', 'Unavailable', 'Break', 'Offline'].map((flex) => ({
      flex,
      frontline: flex === 'Available' ? 'Available' : 'Unavailable',
    }));
    const harness = scenarioHarness({ config: { presence: { ...usualPresence(), pairs } } });
    const agent = agentOf(harness);
    await harness.settle(1);
    agent.inFlex('Break');
    await harness.settle(0.2);
    expect(agent.says()).toEqual(['Break', 'Unavailable', false]);
    const writes = presenceWrites(harness);
    // Both mean the same over there: nothing is written.
    agent.inFlex('Unavailable');
    await harness.settle(0.2);
    expect(presenceWrites(harness)).toBe(writes);
    agent.onPhone('Available');
    await harness.settle(3);
    expect(agent.says()).toEqual(['Available', 'Available', true]);
    agent.onPhone('Unavailable');
    await harness.settle(3);
    expect(agent.says()).toEqual(['Unavailable', 'Unavailable', false]);
  });

  test('without a twin is nobody over there, and the reason is said', async () => {
    const harness = scenarioHarness();
    const agent = agentOf(harness, sam);
    await harness.settle(1);
    agent.inFlex('Unavailable');
    await harness.settle(3);
    expect(agent.ends()).toEqual(['skipped(no_twin)']);
    expect(presenceWrites(harness)).toBe(0);
  });

  test('who is known in Frontline only is nobody in Flex', async () => {
    const harness = scenarioHarness();
    harness.twilio.place.flex.workspace.workers.delete(ann.flexWorkerSid);
    const agent = agentOf(harness);
    agent.onPhone('Unavailable');
    await harness.settle(3);
    expect(agent.says()).toEqual([undefined, 'Unavailable', false]);
    expect(agent.ends()).toEqual(['skipped(no_twin)']);
  });

  test('who is gone before his webhook is read is left in peace', async () => {
    const harness = scenarioHarness();
    const agent = agentOf(harness);
    await harness.settle(1);
    agent.inFlex('Unavailable');
    harness.twilio.place.flex.workspace.workers.delete(ann.flexWorkerSid);
    await harness.settle(3);
    expect(agent.says()).toEqual([undefined, 'Available', true]);
    expect(agent.ends()).toEqual(['skipped(no_twin)']);
  });

  test('who has no user in the Frontline app has his two workers agree', async () => {
    const harness = scenarioHarness();
    harness.twilio.place.frontline.account.frontlineUsers.delete(ann.email);
    const agent = agentOf(harness);
    await harness.settle(1);
    agent.inFlex('Unavailable');
    await harness.settle(3);
    expect(agent.says()).toEqual(['Unavailable', 'Unavailable', undefined]);
    expect(agent.ends()).toContain('reconciled');
  });
});

describe('nobody is carried over', () => {
  test('while the settings do not name both workspaces', async () => {
    const { accountSid, chatServiceSid: serviceSid, defaultWebhook } = FLEX;
    const harness = scenarioHarness({ config: { flex: { accountSid, serviceSid, defaultWebhook } } });
    const agent = agentOf(harness);
    agent.inFlex('Unavailable');
    agent.onPhone('Unavailable', 'worker');
    await harness.settle(3);
    expect(agent.says()).toEqual(['Unavailable', 'Unavailable', true]);
    expect(agent.ends()).toEqual(['skipped(no_workspace)', 'skipped(no_workspace)']);
  });

  test('into an activity that a workspace does not have', async () => {
    const pairs = [...usualPresence().pairs, { flex: 'Break', frontline: 'Siesta' }];
    const harness = scenarioHarness({ config: { presence: { ...usualPresence(), pairs } } });
    const agent = agentOf(harness);
    agent.inFlex('Break');
    await harness.settle(0.5);
    expect(agent.says()).toEqual(['Break', 'Available', true]);
    expect(agent.ends()).toEqual(['skipped(no_such_activity)']);
    agent.inFlex('Unavailable');
    await harness.settle(0.5);
    expect(agent.says()).toEqual(['Unavailable', 'Unavailable', false]);
  });

  test('who changed before the first start of the deployment, until he changes again', async () => {
    const harness = scenarioHarness();
    const agent = agentOf(harness);
    const { frontline } = harness.twilio.place;
    const workers = frontline.workspace.workers.get(ann.frontlineWorkerSid);
    const away = frontline.workspace.activities.find(({ name }) => name === 'Unavailable');
    if (workers === undefined || away === undefined) throw new Error('Ann does not work there');
    Object.assign(workers, { activity: away, dateStatusChanged: harness.time.now() - 60_000 });
    await harness.settle(5);
    expect(agent.says()).toEqual(['Available', 'Unavailable', true]);
    expect(presenceWrites(harness)).toBe(0);
    agent.onPhone('Available');
    await harness.settle(0.5);
    agent.onPhone('Unavailable');
    await harness.settle(0.5);
    expect(agent.says()).toEqual(['Unavailable', 'Unavailable', false]);
  });
});

describe('twins that the settings match by an attribute', () => {
  const byEmail = { workerMatchAttribute: 'email' };
  const rename = (harness: ReturnType<typeof scenarioHarness>): void => {
    const worker = harness.twilio.place.flex.workspace.workers.get(ann.flexWorkerSid);
    if (worker !== undefined) worker.friendlyName = 'Ann of Sales';
  };
  const flexSays = (harness: ReturnType<typeof scenarioHarness>) =>
    harness.twilio.reads.workers('flex').find(({ sid }) => sid === ann.flexWorkerSid)?.activity;

  test('may have two names', async () => {
    const harness = scenarioHarness({ config: byEmail });
    rename(harness);
    const agent = agentOf(harness);
    agent.inFlex('Unavailable');
    await harness.settle(0.5);
    expect(agent.says().slice(1)).toEqual(['Unavailable', false]);
    agent.onPhone('Available');
    await harness.settle(0.5);
    expect(flexSays(harness)).toBe('Available');
  });

  test('are one person only where nobody else has the same', async () => {
    const harness = scenarioHarness({ config: byEmail });
    const other = harness.twilio.place.flex.workspace.workers.get(ben.flexWorkerSid);
    if (other !== undefined) other.attributes = JSON.stringify({ email: ann.email });
    const agent = agentOf(harness);
    agent.inFlex('Unavailable');
    agent.onPhone('Unavailable', 'user');
    await harness.settle(4);
    expect(agent.says()).toEqual(['Unavailable', 'Available', false]);
    expect(new Set(agent.ends())).toEqual(new Set(['skipped(no_twin)']));
  });

  test.each([
    ['of another type', { email: 7 }],
    ['that would be more than a value', { email: 'x" OR email != "' }],
    ['that is missing', {}],
  ])('are none by an attribute %s', async (_, attributes) => {
    const harness = scenarioHarness({ config: byEmail });
    const worker = harness.twilio.place.flex.workspace.workers.get(ann.flexWorkerSid);
    if (worker !== undefined) worker.attributes = JSON.stringify(attributes);
    const agent = agentOf(harness);
    agent.inFlex('Unavailable');
    await harness.settle(3);
    expect(agent.ends()).toEqual(['skipped(no_twin)']);
    expect(presenceWrites(harness)).toBe(0);
  });
});
