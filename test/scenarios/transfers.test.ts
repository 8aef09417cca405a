/** A chat changes hands in Flex, and agents go: both sides have the same agents, and never none. */
import { describe, expect, test } from '@jest/globals';
import type { Fault } from '../../local-twilio/faults.ts';
import { AGENTS, type Chat, type ScenarioHarness, scenarioHarness } from './harness.ts';

const { ann, ben } = AGENTS;
const lost: Fault = { fault: 'webhook.lost', p: 1 };

/** A linked chat, and the reservation by which Ann serves it. */
const served = async (harness: ScenarioHarness): Promise<{ chat: Chat; reservation: string }> => {
  const chat = harness.begins();
  await harness.settle(0.1);
  const reservation = harness.accepts(chat);
  await harness.settle(3);
  harness.customerWrites(chat, 'hello');
  await harness.settle(0.1);
  return { chat, reservation };
};

const agents = (harness: ScenarioHarness, side: 'flex' | 'frontline', chat: Chat) =>
  harness.people(side, chat).slice(1);

describe.each(['cold', 'warm'] as const)('a %s transfer in Flex', (how) => {
  const handOver = async (harness: ScenarioHarness) => {
    const { chat, reservation } = await served(harness);
    const { flexAgent } = harness.twilio;
    const next = flexAgent.transfers(reservation, ben.flexWorkerSid, how);
    await harness.settle(0.5);
    return { chat, reservation, next };
  };

  test('hands the conversation over: new agent in, old agent out, customer and history untouched', async () => {
    const harness = scenarioHarness();
    const { chat, reservation, next } = await handOver(harness);
    harness.twilio.flexAgent.accepts(next.reservationSid);
    await harness.settle(1);
    if (how === 'warm') {
      expect(agents(harness, 'frontline', chat)).toEqual([ann.email, ben.email]);
      harness.twilio.flexAgent.completesTransfer(reservation);
      await harness.settle(1);
    }
    harness.customerWrites(chat, 'who is it now?');
    await harness.settle(1);

    expect(agents(harness, 'frontline', chat)).toEqual([ben.email]);
    expect(agents(harness, 'flex', chat)).toEqual([ben.flexIdentity]);
    expect(harness.counterparts(chat)).toHaveLength(1);
    expect(harness.conversation(chat).state).toBe('active');
    expect(harness.said('frontline', chat)).toEqual(['hello', 'who is it now?']);
  });

  test('never leaves the conversation without an agent while nobody has accepted', async () => {
    const harness = scenarioHarness();
    const { chat } = await handOver(harness);
    await harness.settle(10);
    expect(agents(harness, 'frontline', chat)).toEqual([ann.email]);
    expect(harness.conversation(chat).state).toBe('active');
  });

  test('whose webhooks are lost is done within five minutes of the accept', async () => {
    const harness = scenarioHarness();
    const { chat, reservation } = await served(harness);
    const end = harness.twilio.faults.add(lost);
    const next = harness.twilio.flexAgent.transfers(reservation, ben.flexWorkerSid, how);
    harness.twilio.flexAgent.accepts(next.reservationSid);
    if (how === 'warm') harness.twilio.flexAgent.completesTransfer(reservation);
    await harness.settle(0.01);
    end();
    await harness.settle(8);
    expect(agents(harness, 'frontline', chat)).toEqual([ben.email]);
    expect(harness.conversation(chat).state).toBe('active');
  });

  test('the chat ends with the last task', async () => {
    const harness = scenarioHarness();
    const { chat, reservation, next } = await handOver(harness);
    harness.twilio.flexAgent.accepts(next.reservationSid);
    await harness.settle(1);
    if (how === 'warm') harness.twilio.flexAgent.completesTransfer(reservation);
    await harness.settle(2);
    expect(harness.conversation(chat).state).toBe('active');
    harness.twilio.flexAgent.completesTask(next.taskSid);
    await harness.settle(1);
    expect(harness.conversation(chat).state).toBe('closed');
  });
});

describe('a warm transfer of which only the accept is told', () => {
  test('is done within five minutes after the first agent has gone', async () => {
    const harness = scenarioHarness();
    const { chat, reservation } = await served(harness);
    const { flexAgent } = harness.twilio;
    const next = flexAgent.transfers(reservation, ben.flexWorkerSid, 'warm');
    for (const only of ['onMember', 'onParticipant', 'task.', 'reservation.completed'])
      harness.twilio.faults.add({ ...lost, only });
    flexAgent.accepts(next.reservationSid);
    await harness.settle(0.5);
    flexAgent.completesTransfer(reservation);
    await harness.settle(6);
    expect(agents(harness, 'frontline', chat)).toEqual([ben.email]);
    expect(harness.conversation(chat).state).toBe('active');
  });
});

