import { describe, expect, test } from '@jest/globals';
import { AGENTS, type Chat, type ScenarioHarness, scenarioHarness } from './harness.ts';
import { persons } from './persons.ts';

/** Linked, and from here on without the sweep, which would put right in the end what an event did wrong. */
const withoutSweep = async (who: 'customer' | 'agent') => {
  const harness = scenarioHarness();
  const chat = await harness.linkedChat();
  harness.setSweeps(false);
  return { harness, chat, person: persons(harness, chat)[who] };
};

describe.each(['customer', 'agent'] as const)('second thoughts of the %s', (who) => {
  test('are on the other side within a minute', async () => {
    const { harness, chat, person } = await withoutSweep(who);
    const [edited, deleted] = [person.writes('first'), person.writes('second')];
    await harness.settle();
    person.edits(edited, 'better');
    person.deletes(deleted);
    await harness.settle();

    expect(harness.said(person.other, chat)).toEqual(['better']);
    expect(harness.said(person.here, chat)).toEqual(['better']);
  });

  test('of which the older one is told last leave the newer one standing', async () => {
    const { harness, chat, person } = await withoutSweep(who);
    const sid = person.writes('first');
    await harness.settle();
    const end = harness.twilio.faults.add({ fault: 'webhook.delayed', p: 1, maxMs: 600_000, only: person.updated });
    person.edits(sid, 'second');
    end();
    await harness.settle(0.02);
    person.edits(sid, 'third');
    await harness.settle(0.2);
    expect(harness.said(person.other, chat)).toEqual(['third']);
    await harness.settle(12);

    expect(harness.said(person.other, chat)).toEqual(['third']);
  });

  test('that are told before the message itself leave nothing that was taken back', async () => {
    const { harness, chat, person } = await withoutSweep(who);
    const end = harness.twilio.faults.add({ fault: 'webhook.delayed', p: 1, maxMs: 600_000, only: person.created });
    const [edited, deleted] = [person.writes('first'), person.writes('second')];
    end();
    await harness.settle(0.02);
    person.edits(edited, 'better');
    person.deletes(deleted);
    await harness.settle(15);

    expect(harness.said(person.other, chat)).toEqual(['better']);
  });

  test('nobody tells of are found', async () => {
    const harness = scenarioHarness();
    const chat = await harness.linkedChat();
    const person = persons(harness, chat)[who];
    const [edited, deleted] = [person.writes('first'), person.writes('second')];
    await harness.settle(5);
    const end = harness.twilio.faults.add({ fault: 'webhook.lost', p: 1 });
    person.edits(edited, 'better');
    person.deletes(deleted);
    end();
    await harness.settle(5);

    expect(harness.said(person.other, chat)).toEqual(['better']);
  });
});

/** The copy of what the customer wrote, as it stands in the conversation. */
const copyIn = (harness: ScenarioHarness, chat: Chat) => {
  const [copy] = harness.transcript('frontline', chat);
  if (copy === undefined) throw new Error('no copy');
  return [AGENTS.ann.email, harness.conversation(chat).sid, copy.sid] as const;
};

describe('a copy that somebody', () => {
  test('edits goes back to what its source says, though more than a page stands behind it', async () => {
    const harness = scenarioHarness();
    const chat = await harness.linkedChat();
    for (let n = 1; n <= 110; n += 1) {
      harness.customerWrites(chat, `hello ${n}`);
      await harness.settle(0.05);
    }
    harness.twilio.frontlineAgent.edits(...copyIn(harness, chat), 'never said');
    await harness.settle(5);
    expect(harness.said('frontline', chat)[0]).toBe('hello 1');
  });

  test.each(['told', 'not told'])('edits goes back to what its source says (%s)', async (told) => {
    const harness = scenarioHarness();
    const chat = await harness.linkedChat();
    harness.customerWrites(chat, 'hello');
    await harness.settle();
    const end = harness.twilio.faults.add({ fault: 'webhook.lost', p: told === 'told' ? 0 : 1 });
    harness.setSweeps(told !== 'told');
    harness.twilio.frontlineAgent.edits(...copyIn(harness, chat), 'something else');
    end();
    await harness.settle(5);

    expect(harness.said('frontline', chat)).toEqual(['hello']);
    expect(harness.said('flex', chat)).toEqual(['hello']);
  });

  test.each(['told', 'not told'])('deletes stays deleted, and its source stays (%s)', async (told) => {
    const harness = scenarioHarness();
    const chat = await harness.linkedChat();
    harness.customerWrites(chat, 'hello');
    await harness.settle();
    const end = harness.twilio.faults.add({ fault: 'webhook.lost', p: told === 'told' ? 0 : 1 });
    harness.twilio.frontlineAgent.deletes(...copyIn(harness, chat));
    end();
    await harness.settle(30);
    harness.customerWrites(chat, 'are you there?');
    await harness.settle(30);

    expect(harness.said('frontline', chat)).toEqual(['are you there?']);
    expect(harness.said('flex', chat)).toEqual(['hello', 'are you there?']);
  });
});

test('a copy that the agent deletes before the bridge has heard that it stands there stays deleted', async () => {
  const harness = scenarioHarness();
  const chat = await harness.linkedChat();
  harness.customerWrites(chat, 'first');
  await harness.settle(0.5);
  const lost = harness.twilio.faults.add({
    fault: 'rest.answer-lost',
    p: 1,
    loss: 'destroy',
    only: 'POST conversations.messages',
  });
  harness.customerWrites(chat, 'second');
  while (harness.said('frontline', chat).length < 2) await harness.settle(0.001);
  lost();
  const copy = harness.transcript('frontline', chat).at(-1);
  harness.twilio.frontlineAgent.deletes(AGENTS.ann.email, harness.conversation(chat).sid, copy?.sid ?? '');
  harness.customerWrites(chat, 'third');
  await harness.settle(30);

  expect(harness.said('frontline', chat)).toEqual(['first', 'third']);
  expect(harness.said('flex', chat)).toEqual(['first', 'second', 'third']);
});
