import { describe, expect, test } from '@jest/globals';
import { AGENTS, type Chat, conversationsUrl, openStage, type Stage } from './stage.ts';

const { ann } = AGENTS;
const PHONE = '+15550108888';

/** Its line of text would be longer than a message may be (error 50504). */
const poison = { filename: 'S'.repeat(33_000), contentType: 'image/png', size: 1 };

const notices = (stage: Stage, chat: Chat): readonly string[] =>
  stage.said('frontline', chat).filter((text) => text.startsWith('[Bridge] '));
const frontlineDown = { fault: 'side.down', p: 1, how: '503', account: 'frontline' } as const;

describe('The agent is told of a message that did not get through', () => {
  test('where no customer reads, when it was written and why, once', async () => {
    const stage = openStage();
    const chat = await stage.linkedChat();
    stage.twilio.customer.sends(chat.channel, poison);
    stage.twilio.frontlineAgent.sends(ann.email, stage.conversation(chat).sid, poison);
    await stage.settle(30);

    expect(notices(stage, chat)).toEqual([
      expect.stringMatching(/^\[Bridge\] A message from Flex, written \S+ \S+ UTC, is missing here .*50504/),
      expect.stringMatching(/^\[Bridge\] A message of yours, written \S+ \S+ UTC, was not delivered to Flex .*50504/),
    ]);
    expect(stage.said('flex', chat).join()).not.toContain('[Bridge]');
  });

  test('and stays told when an app replaces the attributes of the notice, and its stamp with them', async () => {
    const stage = openStage();
    const chat = await stage.linkedChat();
    stage.twilio.faults.add({ fault: 'attributes.replaced', p: 1, maxMs: 1_000, account: 'frontline' });
    stage.twilio.customer.sends(chat.channel, poison);
    await stage.settle(30);

    expect(notices(stage, chat)).toHaveLength(1);
  });

  test('when Frontline is back, however long it was away', async () => {
    const stage = openStage();
    const chat = await stage.linkedChat();
    const end = stage.twilio.faults.add(frontlineDown);
    stage.twilio.frontlineAgent.sends(ann.email, stage.conversation(chat).sid, poison);
    await stage.settle(3 * 60);
    end();
    await stage.settle(10);

    expect(notices(stage, chat)).toEqual([expect.stringContaining('A message of yours')]);
    await stage.settle(30);
    expect(notices(stage, chat)).toHaveLength(1);
    expect((await stage.store.list('backlog', { limit: 9 })).items).toEqual([]);
  });

  test('by SMS, because nobody took it for a day', async () => {
    const stage = openStage();
    const chat = stage.texts(PHONE, 'is anybody there?');
    await stage.settle(0.1);
    stage.accepts(chat);
    await stage.settle(3);
    const end = stage.twilio.faults.add({
      fault: 'rest.5xx-before',
      status: 500,
      p: 1,
      account: 'flex',
      only: 'POST webhooks.chatevent',
    });
    stage.frontlineAgentWrites(chat, 'we are here');
    await stage.settle(25 * 60);
    end();
    await stage.settle(10);

    expect(stage.twilio.customer.phone(PHONE)).toEqual([]);
    expect(notices(stage, chat)).toEqual([
      expect.stringMatching(/^\[Bridge\] A message, written \S+ \S+ UTC, may not have reached the customer by SMS/),
    ]);
  });
});

test('A notice of an SMS comes although one look does not show its message', async () => {
  const stage = openStage();
  const chat = stage.texts(PHONE, 'is anybody there?');
  await stage.settle(0.1);
  stage.accepts(chat);
  await stage.settle(3);
  stage.twilio.faults.add({ fault: 'content.refused', p: 1, holds: 'poison', only: 'POST webhooks' });
  const hidden = stage.twilio.faults.add({ fault: 'read.stale', p: 1, maxMs: 600_000, hides: true, account: 'flex' });
  stage.flexAgentWrites(chat, 'poison');
  await stage.settle(0.02);
  hidden();
  await stage.settle(5);
  expect(notices(stage, chat)).toEqual([expect.stringContaining('may not have reached the customer')]);
});

test('A notice goes nowhere else, although an app has replaced its attributes before the bridge heard that it stands there', async () => {
  const stage = openStage();
  const chat = await stage.linkedChat();
  const lost = stage.twilio.faults.add({
    fault: 'rest.answer-lost',
    p: 1,
    loss: 'destroy',
    only: 'POST conversations.messages',
  });
  stage.twilio.frontlineAgent.sends(ann.email, stage.conversation(chat).sid, poison);
  while (notices(stage, chat).length === 0) await stage.settle(0.001);
  lost();
  const { sid } = stage.conversation(chat);
  const told = stage.transcript('frontline', chat).at(-1);
  await stage.rest('frontline', 'POST', `${conversationsUrl}/${sid}/Messages/${told?.sid}`, { Attributes: '{}' });
  stage.frontlineAgentWrites(chat, 'still here?');
  await stage.settle(30);

  expect(stage.said('flex', chat)).toEqual(['still here?']);
});
