/** A task that is offered to an agent is told to him in Frontline, and he answers it there. */
import { describe, expect, test } from '@jest/globals';
import { isSystemConversation } from '../../src/core/agents/system-conversation.ts';
import { AGENTS, type Chat, type ScenarioHarness, scenarioHarness } from './harness.ts';

const { ann, ben, sam } = AGENTS;
type Agent = Parameters<ScenarioHarness['accepts']>[1];

/** An agent with his phone, to whom chats are offered. */
const phoneOf = (harness: ScenarioHarness, who: NonNullable<Agent> = ann) => {
  const { twilio } = harness;
  const system = () =>
    twilio.reads
      .containers('frontline')
      .filter(isSystemConversation)
      .filter(({ attributes }) => attributes.includes(who.flexWorkerSid))
      .at(-1);
  const messages = () => twilio.reads.transcript('frontline', system()?.sid ?? '');
  return {
    system,
    isOffered: (chat: Chat) => twilio.flexAgent.isOffered(who.flexWorkerSid, chat.task).reservationSid,
    says: (text: string) => twilio.frontlineAgent.writes(who.email, system()?.sid ?? '', text),
    /** What the bridge has told him, the first line of each. */
    told: () =>
      messages().flatMap(({ author, body = '' }) => (author === who.email ? [] : [body.split('\n')[0] ?? ''])),
    whole: () => messages().map(({ body }) => body ?? ''),
  };
};

const statusOf = (harness: ScenarioHarness, chat: Chat) =>
  harness.twilio.reads
    .tasks('flex')
    .find(({ sid }) => sid === chat.task)
    ?.reservations.map(({ status }) => status);

const offered = async (harness: ScenarioHarness, name = 'Jo', who: NonNullable<Agent> = ann) => {
  const phone = phoneOf(harness, who);
  const chat = harness.begins(name, name.toLowerCase());
  await harness.settle(0.1);
  const reservation = phone.isOffered(chat);
  await harness.settle(0.1);
  return { phone, chat, reservation };
};

const JO = 'You have an incoming chat request from Jo. Answer 1 to accept, 2 to decline.';
const accepted = 'The chat request from Jo is over. You have accepted it.';
const declined = 'The chat request from Jo is over. You have declined it.';

describe('an agent to whom a chat is offered', () => {
  test('is told in his System conversation, and nothing of that is in the chat', async () => {
    const harness = scenarioHarness();
    const { phone, chat } = await offered(harness);
    expect(phone.told()).toEqual([JO]);
    expect(phone.system()?.members.map(({ identity }) => identity)).toEqual([ann.email]);
    expect(harness.said('flex', chat)).toEqual([]);
    expect(harness.counterparts(chat)).toEqual([]);
  });

  test.each(['1', ' 1 ', 'Yes', 'yes.', '１'])('accepts it by "%s", and the chat is linked', async (text) => {
    const harness = scenarioHarness();
    const { phone, chat } = await offered(harness);
    harness.customerWrites(chat, 'hello');
    phone.says(text);
    await harness.settle(0.5);
    expect(statusOf(harness, chat)).toEqual(['accepted']);
    expect(phone.told()).toEqual([JO, accepted]);
    expect(harness.said('frontline', chat)).toEqual(['hello']);
    expect(harness.people('frontline', chat)).toEqual(['jo', ann.email]);
    expect(harness.journal('skipped(system_conversation)')).toHaveLength(1);
  });

  test.each(['2', 'no', ' NO! '])('declines it by "%s"', async (text) => {
    const harness = scenarioHarness();
    const { phone, chat } = await offered(harness);
    phone.says(text);
    await harness.settle(3);
    expect(statusOf(harness, chat)).toEqual(['rejected']);
    expect(phone.told()).toEqual([JO, declined]);
    expect(harness.counterparts(chat)).toEqual([]);
  });

  test('gets a line of help for anything else', async () => {
    const harness = scenarioHarness();
    const { phone, chat } = await offered(harness);
    phone.says('who is it?');
    await harness.settle(3);
    expect(phone.told()).toEqual([JO, 'Please answer by a number.']);
    expect(phone.whole().at(-1)).toContain('Jo: 3 to accept, 4 to decline.');
    expect(statusOf(harness, chat)).toEqual(['pending']);
    phone.says('3');
    await harness.settle(0.5);
    expect(statusOf(harness, chat)).toEqual(['accepted']);
  });

  test('is told once, answers once, and is told of it once, though every webhook comes twice', async () => {
    const harness = scenarioHarness();
    harness.twilio.faults.add({ fault: 'webhook.doubled', p: 1, maxMs: 20_000 });
    const { phone, chat } = await offered(harness);
    phone.says('1');
    await harness.settle(10);
    expect(phone.told()).toEqual([JO, accepted]);
    expect(harness.people('frontline', chat)).toEqual(['jo', ann.email]);
  });

  test('is told, and his answer is found within a minute, though no webhook comes', async () => {
    const harness = scenarioHarness();
    const chat = harness.begins();
    await harness.settle(1.5);
    harness.twilio.faults.add({ fault: 'webhook.lost', p: 1 });
    const phone = phoneOf(harness);
    phone.isOffered(chat);
    await harness.settle(1.1);
    expect(phone.told()).toEqual([JO]);
    phone.says('1');
    await harness.settle(1.1);
    expect(statusOf(harness, chat)).toEqual(['accepted']);
    expect(phone.told()).toEqual([JO, accepted]);
    await harness.settle(3);
    expect(harness.people('frontline', chat)).toEqual(['jo', ann.email]);
  });

  test('is not told when he has no Frontline user', async () => {
    const harness = scenarioHarness();
    const { phone } = await offered(harness, 'Jo', sam);
    await harness.settle(3);
    expect(phone.system()).toBeUndefined();
    expect(harness.journal('skipped(no_twin)').length).toBeGreaterThan(0);
  });

  test.each(['1', '2'])('is told what came of his "%s", though Twilio answers the bridge nothing', async (text) => {
    const harness = scenarioHarness();
    const { phone } = await offered(harness);
    // It is done all the same, and the second try is refused because of that.
    harness.twilio.faults.add({ fault: 'rest.answer-lost', p: 1, loss: 'destroy', times: 1, only: 'POST taskrouter' });
    phone.says(text);
    await harness.settle(1);
    expect(phone.told()).toEqual([JO, text === '1' ? accepted : declined]);
  });

  test('never accepts it by editing what he wrote', async () => {
    const harness = scenarioHarness();
    const { phone, chat } = await offered(harness);
    const { sid } = phone.says('hm');
    await harness.settle(0.5);
    harness.twilio.frontlineAgent.edits(ann.email, phone.system()?.sid ?? '', sid, '1');
    await harness.settle(5);
    expect(statusOf(harness, chat)).toEqual(['pending']);
    expect(harness.journal('skipped(system_conversation)')).toHaveLength(2);
  });
});

