/** What functions ask for, their roles allow; the simulator refuses all else. */
import { expect, test } from '@jest/globals';
import { scenarioHarness } from './harness.ts';

const PHONE = '+15550123456';

test('an answer by SMS whose webhook was lost gets to the phone though its chat cannot be linked yet', async () => {
  const harness = scenarioHarness();
  const { twilio } = harness;
  const chat = harness.texts(PHONE, 'hello');
  await harness.settle(1);
  const end = twilio.faults.add({ fault: 'rest.5xx-before', status: 503, p: 1, only: 'POST conversations.messages' });
  harness.accepts(chat);
  await harness.settle(1);
  const heard = twilio.faults.add({ fault: 'webhook.lost', p: 1 });
  harness.flexAgentWrites(chat, 'one moment');
  await harness.settle(0.1);
  heard();
  await harness.settle(40);

  expect(harness.notGranted).toEqual([]);
  expect(twilio.customer.phone(PHONE).map(({ body }) => body)).toEqual(['one moment']);
  end();
});
