import { describe, expect, test } from '@jest/globals';
import { memoryOperator } from '../../sim/operator.ts';
import { listParked } from '../../src/core/operate/parked.ts';
import { redriveMessages } from '../../src/core/operate/redrive.ts';
import { AGENTS, type Chat, channelUrl, conversationsUrl, type ScenarioHarness, scenarioHarness } from './harness.ts';

const { ann } = AGENTS;
const PHONE = '+15550108888';

/** Its line of text would be longer than a message may be (error 50504). */
const poison = { filename: 'S'.repeat(33_000), contentType: 'image/png', size: 1 };

const notices = (harness: ScenarioHarness, chat: Chat): readonly string[] =>
  harness.said('frontline', chat).filter((text) => text.startsWith('[Bridge] '));
const frontlineDown = { fault: 'side.down', p: 1, how: '503', account: 'frontline' } as const;

describe('The agent is told of a message that did not get through', () => {
  test('where no customer reads, when it was written and why, once', async () => {
    const harness = scenarioHarness();
    const chat = await harness.linkedChat();
    harness.twilio.customer.sends(chat.channel, poison);
    harness.twilio.frontlineAgent.sends(ann.email, harness.conversation(chat).sid, poison);
    await harness.settle(30);

    expect([...notices(harness, chat)].sort()).toEqual([
      expect.stringMatching(/^\[Bridge\] A message from Flex, written \S+ \S+ UTC, is missing here .*50504/),
      expect.stringMatching(/^\[Bridge\] A message of yours, written \S+ \S+ UTC, was not delivered to Flex .*50504/),
    ]);
    expect(harness.said('flex', chat).join()).not.toContain('[Bridge]');
  });

  test('and stays told when an app replaces the attributes of the notice, and its stamp with them', async () => {
    const harness = scenarioHarness();
    const chat = await harness.linkedChat();
    harness.twilio.faults.add({ fault: 'attributes.replaced', p: 1, maxMs: 1_000, account: 'frontline' });
    harness.twilio.customer.sends(chat.channel, poison);
    await harness.settle(30);

    expect(notices(harness, chat)).toHaveLength(1);
  });

  test('when Frontline is back, however long it was away', async () => {
    const harness = scenarioHarness();
    const chat = await harness.linkedChat();
    const end = harness.twilio.faults.add(frontlineDown);
    harness.twilio.frontlineAgent.sends(ann.email, harness.conversation(chat).sid, poison);
    await harness.settle(3 * 60);
    end();
    await harness.settle(10);

    expect(notices(harness, chat)).toEqual([expect.stringContaining('A message of yours')]);
    await harness.settle(30);
    expect(notices(harness, chat)).toHaveLength(1);
    expect(await harness.backlog()).toEqual([]);
  });

  test('by SMS, because nobody took it for a day', async () => {
    const harness = scenarioHarness();
    const chat = await harness.linkedSmsChat(PHONE);
    const end = harness.twilio.faults.add({
      fault: 'rest.5xx-before',
      status: 500,
      p: 1,
      account: 'flex',
      only: 'POST webhooks.chatevent',
    });
    harness.frontlineAgentWrites(chat, 'we are here');
    await harness.settle(25 * 60);
    end();
    await harness.settle(10);

    expect(harness.twilio.customer.phone(PHONE)).toEqual([]);
    expect(notices(harness, chat)).toEqual([
      expect.stringMatching(/^\[Bridge\] A message, written \S+ \S+ UTC, may not have reached the customer by SMS/),
    ]);
  });
});

describe('Two things that are true of one message are two notices', () => {
  /** A text chat in which neither Conversations nor Flex's own webhook takes what holds `poison`. */
  const refusedTwice = async () => {
    const harness = scenarioHarness();
    const chat = await harness.linkedSmsChat(PHONE);
    const takes = (['POST webhooks', 'POST conversations.messages'] as const).map((only) =>
      harness.twilio.faults.add({ fault: 'content.refused', p: 1, holds: 'poison', only }),
    );
    return { harness, chat, takes: () => takes.map((end) => end()) };
  };
  const isMissing = expect.stringContaining('is missing here');

  test('an agent in Flex wrote it: it is missing in Frontline, and went to no phone', async () => {
    const { harness, chat } = await refusedTwice();
    harness.flexAgentWrites(chat, 'poison');
    await harness.settle(30);

    const told = notices(harness, chat);
    expect(told).toHaveLength(2);
    expect(told).toEqual(
      expect.arrayContaining([isMissing, expect.stringContaining('may not have reached the customer by SMS')]),
    );
  });

  test('the customer wrote it: it is missing in Frontline, and that nobody sends him his own words is no news', async () => {
    const { harness, chat } = await refusedTwice();
    const busy = { fault: 'rest.429', p: 1, only: 'POST conversations.messages' } as const;
    const free = harness.twilio.faults.add(busy);
    harness.customerWrites(chat, 'poison');
    // Flex's own webhook refuses it first.
    await harness.settle(0.2);
    free();
    await harness.settle(30);

    expect(notices(harness, chat)).toEqual([isMissing]);
  });

  test('and putting one right leaves the other as it is', async () => {
    const { harness, chat, takes } = await refusedTwice();
    harness.flexAgentWrites(chat, 'poison');
    await harness.settle(30);
    takes();
    const { store, queues, time } = harness;
    const operator = memoryOperator({ store, queues, clock: time, nonce: () => `operator ${time.now()}` });
    await redriveMessages(operator, await listParked(store, {}), 0);
    await harness.settle(10);

    expect(harness.said('frontline', chat).filter((text) => text.includes('poison'))).toHaveLength(1);
    expect(harness.twilio.customer.phone(PHONE)).toEqual([]);
    expect(notices(harness, chat)).toHaveLength(2);
    expect(await harness.dead('default-webhook')).toHaveLength(1);
  });
});

