import { expect, test } from '@jest/globals';
import { AGENTS } from '../../../local-twilio/defaults.ts';
import { findPair } from '../../../src/core/operate/find.ts';
import { repairPair } from '../../../src/core/operate/repair.ts';
import { concerns, readStatus } from '../../../src/core/operate/status.ts';
import { setMode } from '../../../src/core/state/modes.ts';
import { type OperatorHarness, operatorHarness } from './harness.ts';

const MINUTE = 60_000;

const down = (harness: OperatorHarness) =>
  harness.twilio.faults.add({ fault: 'side.down', p: 1, how: '503', account: 'frontline' });
const seen = (harness: OperatorHarness) => harness.during(readStatus(harness.operator));

test('An edit that waits for its side is a concern, as a message is, until it is applied', async () => {
  const harness = operatorHarness({ swept: true });
  const { channelSid, conversationSid } = await harness.linkedChat();
  const { sid } = harness.twilio.customer.writes(channelSid, 'helo');
  await harness.pass(3 * MINUTE);
  const end = down(harness);
  harness.twilio.customer.edits(channelSid, sid, 'hello');
  await harness.pass(40 * MINUTE);
  const status = await seen(harness);
  expect(status.lanes).toMatchObject({ dirty: 1, stale: 1 });
  expect(status.lanes.dirtySince).toBeLessThan(harness.time.now() - 15 * MINUTE);
  expect(concerns(status)).toEqual(['dirty lanes']);

  end();
  await harness.pass(5 * MINUTE);
  expect(harness.told('frontline', conversationSid)).toEqual(['hello']);
  expect(concerns(await seen(harness))).toEqual([]);
});

test('A chat that is not linked for long is a concern, named by its channel, until it is', async () => {
  const harness = operatorHarness({ swept: true });
  const end = down(harness);
  const { channelSid, taskSid } = harness.twilio.customer.beginWebChat({ name: 'Jo', identity: 'jo' });
  harness.twilio.flexAgent.accepts(
    harness.twilio.flexAgent.isOffered(AGENTS.ann.flexWorkerSid, taskSid).reservationSid,
  );
  const accepted = harness.time.now();
  await harness.pass(10 * MINUTE);
  expect(concerns(await seen(harness))).toEqual([]);
  // The accept itself is tried for a quarter of an hour before the pair waits.
  await harness.pass(25 * MINUTE);
  const status = await seen(harness);
  expect(status.pairs).toMatchObject({ linking: 1, late: [{ container: channelSid }] });
  expect(status.pairs.late[0]?.since).toBeGreaterThanOrEqual(accepted);
  expect(concerns(status)).toEqual(['late links']);

  end();
  await harness.pass(5 * MINUTE);
  expect(concerns(await seen(harness))).toEqual([]);
});

test('A direction that is not on is a concern, and what waits for it is no lane that is behind; repair says so', async () => {
  const harness = operatorHarness({ swept: true });
  const { channelSid } = await harness.linkedChat();
  await harness.pass(3 * MINUTE);
  const since = harness.time.now();
  await setMode(harness.operator, 'off', ['toFrontline']);
  await harness.pass(MINUTE);
  harness.twilio.customer.writes(channelSid, 'hello');
  await harness.pass(20 * MINUTE);
  await setMode(harness.operator, 'off', ['toFrontline']);
  const status = await seen(harness);
  expect(status.modes).toEqual({ toFrontline: { mode: 'off', since }, toFlex: { mode: 'on', since: undefined } });
  expect(status.lanes).toMatchObject({ dirty: 0, notOn: 1 });
  expect(concerns(status)).toEqual(['not on']);
  const pair = await findPair(harness.operator.store, channelSid);
  if (pair === undefined) throw new Error('no pair');
  expect(await harness.during(repairPair(harness.operator, pair, { full: false, waitMs: MINUTE }))).toEqual([
    { lane: 'toFrontline', verdict: 'not_compared', reason: 'off' },
    { lane: 'toFlex', verdict: 'clean' },
  ]);

  await setMode(harness.operator, 'on');
  await harness.pass(3 * MINUTE);
  expect(concerns(await seen(harness))).toEqual([]);
});
