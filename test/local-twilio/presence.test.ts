/** Where agents say whether they are there: activities of workers, and availability of Frontline's users. */
import { expect, test } from '@jest/globals';
import { AGENTS, FLEX, FRONTLINE } from '../../local-twilio/defaults.ts';
import { createVirtualTwilio, json, status, type VirtualTwilio } from './support/virtual-twilio.ts';

const { ann } = AGENTS;
const workspace = `taskrouter.twilio.com/v1/Workspaces/${FLEX.workspaceSid}`;
const worker = `${workspace}/Workers/${ann.flexWorkerSid}`;
const user = `frontline-api.twilio.com/v1/Users/${encodeURIComponent(ann.email)}`;

const offered = (twilio: VirtualTwilio) => {
  const { taskSid } = twilio.customer.beginWebChat({ name: 'Jo', identity: 'jo' });
  return twilio.flexAgent.isOffered(ann.flexWorkerSid, taskSid).reservationSid;
};

const activitySid = async (twilio: VirtualTwilio, name: string): Promise<string> => {
  const asked = twilio.flex('GET', `${workspace}/Activities?FriendlyName=${name}`);
  await twilio.pass(0);
  const [activity] = json(asked).activities as { readonly sid: string }[];
  return activity?.sid ?? '';
};

test('while an offer waits for a worker he stays available, unless the offer is rejected with it', async () => {
  const twilio = createVirtualTwilio();
  const reservation = offered(twilio);
  const [offline, available] = [await activitySid(twilio, 'Offline'), await activitySid(twilio, 'Available')];
  const plain = twilio.flex('POST', worker, { ActivitySid: offline });
  const senseless = twilio.flex('POST', worker, { ActivitySid: available, RejectPendingReservations: 'true' });
  const same = twilio.flex('POST', worker, { ActivitySid: available });
  await twilio.pass(0);
  expect([status(plain), status(senseless), status(same)]).toEqual([400, 400, 200]);
  expect(json(plain).message).toBe(
    `Worker ${ann.flexWorkerSid} cannot have its activity updated while it has 1 pending reservations`,
  );
  expect(() => twilio.flexAgent.goes(ann.flexWorkerSid, 'Break')).toThrow('pending reservations');

  const rejecting = twilio.flex('POST', worker, { ActivitySid: offline, RejectPendingReservations: 'true' });
  await twilio.pass(0);
  expect(json(rejecting).activity_name).toBe('Offline');
  expect(twilio.reads.tasks('flex')[0]?.reservations).toEqual([
    { sid: reservation, workerSid: ann.flexWorkerSid, status: 'rejected' },
  ]);
});

test('a worker who lets an offer time out goes to the activity that the workspace names', async () => {
  const twilio = createVirtualTwilio();
  twilio.connectBridge('https://bridge.example');
  const set = twilio.flex('POST', workspace, { TimeoutActivitySid: await activitySid(twilio, 'Unavailable') });
  await twilio.pass(0);
  expect(json(set).timeout_activity_name).toBe('Unavailable');
  const [first, second] = [offered(twilio), offered(twilio)];
  await twilio.pass(10);
  twilio.delivered.length = 0;
  twilio.flexAgent.letsTimeOut(first);
  await twilio.pass(10);
  expect(twilio.types()).toEqual(['reservation.timeout', 'worker.activity.update']);
  expect(twilio.reads.workers('flex')[0]?.activity).toBe('Unavailable');
  twilio.flexAgent.letsTimeOut(second);
  await twilio.pass(10);
  expect(twilio.types().filter((type) => type === 'worker.activity.update')).toHaveLength(1);
});

test("Frontline's users are found by identity or SID, and nobody hears of their availability", async () => {
  const twilio = createVirtualTwilio();
  twilio.connectBridge('https://bridge.example');
  const byName = twilio.frontline('GET', user);
  await twilio.pass(0);
  const set = twilio.frontline('POST', `frontline-api.twilio.com/v1/Users/${json(byName).sid}`, {
    IsAvailable: 'false',
  });
  const nobody = twilio.frontline('GET', 'frontline-api.twilio.com/v1/Users/nobody');
  const inFlex = twilio.flex('GET', user);
  await twilio.pass(10);
  expect(json(byName)).toMatchObject({ identity: ann.email, is_available: true, state: 'active' });
  expect(json(set)).toMatchObject({ identity: ann.email, is_available: false });
  expect([status(nobody), status(inFlex)]).toEqual([404, 404]);
  expect(twilio.types()).toEqual([]);
});

test.each([
  ['both', 'Unavailable', false],
  ['worker', 'Unavailable', true],
  ['user', 'Available', false],
] as const)("the switch in Frontline's app changes %s", async (changes, activity, isAvailable) => {
  const twilio = createVirtualTwilio();
  twilio.connectBridge('https://bridge.example');
  twilio.frontlineAgent.goes(ann.email, 'Unavailable', changes);
  await twilio.pass(10);
  expect(twilio.reads.workers('frontline')[0]).toMatchObject({ name: ann.email, activity, isAvailable });
  expect(twilio.types()).toEqual(changes === 'user' ? [] : ['worker.activity.update']);
});

test('workers are found by an attribute', async () => {
  const twilio = createVirtualTwilio();
  const at = (expression: string) =>
    twilio.frontline(
      'GET',
      `taskrouter.twilio.com/v1/Workspaces/${FRONTLINE.workspaceSid}/Workers?TargetWorkersExpression=${encodeURIComponent(expression)}`,
    );
  const found = at(`email == "${ann.email}"`);
  const refused = at('email IN ["a"]');
  await twilio.pass(0);
  expect((json(found).workers as { readonly sid: string }[]).map(({ sid }) => sid)).toEqual([ann.frontlineWorkerSid]);
  expect(status(refused)).toBe(400);
});