test('A notice of an SMS comes although one look does not show its message', async () => {
  const harness = scenarioHarness();
  const chat = await harness.linkedSmsChat(PHONE);
  harness.twilio.faults.add({ fault: 'content.refused', p: 1, holds: 'poison', only: 'POST webhooks' });
  const hidden = harness.twilio.faults.add({ fault: 'read.stale', p: 1, maxMs: 600_000, hides: true, account: 'flex' });
  harness.flexAgentWrites(chat, 'poison');
  await harness.settle(0.02);
  hidden();
  await harness.settle(5);
  expect(notices(harness, chat)).toEqual([expect.stringContaining('may not have reached the customer')]);
});

describe('An agent whose SMS is refused', () => {
  const refused = async () => {
    const harness = scenarioHarness();
    const chat = await harness.linkedSmsChat(PHONE);
    harness.twilio.faults.add({ fault: 'content.refused', p: 1, holds: 'poison', only: 'POST webhooks' });
    return { harness, chat };
  };
  const isTold = [expect.stringContaining('may not have reached the customer')];

  test('while a timer has closed the conversation, and the next cannot be made, is told in that one', async () => {
    const { harness, chat } = await refused();
    const up = harness.twilio.faults.add(frontlineDown);
    harness.twilio.closeByTimer(harness.conversation(chat).sid);
    await harness.settle(5);
    harness.flexAgentWrites(chat, 'poison');
    await harness.settle(20);
    up();
    await harness.settle(20);
    expect(harness.counterparts(chat)).toHaveLength(2);
    expect(notices(harness, chat)).toEqual(isTold);
    expect(await harness.backlog()).toEqual([]);
  });

  test('in a chat that is gone before it could be linked is told nothing, and nothing waits', async () => {
    const harness = scenarioHarness();
    harness.twilio.faults.add({ fault: 'content.refused', p: 1, holds: 'poison', only: 'POST webhooks' });
    const notMade = {
      fault: 'rest.5xx-before',
      status: 503,
      p: 1,
      account: 'frontline',
      only: 'POST conversations',
    } as const;
    const up = harness.twilio.faults.add(notMade);
    const chat = harness.texts(PHONE, 'is anybody there?');
    harness.accepts(chat);
    await harness.settle(2);
    harness.flexAgentWrites(chat, 'poison');
    // What is heard of the chat stands behind its accept, which is tried for so long.
    await harness.settle(40);
    expect(await harness.backlog()).not.toEqual([]);
    await harness.rest('flex', 'DELETE', channelUrl(chat));
    up();
    await harness.settle(20);
    expect(harness.journal('skipped(removed)').map(({ type }) => type)).toContain('link');
    expect(await harness.backlog()).toEqual([]);
  });

  test('in the last word of a chat that he ends in Flex is told before it is closed', async () => {
    const { harness, chat } = await refused();
    harness.flexAgentWrites(chat, 'poison');
    harness.twilio.flexAgent.endsChat(ann.flexWorkerSid, chat.channel);
    await harness.settle(5);
    expect(harness.conversation(chat).state).toBe('closed');
    expect(notices(harness, chat)).toEqual(isTold);
  });
});

test('A notice of an SMS that had to wait goes nowhere, and waits no more, when its message is gone meanwhile', async () => {
  const harness = scenarioHarness();
  const chat = await harness.linkedSmsChat(PHONE);
  harness.twilio.faults.add({ fault: 'content.refused', p: 1, holds: 'poison', only: 'POST webhooks' });
  const slow = harness.twilio.faults.add({ fault: 'side.down', p: 1, how: '503', account: 'flex', only: 'GET chat' });
  const { sid } = harness.flexAgentWrites(chat, 'poison');
  await harness.settle(20);
  expect(await harness.backlog()).toHaveLength(1);
  slow();
  harness.twilio.customer.deletes(chat.channel, sid);
  await harness.settle(5);

  expect(await harness.backlog()).toEqual([]);
  expect(notices(harness, chat)).toEqual([]);
});

test('A notice goes nowhere else, although an app has replaced its attributes before the bridge heard that it stands there', async () => {
  const harness = scenarioHarness();
  const chat = await harness.linkedChat();
  const lost = harness.twilio.faults.add({
    fault: 'rest.answer-lost',
    p: 1,
    loss: 'destroy',
    only: 'POST conversations.messages',
  });
  harness.twilio.frontlineAgent.sends(ann.email, harness.conversation(chat).sid, poison);
  while (notices(harness, chat).length === 0) await harness.settle(0.001);
  lost();
  const { sid } = harness.conversation(chat);
  const told = harness.transcript('frontline', chat).at(-1);
  await harness.rest('frontline', 'POST', `${conversationsUrl}/${sid}/Messages/${told?.sid}`, { Attributes: '{}' });
  harness.frontlineAgentWrites(chat, 'still here?');
  await harness.settle(30);

  expect(harness.said('flex', chat)).toEqual(['still here?']);
});

test('A notice that stands there twice, for Twilio carried out its write later than SETTLE, loses one, in a chat in which nobody wrote in Flex', async () => {
  const harness = scenarioHarness({ seed: 3 });
  const chat = await harness.linkedChat();
  const late = harness.twilio.faults.add({
    ...({ fault: 'rest.late-commit', p: 1, loss: 'destroy', maxMs: 6_000_000 } as const),
    only: 'POST conversations.messages',
  });
  harness.twilio.frontlineAgent.sends(ann.email, harness.conversation(chat).sid, poison);
  await harness.settle(0.2);
  late();
  await harness.settle(120);
  expect(notices(harness, chat)).toHaveLength(1);
  expect(harness.journal('undone')).toHaveLength(1);
});
