import { expect, test } from '@jest/globals';
import { AGENTS } from '../../../local-twilio/defaults.ts';
import { concerns, readStatus } from '../../../src/core/operate/status.ts';
import { type Office, openOffice } from './office.ts';

const MINUTE = 60_000;

const down = (office: Office) =>
  office.twilio.faults.add({ fault: 'side.down', p: 1, how: '503', account: 'frontline' });
const seen = (office: Office) => office.during(readStatus(office.operator));

test('An edit that waits for its side is a concern, as a message is, until it is applied', async () => {
  const office = openOffice({ swept: true });
  const { channelSid, conversationSid } = await office.linkedChat();
  const { sid } = office.twilio.customer.writes(channelSid, 'helo');
  await office.pass(3 * MINUTE);
  const end = down(office);
  office.twilio.customer.edits(channelSid, sid, 'hello');
  await office.pass(40 * MINUTE);
  const status = await seen(office);
  expect(status.lanes).toMatchObject({ dirty: 1, stale: 1 });
  expect(status.lanes.dirtySince).toBeLessThan(office.time.now() - 15 * MINUTE);
  expect(concerns(status)).toEqual(['dirty lanes']);

  end();
  await office.pass(5 * MINUTE);
  expect(office.told('frontline', conversationSid)).toEqual(['hello']);
  expect(concerns(await seen(office))).toEqual([]);
});

test('A chat that is not linked for long is a concern, named by its channel, until it is', async () => {
  const office = openOffice({ swept: true });
  const end = down(office);
  const { channelSid, taskSid } = office.twilio.customer.beginWebChat({ name: 'Jo', identity: 'jo' });
  office.twilio.flexAgent.accepts(office.twilio.flexAgent.isOffered(AGENTS.ann.flexWorkerSid, taskSid).reservationSid);
  const accepted = office.time.now();
  await office.pass(10 * MINUTE);
  expect(concerns(await seen(office))).toEqual([]);
  // The accept itself is tried for a quarter of an hour before the pair waits.
  await office.pass(25 * MINUTE);
  const status = await seen(office);
  expect(status.pairs).toMatchObject({ linking: 1, late: [{ container: channelSid }] });
  expect(status.pairs.late[0]?.since).toBeGreaterThanOrEqual(accepted);
  expect(concerns(status)).toEqual(['late links']);

  end();
  await office.pass(5 * MINUTE);
  expect(concerns(await seen(office))).toEqual([]);
});