describe('a warm transfer that comes back to who began it', () => {
  test('leaves her in the chat on both sides, though Flex takes her out with her first task', async () => {
    const harness = scenarioHarness();
    const { chat, reservation } = await served(harness);
    const { flexAgent } = harness.twilio;
    const next = flexAgent.transfers(reservation, ben.flexWorkerSid, 'warm');
    flexAgent.rejects(next.reservationSid);
    flexAgent.accepts(flexAgent.isOffered(ann.flexWorkerSid, next.taskSid).reservationSid);
    await harness.settle(0.5);
    flexAgent.completesTransfer(reservation);
    await harness.settle(4);
    expect(agents(harness, 'frontline', chat)).toEqual([ann.email]);
    expect(agents(harness, 'flex', chat)).toEqual([ann.flexIdentity]);
    expect((await harness.store.list('due', { limit: 10 })).items).toEqual([]);
  });
});

describe('an agent whose interface added nobody and took nobody out', () => {
  test('is taken out on both sides when his reservation has ended and another serves the chat', async () => {
    const harness = scenarioHarness();
    const { chat, reservation } = await served(harness);
    const { flexAgent } = harness.twilio;
    const next = flexAgent.transfers(reservation, ben.flexWorkerSid, 'warm');
    flexAgent.accepts(next.reservationSid, 'never');
    await harness.settle(2);
    expect(agents(harness, 'flex', chat)).toEqual([ann.flexIdentity, ben.flexIdentity]);
    flexAgent.completesTask(chat.task);
    await harness.settle(2);
    expect(agents(harness, 'flex', chat)).toEqual([ben.flexIdentity]);
    expect(agents(harness, 'frontline', chat)).toEqual([ben.email]);
    expect(harness.conversation(chat).state).toBe('active');
  });
});

describe('an agent who goes', () => {
  test('from the conversation goes from the channel, while another serves the chat', async () => {
    const harness = scenarioHarness();
    const { chat } = await served(harness);
    harness.accepts(chat, ben);
    await harness.settle(2);
    harness.twilio.frontlineAgent.leaves(ann.email, harness.conversation(chat).sid);
    await harness.settle(1);
    expect(agents(harness, 'flex', chat)).toEqual([ben.flexIdentity]);
  });

  test('and whom Flex’s interface puts back is not taken out again', async () => {
    const harness = scenarioHarness();
    const { chat, reservation } = await served(harness);
    harness.accepts(chat, ben);
    await harness.settle(2);
    harness.twilio.frontlineAgent.leaves(ann.email, harness.conversation(chat).sid);
    await harness.settle(1);
    const before = harness.calls()['flex DELETE chat.member'];
    harness.twilio.flexAgent.joinsAgain(reservation);
    await harness.settle(10);
    expect(agents(harness, 'flex', chat)).toContain(ann.flexIdentity);
    expect(harness.calls()['flex DELETE chat.member']).toBe(before);
  });

  test('from the conversation, and is the only one, is put back within two minutes', async () => {
    const harness = scenarioHarness();
    const { chat } = await served(harness);
    harness.twilio.frontlineAgent.leaves(ann.email, harness.conversation(chat).sid);
    await harness.settle(3);
    expect(agents(harness, 'frontline', chat)).toEqual([ann.email]);
    expect(agents(harness, 'flex', chat)).toEqual([ann.flexIdentity]);
  });

  test('from both, the only one, and whom Flex’s interface puts back, is back in both', async () => {
    const harness = scenarioHarness();
    const { chat, reservation } = await served(harness);
    harness.twilio.frontlineAgent.leaves(ann.email, harness.conversation(chat).sid);
    harness.twilio.flexAgent.leaves(ann.flexWorkerSid, chat.channel);
    await harness.settle(0.5);
    expect(agents(harness, 'frontline', chat)).toEqual([]);
    harness.twilio.flexAgent.joinsAgain(reservation);
    await harness.settle(5);
    for (const side of ['flex', 'frontline'] as const) expect(agents(harness, side, chat)).toHaveLength(1);
  });

  test('from both, the only one, is put back in both within two minutes', async () => {
    const harness = scenarioHarness();
    const { chat } = await served(harness);
    harness.twilio.frontlineAgent.leaves(ann.email, harness.conversation(chat).sid);
    harness.twilio.flexAgent.leaves(ann.flexWorkerSid, chat.channel);
    await harness.settle(3);
    expect(agents(harness, 'flex', chat)).toEqual([ann.flexIdentity]);
    expect(agents(harness, 'frontline', chat)).toEqual([ann.email]);
  });

  test('and a supervisor who comes, or goes, crosses to nobody', async () => {
    const harness = scenarioHarness();
    const { chat } = await served(harness);
    await harness.rest(
      'flex',
      'POST',
      `https://chat.twilio.com/v2/Services/IS${'f1'.repeat(16)}/Channels/${chat.channel}/Members`,
      {
        Identity: 'supervisor_40example_2Ecom',
        Attributes: '{"member_type":"supervisor"}',
      },
    );
    await harness.settle(6);
    expect(agents(harness, 'frontline', chat)).toEqual([ann.email]);
  });
});