describe('an offer that ends elsewhere', () => {
  const over = (why: string) => `The chat request from Jo is over. ${why}`;

  test('as accepted in Flex is announced once, and an answer to it says so', async () => {
    const harness = scenarioHarness();
    const { phone, chat, reservation } = await offered(harness);
    harness.twilio.flexAgent.accepts(reservation);
    await harness.settle(2);
    expect(phone.told()).toEqual([JO, over('It was accepted in Flex.')]);
    phone.says('2');
    await harness.settle(3);
    expect(phone.told()).toEqual([JO, over('It was accepted in Flex.'), over('It was accepted in Flex.')]);
    expect(statusOf(harness, chat)).toEqual(['accepted']);
  });

  test('as declined in Flex is announced, also when its webhook is lost', async () => {
    const harness = scenarioHarness();
    const { phone, reservation } = await offered(harness);
    harness.twilio.faults.add({ fault: 'webhook.lost', p: 1, only: 'reservation' });
    harness.twilio.flexAgent.rejects(reservation);
    await harness.settle(1.1);
    expect(phone.told()).toEqual([JO, over('It was declined in Flex.')]);
  });

  test('whose announcement Twilio will not take is over all the same, and that is said', async () => {
    const harness = scenarioHarness();
    const { phone, reservation } = await offered(harness);
    harness.twilio.faults.add({ fault: 'content.refused', p: 1, holds: 'is over' });
    harness.twilio.flexAgent.rejects(reservation);
    await harness.settle(5);
    expect(phone.told()).toEqual([JO]);
    expect(harness.journal('parked(refused)').map(({ sids }) => sids)).toEqual([[ann.flexWorkerSid]]);
    expect((await harness.store.list('offers', { limit: 9 })).items).toEqual([]);
  });

  test('before he was told of it is not told at all', async () => {
    const harness = scenarioHarness();
    const chat = harness.begins();
    harness.accepts(chat);
    await harness.settle(3);
    expect(phoneOf(harness).system()).toBeUndefined();
    expect(harness.people('frontline', chat)).toEqual(['jo', ann.email]);
  });

  test.each([
    ['never left', { fault: 'rest.429', retryAfter: 1 }, []],
    [
      'got through with its answer lost',
      { fault: 'rest.answer-lost', loss: 'destroy' },
      [JO, over('It has timed out.')],
    ],
    ['did not get through, which nobody knew', { fault: 'rest.5xx-before', status: 503 }, []],
  ] as const)('while a call that %s tells him of it is told only where he has heard of it', async (_, fault, told) => {
    const harness = scenarioHarness();
    const chat = harness.begins();
    const phone = phoneOf(harness);
    const reservation = phone.isOffered(chat);
    const end = harness.twilio.faults.add({ ...fault, p: 1, only: 'POST conversations.messages' });
    await harness.settle(0.05);
    harness.twilio.flexAgent.letsTimeOut(reservation);
    await harness.settle(20);
    end();
    await harness.settle(5);
    expect(phone.told()).toEqual(told);
    expect((await harness.store.list('offers', { limit: 9 })).items).toEqual([]);
  });

  test('at the moment of his answer is told as what it came to', async () => {
    const harness = scenarioHarness();
    const { phone, chat, reservation } = await offered(harness);
    phone.says('2');
    harness.twilio.flexAgent.accepts(reservation);
    await harness.settle(3);
    expect(statusOf(harness, chat)).toEqual(['accepted']);
    // Announced, and answered.
    expect(phone.told().slice(1)).toEqual([over('It was accepted in Flex.'), over('It was accepted in Flex.')]);
  });
});

