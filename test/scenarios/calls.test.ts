/** A call rings at an agent by the same TaskRouter as a chat, and is none of the bridge's. */
import { describe, expect, test } from '@jest/globals';
import { isSystemConversation } from '../../src/core/agents/system-conversation.ts';
import { encodeEnvelope } from '../../src/core/jobs/envelope.ts';
import type { ReservationSid } from '../../src/core/model/sids.ts';
import { AGENTS, type Chat, FLEX, type ScenarioHarness, scenarioHarness } from './harness.ts';

const { ann } = AGENTS;

/** A call rings at Ann. @param chat whose attributes its task has copied */
const rings = async (harness: ScenarioHarness, chat?: Chat) => {
  const about = { from: '+15550001', call_sid: `CA${'1'.repeat(32)}` };
  const { sid: task } = await harness.rest(
    'flex',
    'POST',
    `https://taskrouter.twilio.com/v1/Workspaces/${FLEX.workspaceSid}/Tasks`,
    { TaskChannel: 'voice', Attributes: JSON.stringify({ ...about, ...(chat && { channelSid: chat.channel }) }) },
  );
  const { reservationSid: reservation } = harness.twilio.flexAgent.isOffered(ann.flexWorkerSid, String(task));
  const found = () => harness.twilio.reads.tasks('flex').find(({ sid }) => sid === task);
  return {
    reservation,
    accepted: () => harness.twilio.flexAgent.accepts(reservation),
    status: () => [found()?.status, found()?.reservations.map(({ status }) => status)],
  };
};
const systems = ({ twilio }: ScenarioHarness) => twilio.reads.containers('frontline').filter(isSystemConversation);
const ringing = ['reserved', ['pending']];

describe.each([
  ['is told of offers', false],
  ['has them accepted for him', true],
])('a call that rings at an agent who %s', (_, acceptsOffers) => {
  const config = { acceptsOffers };

  test('is left alone by webhook and sweep', async () => {
    const harness = scenarioHarness({ config });
    await harness.settle(1.5);
    const call = await rings(harness);
    await harness.settle(3);
    expect(call.status()).toEqual(ringing);
    expect(systems(harness)).toEqual([]);
    // The webhook's; the sweep has sent no job for it.
    expect(harness.journal('skipped(not_a_chat)').map(({ type }) => type)).toEqual(['reservation.created']);
  });

  test('is known for one, though a list should have shown it', async () => {
    const harness = scenarioHarness({ config });
    const call = await rings(harness);
    const { queues, time } = harness;
    const about = { is: 'swept', open: [call.reservation as ReservationSid] } as const;
    await queues.send('flex-events', {
      group: ann.flexWorkerSid,
      dedupe: 'one',
      body: encodeEnvelope({ receivedAt: time.now(), work: { kind: 'offers', worker: ann.flexWorkerSid, about } }),
    });
    await harness.settle(0.5);
    expect(call.status()).toEqual(ringing);
    expect(systems(harness)).toEqual([]);
  });
});

describe('a call whose task names the channel of a chat', () => {
  test('is not taken for the accept that no webhook told of', async () => {
    const harness = scenarioHarness();
    await harness.settle(5);
    const chat = harness.begins();
    const call = await rings(harness, chat);
    call.accepted();
    await harness.settle(15);
    expect(harness.counterparts(chat)).toEqual([]);
  });

  test.each([false, true])('goes on when the chat ends in Frontline (it was answered: %s)', async (isAnswered) => {
    const harness = scenarioHarness();
    const chat = await harness.linkedChat();
    const call = await rings(harness, chat);
    if (isAnswered) call.accepted();
    harness.twilio.frontlineAgent.closes(ann.email, harness.conversation(chat).sid);
    await harness.settle(5);
    expect(harness.twilio.reads.tasks('flex').find(({ sid }) => sid === chat.task)?.status).toBe('completed');
    expect(call.status()).toEqual(isAnswered ? ['assigned', ['accepted']] : ringing);
  });
});
