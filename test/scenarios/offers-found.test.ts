/** What is offered is found by the sweep until it is told, whatever became of the first job for it. */
import { describe, expect, test } from '@jest/globals';
import { isSystemConversation } from '../../src/core/agents/system-conversation.ts';
import type { QueueMessage } from '../../src/core/ports/queues.ts';
import { AGENTS, type ScenarioHarness, scenarioHarness } from './harness.ts';

const { ann, ben, sam } = AGENTS;

const offers = (harness: ScenarioHarness, { flexWorkerSid }: (typeof AGENTS)['ann' | 'ben' | 'sam'] = ann) =>
  harness.twilio.flexAgent.isOffered(flexWorkerSid, harness.begins().task);
const told = ({ twilio }: ScenarioHarness) =>
  twilio.reads
    .containers('frontline')
    .filter(isSystemConversation)
    .flatMap(({ sid, attributes }) => twilio.reads.transcript('frontline', sid).map(() => attributes))
    .map((attributes) => (attributes.includes(ann.flexWorkerSid) ? 'ann' : 'ben'));
const statuses = ({ twilio }: ScenarioHarness) =>
  twilio.reads.tasks('flex').flatMap(({ reservations }) => reservations.map(({ status }) => status));

/** From now on no queue takes a message that this holds. @returns ends it */
const refuses = ({ queues }: ScenarioHarness, isRefused: (message: QueueMessage) => boolean): (() => void) => {
  const { send, sendMany } = queues;
  Object.assign(queues, {
    send: async (...[queue, message]: Parameters<typeof send>) => {
      if (isRefused(message)) throw new Error('the queue does not answer');
      return send(queue, message);
    },
    sendMany: async (...[queue, messages]: Parameters<typeof sendMany>) => [
      ...(await sendMany(
        queue,
        messages.filter((message) => !isRefused(message)),
      )),
      ...messages.filter(isRefused).map((message) => ({ message, why: 'Unavailable' })),
    ],
  });
  return () => void Object.assign(queues, { send, sendMany });
};

describe('an offer', () => {
  test.each([5, 14, 25, 40, 70])(
    'that is made while Frontline is down for %d minutes is told soon after',
    async (minutes) => {
      const harness = scenarioHarness({ keepsSweep: true });
      const up = harness.twilio.faults.add({ fault: 'side.down', account: 'frontline', p: 1, how: '503' });
      await harness.settle(2);
      offers(harness);
      await harness.settle(minutes);
      up();
      await harness.settle(11);
      expect(told(harness)).toEqual(['ann']);
    },
  );

  test.each([
    ['told', false],
    ['accepted', true],
  ])('that is made while no queue takes anything is %s within two minutes after that', async (_, acceptsOffers) => {
    const harness = scenarioHarness({ keepsSweep: true, config: { acceptsOffers } });
    await harness.settle(2.5);
    const takes = refuses(harness, () => true);
    offers(harness);
    await harness.settle(4.2);
    takes();
    await harness.settle(2);
    expect([told(harness), statuses(harness)]).toEqual(acceptsOffers ? [[], ['accepted']] : [['ann'], ['pending']]);
  });

  test('is told though the job of an agent before cannot be stored, which is in the journal', async () => {
    const harness = scenarioHarness({ keepsSweep: true });
    await harness.settle(2.5);
    harness.twilio.faults.add({ fault: 'webhook.lost', p: 1 });
    const takes = refuses(harness, ({ group }) => group === ann.flexWorkerSid);
    offers(harness);
    offers(harness, ben);
    await harness.settle(1.1);
    expect(told(harness)).toEqual(['ben']);
    expect(harness.journal('failed(Unavailable)').map(({ sids }) => sids)).toContainEqual([ann.flexWorkerSid]);
    expect(harness.journal('swept(not_compared)').filter(({ type }) => type === 'offers')).not.toEqual([]);
    await harness.settle(4);
    takes();
    await harness.settle(1.1);
    expect(told(harness).toSorted()).toEqual(['ann', 'ben']);
  });

  test('is told though TaskRouter does not answer for the task of the one before', async () => {
    const harness = scenarioHarness({ keepsSweep: true });
    await harness.settle(2.5);
    harness.twilio.faults.add({ fault: 'webhook.lost', p: 1 });
    offers(harness);
    const [task] = harness.twilio.reads.tasks('flex');
    const answers = harness.twilio.faults.add({
      ...{ fault: 'rest.5xx-before', status: 500, p: 1, account: 'flex' },
      ...{ only: 'GET taskrouter.taskreservations', at: task?.sid },
    });
    offers(harness, ben);
    await harness.settle(1.1);
    expect(told(harness)).toEqual(['ben']);
    expect(harness.journal('swept(not_compared)').filter(({ type }) => type === 'offers')).not.toEqual([]);
    answers();
    await harness.settle(1.1);
    expect(told(harness).toSorted()).toEqual(['ann', 'ben']);
  });

  test('that can be told to nobody costs a look in ten minutes, and one that was told costs none', async () => {
    const looks = async (agent: typeof ann | typeof sam) => {
      const harness = scenarioHarness({ keepsSweep: true });
      offers(harness, agent);
      await harness.settle(20);
      const lists = () => harness.calls()['flex GET taskrouter.taskreservations'] ?? 0;
      const before = lists();
      expect(before).toBeGreaterThan(0);
      await harness.settle(60);
      return lists() - before;
    };
    expect(await looks(ann)).toBe(0);
    const untold = await looks(sam);
    expect(untold).toBeGreaterThan(3);
    expect(untold).toBeLessThan(8);
  });
});