describe('several offers', () => {
  const both = async () => {
    const harness = scenarioHarness();
    const jo = await offered(harness);
    const bo = await offered(harness, 'Bo');
    return { harness, jo: jo.chat, bo: bo.chat, phone: jo.phone };
  };

  test('have numbers of their own, by which the agent says which one he means', async () => {
    const { harness, jo, bo, phone } = await both();
    expect(phone.whole()).toEqual([
      JO,
      'You have an incoming chat request from Bo. Answer 5 to accept, 6 to decline.\nStill waiting:\nJo: 3 to accept, 4 to decline.',
    ]);
    phone.says('5');
    phone.says('4');
    await harness.settle(1);
    expect([statusOf(harness, jo), statusOf(harness, bo)]).toEqual([['rejected'], ['accepted']]);
  });

  test.each(['1', 'yes', '2', 'no'])('are not answered by a bare "%s": it is asked back', async (text) => {
    const { harness, jo, bo, phone } = await both();
    phone.says(text);
    await harness.settle(3);
    expect([statusOf(harness, jo), statusOf(harness, bo)]).toEqual([['pending'], ['pending']]);
    expect(phone.whole().at(-1)).toBe(
      'More than one chat request could be meant. Please answer by its own number.\nJo: 3 to accept, 4 to decline.\nBo: 5 to accept, 6 to decline.',
    );
  });

  test('are not mixed up when he answers twice and the next one comes in between', async () => {
    const harness = scenarioHarness();
    const { phone, chat: jo } = await offered(harness);
    phone.says('1');
    const { chat: bo } = await offered(harness, 'Bo');
    phone.says('1');
    await harness.settle(3);
    expect([statusOf(harness, jo), statusOf(harness, bo)]).toEqual([['accepted'], ['pending']]);
    expect(phone.told().at(-1)).toBe('More than one chat request could be meant. Please answer by its own number.');
    phone.says('5');
    await harness.settle(1);
    expect(statusOf(harness, bo)).toEqual(['accepted']);
  });

  test('to two agents are each told to his own', async () => {
    const harness = scenarioHarness();
    const { phone } = await offered(harness);
    const other = await offered(harness, 'Bo', ben);
    expect([phone.told(), other.phone.told()]).toEqual([[JO], [JO.replace('Jo', 'Bo')]]);
  });
});

describe('with AUTO_ACCEPT_TASKS', () => {
  const config = { acceptsOffers: true };

  test('an offer is accepted at once, and the chat is linked', async () => {
    const harness = scenarioHarness({ config });
    const { phone, chat } = await offered(harness);
    await harness.settle(0.3);
    expect(statusOf(harness, chat)).toEqual(['accepted']);
    expect(phone.system()).toBeUndefined();
    expect(harness.people('frontline', chat)).toEqual(['jo', ann.email]);
  });

  test('also when no webhook comes, and when the answer to the accept is lost', async () => {
    const harness = scenarioHarness({ config });
    const chat = harness.begins();
    await harness.settle(1.5);
    harness.twilio.faults.add({ fault: 'webhook.lost', p: 1 });
    harness.twilio.faults.add({ fault: 'rest.answer-lost', p: 1, loss: 'destroy', times: 2, only: 'POST taskrouter' });
    phoneOf(harness).isOffered(chat);
    await harness.settle(5);
    expect(statusOf(harness, chat)).toEqual(['accepted']);
    expect(harness.people('frontline', chat)).toEqual(['jo', ann.email]);
  });

  test('one that was accepted in Flex before is left as it is', async () => {
    const harness = scenarioHarness({ config });
    const chat = harness.begins();
    harness.accepts(chat);
    await harness.settle(3);
    expect(statusOf(harness, chat)).toEqual(['accepted']);
    expect(harness.people('frontline', chat)).toEqual(['jo', ann.email]);
  });
});
