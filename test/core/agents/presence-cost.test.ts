/** What an agent's presence costs of Twilio, in a process that has met him before. */

import { expect, test } from '@jest/globals';
import { AGENTS, FLEX, FRONTLINE } from '../../../local-twilio/defaults.ts';
import { oneProcess } from './harness.ts';

const { ann } = AGENTS;

/** Both ways once, so that nothing of Ann has to be looked up. */
const whoKnowsAnn = async () => {
  const bridge = await oneProcess();
  await bridge.settle();
  for (const activity of ['Unavailable', 'Available']) {
    bridge.twilio.flexAgent.goes(ann.flexWorkerSid, activity);
    await bridge.settle();
    bridge.twilio.frontlineAgent.goes(ann.email, activity === 'Available' ? 'Unavailable' : 'Available');
    await bridge.settle();
  }
  bridge.calls();
  return bridge;
};

test('a change in Flex costs two calls', async () => {
  const bridge = await whoKnowsAnn();
  bridge.twilio.flexAgent.goes(ann.flexWorkerSid, 'Available');
  await bridge.settle();
  expect(bridge.calls()).toEqual({ 'frontline POST taskrouter.worker': 1, 'frontline POST frontline.user': 1 });
});

test('a change in Frontline costs two calls', async () => {
  const bridge = await whoKnowsAnn();
  bridge.twilio.flexAgent.goes(ann.flexWorkerSid, 'Available');
  await bridge.settle();
  bridge.calls();
  bridge.twilio.frontlineAgent.goes(ann.email, 'Unavailable');
  await bridge.settle();
  expect(bridge.calls()).toEqual({ 'flex POST taskrouter.worker': 1, 'frontline POST frontline.user': 1 });
});

test('a change within seconds of the last one costs one call more, for it may have been written over', async () => {
  const bridge = await whoKnowsAnn();
  bridge.twilio.flexAgent.goes(ann.flexWorkerSid, 'Available');
  await bridge.settle(2_000);
  bridge.calls();
  bridge.twilio.frontlineAgent.goes(ann.email, 'Unavailable');
  await bridge.settle();
  expect(Object.values(bridge.calls()).reduce((sum, count) => sum + count, 0)).toBe(3);
});

test('whoever is looked up is looked up once in ten minutes', async () => {
  const bridge = await whoKnowsAnn();
  await bridge.settle(11 * 60_000);
  bridge.calls();
  for (const activity of ['Available', 'Unavailable', 'Available']) {
    bridge.twilio.flexAgent.goes(ann.flexWorkerSid, activity);
    await bridge.settle();
  }
  const calls = bridge.calls();
  expect(calls['flex GET taskrouter.worker']).toBe(1);
  // The echo's worker has a twin, too.
  expect(calls['frontline GET taskrouter.workers']).toBe(2);
  expect(calls['frontline GET taskrouter.activities']).toBe(1);
});

/** So many agents who work on both sides, besides the four. */
const hired = async (many: number) => {
  const bridge = await oneProcess();
  for (let n = 0; n < many; n += 1) {
    const tail = n.toString(16).padStart(30, '0');
    bridge.twilio.hire({
      ...{ name: `Agent ${n}`, email: `agent${n}@example.com`, flexIdentity: `agent${n}_40example_2Ecom` },
      ...{ flexWorkerSid: `WKc0${tail}`, frontlineWorkerSid: `WKd0${tail}` },
    });
  }
  await bridge.settle();
  bridge.calls();
  return bridge;
};

test('a sweep lists a thousand workers a page, and asks a hundred users, all of them in turn', async () => {
  const bridge = await hired(1_200);
  await bridge.sweeps();
  const calls = bridge.calls();
  expect(calls['flex GET taskrouter.workers']).toBe(2);
  expect(calls['frontline GET taskrouter.workers']).toBe(2);
  expect(calls['frontline GET frontline.user']).toBe(100);
  expect(Object.values(calls).reduce((sum, count) => sum + count, 0)).toBe(104);

  const { frontlineUsers } = bridge.twilio.place.frontline.account;
  const asked = new Set<string>();
  const get = frontlineUsers.get.bind(frontlineUsers);
  frontlineUsers.get = (name) => {
    asked.add(name);
    return get(name);
  };
  for (let run = 0; run < 14; run += 1) {
    await bridge.sweeps();
    await bridge.settle(30_000);
  }
  expect(asked.size).toBe(1_203);
}, 60_000);

test('of a thousand who differ fifty are seen to in a minute, others in the next', async () => {
  const bridge = await hired(1_000);
  bridge.twilio.faults.add({ fault: 'webhook.lost', p: 1 });
  const { activities, workers } = bridge.twilio.place.flex.workspace;
  const away = activities.find(({ name }) => name === 'Unavailable');
  if (away === undefined) throw new Error('nobody can be unavailable');
  for (const worker of workers.values())
    Object.assign(worker, { activity: away, dateStatusChanged: bridge.time.now() });
  await bridge.settle(20_000);
  const moved = () =>
    bridge.twilio.reads.workers('frontline').filter(({ activity }) => activity === 'Unavailable').length;
  await bridge.sweeps();
  await bridge.settle(30_000);
  expect(moved()).toBe(50);
  await bridge.sweeps();
  expect(moved()).toBe(100);
}, 60_000);

test('a sweep whose lists are refused says so, asks for nothing more, and waits as long as it was told', async () => {
  const bridge = await oneProcess();
  await bridge.settle();
  const end = bridge.twilio.faults.add({ fault: 'rest.429', p: 1, only: 'GET taskrouter.workers', retryAfter: 90 });
  await bridge.sweeps();
  expect(bridge.entries.at(-1)).toMatchObject({ type: 'presence', reason: 'not_compared', why: 'twilio', code: 20429 });
  end();
  bridge.calls();
  await bridge.sweeps();
  expect(bridge.entries.at(-1)).toMatchObject({ reason: 'not_compared', why: 'asked_to_wait' });
  expect(bridge.calls()).toEqual({});
  await bridge.settle(60_000);
  await bridge.sweeps();
  expect(bridge.entries.at(-1)).toMatchObject({ type: 'presence', reason: 'clean' });
});

test('nothing of a person stands in what the journal, the store or a group says of him', async () => {
  const bridge = await whoKnowsAnn();
  await bridge.sweeps();
  const item = await bridge.deps.store.get({ pk: `worker#${ann.flexWorkerSid}`, sk: 'presence' });
  expect(item).toMatchObject({ flex: 'Unavailable', frontline: 'Unavailable' });
  expect(JSON.stringify([bridge.entries, item])).not.toContain('ann');
  expect(FLEX.workspaceSid).not.toBe(FRONTLINE.workspaceSid);
});
