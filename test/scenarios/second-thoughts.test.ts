import { describe, expect, test } from '@jest/globals';
import { persons } from './persons.ts';
import { AGENTS, type Chat, openStage, type Stage } from './stage.ts';

/** Linked, and from here on without the sweep, which would put right in the end what an event did wrong. */
const withoutSweep = async (who: 'customer' | 'agent') => {
  const stage = openStage();
  const chat = await stage.linkedChat();
  stage.setSweeps(false);
  return { stage, chat, person: persons(stage, chat)[who] };
};

describe.each(['customer', 'agent'] as const)('second thoughts of the %s', (who) => {
  test('are on the other side within a minute', async () => {
    const { stage, chat, person } = await withoutSweep(who);
    const [edited, deleted] = [person.writes('first'), person.writes('second')];
    await stage.settle();
    person.edits(edited, 'better');
    person.deletes(deleted);
    await stage.settle();

    expect(stage.said(person.other, chat)).toEqual(['better']);
    expect(stage.said(person.here, chat)).toEqual(['better']);
  });

  test('of which the older one is told last leave the newer one standing', async () => {
    const { stage, chat, person } = await withoutSweep(who);
    const sid = person.writes('first');
    await stage.settle();
    const end = stage.twilio.faults.add({ fault: 'webhook.delayed', p: 1, maxMs: 600_000, only: person.updated });
    person.edits(sid, 'second');
    end();
    await stage.settle(0.02);
    person.edits(sid, 'third');
    await stage.settle(0.2);
    expect(stage.said(person.other, chat)).toEqual(['third']);
    await stage.settle(12);

    expect(stage.said(person.other, chat)).toEqual(['third']);
  });

  test('that are told before the message itself leave nothing that was taken back', async () => {
    const { stage, chat, person } = await withoutSweep(who);
    const end = stage.twilio.faults.add({ fault: 'webhook.delayed', p: 1, maxMs: 600_000, only: person.created });
    const [edited, deleted] = [person.writes('first'), person.writes('second')];
    end();
    await stage.settle(0.02);
    person.edits(edited, 'better');
    person.deletes(deleted);
    await stage.settle(15);

    expect(stage.said(person.other, chat)).toEqual(['better']);
  });

  test('nobody tells of are found', async () => {
    const stage = openStage();
    const chat = await stage.linkedChat();
    const person = persons(stage, chat)[who];
    const [edited, deleted] = [person.writes('first'), person.writes('second')];
    await stage.settle(5);
    const end = stage.twilio.faults.add({ fault: 'webhook.lost', p: 1 });
    person.edits(edited, 'better');
    person.deletes(deleted);
    end();
    await stage.settle(5);

    expect(stage.said(person.other, chat)).toEqual(['better']);
  });
});

/** The copy of what the customer wrote, as it stands in the conversation. */
const copyIn = (stage: Stage, chat: Chat) => {
  const [copy] = stage.transcript('frontline', chat);
  if (copy === undefined) throw new Error('no copy');
  return [AGENTS.ann.email, stage.conversation(chat).sid, copy.sid] as const;
};

describe('a copy that somebody', () => {
  test.each(['told', 'not told'])('edits goes back to what its source says (%s)', async (told) => {
    const stage = openStage();
    const chat = await stage.linkedChat();
    stage.customerWrites(chat, 'hello');
    await stage.settle();
    const end = stage.twilio.faults.add({ fault: 'webhook.lost', p: told === 'told' ? 0 : 1 });
    stage.setSweeps(told !== 'told');
    stage.twilio.frontlineAgent.edits(...copyIn(stage, chat), 'something else');
    end();
    await stage.settle(5);

    expect(stage.said('frontline', chat)).toEqual(['hello']);
    expect(stage.said('flex', chat)).toEqual(['hello']);
  });

  test.each(['told', 'not told'])('deletes stays deleted, and its source stays (%s)', async (told) => {
    const stage = openStage();
    const chat = await stage.linkedChat();
    stage.customerWrites(chat, 'hello');
    await stage.settle();
    const end = stage.twilio.faults.add({ fault: 'webhook.lost', p: told === 'told' ? 0 : 1 });
    stage.twilio.frontlineAgent.deletes(...copyIn(stage, chat));
    end();
    await stage.settle(30);
    stage.customerWrites(chat, 'are you there?');
    await stage.settle(30);

    expect(stage.said('frontline', chat)).toEqual(['are you there?']);
    expect(stage.said('flex', chat)).toEqual(['hello', 'are you there?']);
  });
});

test('a copy that the agent deletes before the bridge has heard that it stands there stays deleted', async () => {
  const stage = openStage();
  const chat = await stage.linkedChat();
  stage.customerWrites(chat, 'first');
  await stage.settle(0.5);
  const lost = stage.twilio.faults.add({
    fault: 'rest.answer-lost',
    p: 1,
    loss: 'destroy',
    only: 'POST conversations.messages',
  });
  stage.customerWrites(chat, 'second');
  while (stage.said('frontline', chat).length < 2) await stage.settle(0.001);
  lost();
  const copy = stage.transcript('frontline', chat).at(-1);
  stage.twilio.frontlineAgent.deletes(AGENTS.ann.email, stage.conversation(chat).sid, copy?.sid ?? '');
  stage.customerWrites(chat, 'third');
  await stage.settle(30);

  expect(stage.said('frontline', chat)).toEqual(['first', 'third']);
  expect(stage.said('flex', chat)).toEqual(['first', 'second', 'third']);
});
