/** A conversation that somebody deletes by REST: its chat ends, or goes on where the customer has said something. */
import { describe, expect, test } from '@jest/globals';
import { AGENTS, type Chat, conversationsUrl, type ScenarioHarness, scenarioHarness } from './harness.ts';

const { ann, ben } = AGENTS;

const status = (harness: ScenarioHarness, chat: Chat): unknown =>
  JSON.parse(harness.twilio.reads.container('flex', chat.channel)?.attributes ?? '{}').status;

const deletes = (harness: ScenarioHarness, chat: Chat) =>
  harness.rest('frontline', 'DELETE', `${conversationsUrl}/${harness.conversation(chat).sid}`);

const saidAnywhere = (harness: ScenarioHarness, chat: Chat) =>
  harness
    .counterparts(chat)
    .flatMap(({ sid }) => harness.twilio.reads.transcript('frontline', sid).map(({ body }) => body));

/** A chat in which both have spoken, without its conversation. */
const deleted = async () => {
  const harness = scenarioHarness();
  const chat = await harness.linkedChat();
  harness.customerWrites(chat, 'hello');
  await harness.settle(1);
  harness.frontlineAgentWrites(chat, 'hi');
  await harness.settle(6);
  await deletes(harness, chat);
  return { harness, chat };
};

describe('a conversation that is deleted', () => {
  test('ends the chat in Flex', async () => {
    const { harness, chat } = await deleted();
    await harness.settle(10);
    expect(status(harness, chat)).toBe('INACTIVE');
  });

  test('leaves nothing that waits for ever', async () => {
    const { harness, chat } = await deleted();
    await harness.settle(10);
    harness.twilio.flexAgent.endsChat(ann.flexWorkerSid, chat.channel);
    await harness.settle(10);
    expect((await harness.store.list('due', { limit: 10 })).items.map(({ state }) => state)).toEqual([]);
  });

  test('has a next one, when the customer has said something more', async () => {
    const { harness, chat } = await deleted();
    await harness.settle(0.05);
    harness.customerWrites(chat, 'are you there?');
    await harness.settle(10);
    expect(saidAnywhere(harness, chat)).toContain('are you there?');
    expect(status(harness, chat)).toBe('ACTIVE');
  });

  test('does not keep the next agent from the chat', async () => {
    const harness = scenarioHarness();
    const chat = harness.begins();
    await harness.settle(0.1);
    const reservation = harness.accepts(chat);
    await harness.settle(5);
    await deletes(harness, chat);
    await harness.settle(10);
    harness.customerWrites(chat, 'are you there?');
    const next = harness.twilio.flexAgent.transfers(reservation, ben.flexWorkerSid, 'warm');
    harness.twilio.flexAgent.accepts(next.reservationSid, 'at once');
    await harness.settle(10);
    expect(harness.people('frontline', chat)).toContain(ben.email);
  });

  test('before its chat is linked has a next one', async () => {
    // The link makes the conversation and dies.
    const harness = scenarioHarness({
      doom: (_, kind) =>
        kind === 'flex-events' && harness.meter.counts().get('killed') === undefined
          ? { step: 20, when: 'after', pauseMs: undefined }
          : undefined,
    });
    const chat = harness.begins();
    harness.customerWrites(chat, 'hello');
    await harness.settle(0.1);
    harness.accepts(chat);
    await harness.settle(0.05);
    expect(harness.counterparts(chat)).toHaveLength(1);
    await deletes(harness, chat);
    await harness.settle(10);
    expect(harness.said('frontline', chat)).toEqual(['hello']);
  });
});
