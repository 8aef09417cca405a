/** An agent who is away is told that somebody waits for him, in the place where the bridge speaks with him. */
import { expect, test } from '@jest/globals';
import { encodeEnvelope } from '../../src/core/jobs/envelope.ts';
import { notifiedKey } from '../../src/core/state/items.ts';
import { AGENTS, type ScenarioHarness, scenarioHarness } from './harness.ts';

const { ann } = AGENTS;

const send = (harness: ScenarioHarness, times: number) =>
  Promise.all(
    Array.from({ length: times }, (_, n) =>
      harness.queues.send('flex-events', {
        group: ann.flexWorkerSid,
        dedupe: `asked-${harness.time.now()}-${n}`,
        body: encodeEnvelope({
          receivedAt: harness.time.now(),
          work: { kind: 'notify_agent', worker: ann.flexWorkerSid },
        }),
      }),
    ),
  );
const asked = async (harness: ScenarioHarness, until: number): Promise<void> => {
  await harness.store.write(notifiedKey(ann.flexWorkerSid), { when: [], set: { until }, nonce: ['nonce', `${until}`] });
};
const told = ({ twilio: { reads } }: ScenarioHarness): readonly (string | undefined)[] =>
  reads
    .containers('frontline')
    .flatMap(({ sid }) => reads.transcript('frontline', sid))
    .map(({ body }) => body);

test('An agent is told once that somebody waits, however often the job comes, and again when it is asked again', async () => {
  const harness = scenarioHarness();
  await asked(harness, 1);
  await send(harness, 2);
  await harness.settle(1);
  expect(told(harness)).toEqual(['Someone is waiting for you.']);
  const [system] = harness.twilio.reads.containers('frontline');
  expect(system?.members.map(({ identity }) => identity)).toEqual([ann.email]);

  await asked(harness, 2);
  await send(harness, 1);
  await harness.settle(1);
  expect(told(harness)).toHaveLength(2);
});

test('Nothing is told when nobody asked', async () => {
  const harness = scenarioHarness();
  await send(harness, 1);
  await harness.settle(1);
  expect(told(harness)).toEqual([]);
});

test.each([true, false])(
  'What cannot be told while Frontline is down holds up nothing else of him, and is not told later (for all: %s)',
  async (forAll) => {
    const harness = scenarioHarness({ config: { acceptsOffers: true } });
    const chat = harness.begins();
    await harness.settle(1);
    // What only he meets opens no breaker.
    const isBack = forAll
      ? harness.twilio.faults.add({ fault: 'side.down', how: '503', p: 1, account: 'frontline' })
      : harness.twilio.faults.add({ fault: 'rest.5xx-before', status: 500, p: 1, only: 'POST conversations' });
    await asked(harness, 1);
    await send(harness, 1);
    await harness.settle(forAll ? 0.5 : 1.5);
    harness.twilio.flexAgent.isOffered(ann.flexWorkerSid, chat.task);
    await harness.settle(2);
    const offers = harness.twilio.reads.tasks('flex').flatMap(({ reservations }) => reservations);
    expect(offers.map(({ status }) => status)).toEqual(['accepted']);
    expect(harness.journal('skipped(too_late)')).toMatchObject([{ type: 'notify_agent', sids: [ann.flexWorkerSid] }]);
    isBack();
    await harness.settle(5);
    expect(told(harness)).toEqual([]);
  },
);
