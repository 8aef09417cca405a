/** A link that stops half-way, wherever that is: killed at each of its steps, it is finished by whoever comes next. */
import { describe, expect, test } from '@jest/globals';
import type { Doom } from '../../sim/process.ts';
import { AGENTS, channelUrl, type ScenarioHarness, scenarioHarness } from './harness.ts';

const { ann, ben } = AGENTS;

/**
 * A chat whose link dies so; `runs` are the deliveries from the accept on, with the steps that they got to.
 * @param nth which of them it strikes, counted from 1.
 */
const linkedUntil = async (doom: Doom | undefined, nth = 0) => {
  let armed = false;
  const numbers: number[] = [];
  const harness: ScenarioHarness = scenarioHarness({
    doom: (number, kind) => {
      if (!armed || kind !== 'flex-events') return undefined;
      numbers.push(number);
      return numbers.length === nth ? doom : undefined;
    },
  });
  const chat = harness.begins();
  for (const text of ['one', 'two', 'three']) harness.customerWrites(chat, text);
  await harness.settle();
  armed = true;
  harness.accepts(chat, ann, 'never');
  await harness.settle(0.05);
  const runs = numbers.map((number) => harness.ran()[number - 1]?.steps ?? []);
  return { harness, chat, runs };
};

/** What a link does, one after the other: from the first look at the store to the end of the link. */
const { runs } = await linkedUntil(undefined);
const whole = runs.reduce((longest, steps) => (steps.length > longest.length ? steps : longest), []);
const ofLink = runs.indexOf(whole) + 1;
const steps = whole.map((name, n) => [n + 1, name] as const);

describe('a link', () => {
  test('takes steps enough to die at', () => {
    expect(whole.length).toBeGreaterThan(25);
  });

  describe.each(['before', 'after'] as const)('that dies %s', (when) => {
    test.each(steps)('step %i (%s) is finished when its turn comes again', async (step) => {
      const { harness, chat } = await linkedUntil({ step, when, pauseMs: undefined }, ofLink);
      harness.customerWrites(chat, 'are you there?');
      await harness.settle(5);
      harness.frontlineAgentWrites(chat, 'I am');
      await harness.settle(0.5);

      expect(harness.meter.counts().get('killed')).toBe(1);
      expect(harness.counterparts(chat)).toHaveLength(1);
      expect(harness.said('frontline', chat)).toEqual(harness.said('flex', chat));
      expect(harness.said('flex', chat)).toEqual(['one', 'two', 'three', 'are you there?', 'I am']);
      expect(harness.people('flex', chat)).toEqual(['jo', ann.flexIdentity]);
      expect(harness.people('frontline', chat)).toEqual(['jo', ann.email]);
    });
  });

  test.each(steps)(
    'that sleeps before step %i (%s), until another agent has taken over, does nothing twice',
    async (step) => {
      const { harness, chat } = await linkedUntil({ step, when: 'before', pauseMs: 170_000 }, ofLink);
      harness.accepts(chat, ben, 'never');
      await harness.settle(6);

      expect(harness.meter.counts().get('zombie')).toBe(1);
      expect(harness.counterparts(chat)).toHaveLength(1);
      expect(harness.said('frontline', chat)).toEqual(['one', 'two', 'three']);
      expect(harness.people('frontline', chat)[0]).toBe('jo');
      expect(new Set(harness.people('frontline', chat))).toEqual(new Set(['jo', ann.email, ben.email]));
    },
  );

  test('that dies again and again is finished by the sweep', async () => {
    let deaths = 0;
    const harness = scenarioHarness({
      doom: (_, kind) => {
        if (kind !== 'flex-events' || deaths >= 8) return undefined;
        deaths += 1;
        return { step: deaths, when: 'after', pauseMs: undefined };
      },
    });
    const chat = harness.begins();
    await harness.settle(0.1);
    harness.accepts(chat);
    await harness.settle(40);

    expect(deaths).toBe(8);
    expect(harness.counterparts(chat)).toHaveLength(1);
    expect(harness.people('frontline', chat)).toEqual(['jo', ann.email]);
  });

  test('that stops, and whose conversation is closed meanwhile, begins again in a new one, with the whole history', async () => {
    const harness = scenarioHarness();
    const chat = harness.begins();
    harness.customerWrites(chat, 'one');
    harness.customerWrites(chat, 'two');
    await harness.settle();
    harness.accepts(chat);
    await harness.during({ fault: 'rest.5xx-before', status: 503, p: 1, only: 'POST conversations.messages' }, 2);
    harness.twilio.closeByTimer(harness.conversation(chat).sid);
    await harness.settle(40);

    expect(harness.counterparts(chat)).toHaveLength(2);
    expect(harness.said('frontline', chat)).toEqual(['one', 'two']);
    expect(harness.people('frontline', chat)).toEqual(['jo', ann.email]);
  });

  test('that dies when the agent is in already ends with the chat that he closes meanwhile', async () => {
    const joins = whole.lastIndexOf('POST conversations.twilio.com') + 1;
    const { harness, chat } = await linkedUntil({ step: joins, when: 'after', pauseMs: undefined }, ofLink);
    harness.frontlineAgentWrites(chat, 'good bye');
    harness.twilio.frontlineAgent.closes(ann.email, harness.conversation(chat).sid);
    await harness.settle(8);

    expect(harness.meter.counts().get('killed')).toBe(1);
    expect(harness.counterparts(chat).map(({ state }) => state)).toEqual(['closed']);
    expect(harness.said('flex', chat)).toEqual(['one', 'two', 'three', 'good bye']);
    expect(harness.twilio.reads.container('flex', chat.channel)?.attributes).toContain('"status":"INACTIVE"');
    expect(harness.twilio.reads.tasks('flex').map(({ status }) => status)).toEqual(['completed']);
  });

  test('that dies when the agent is in already goes on with whom he hands the chat over to meanwhile', async () => {
    const joins = whole.lastIndexOf('POST conversations.twilio.com') + 1;
    const { harness, chat } = await linkedUntil({ step: joins, when: 'after', pauseMs: undefined }, ofLink);
    const { sid } = harness.conversation(chat);
    harness.twilio.frontlineAgent.transfers(ann.email, sid, ben.email, 'in, then out');
    await harness.settle(8);

    expect(harness.meter.counts().get('killed')).toBe(1);
    expect(harness.people('frontline', chat)).toEqual(['jo', ben.email]);
    expect(harness.people('flex', chat)).toEqual(['jo', ben.flexIdentity]);
    expect(harness.twilio.reads.tasks('flex').map(({ status }) => status)).toEqual(['completed', 'assigned']);
  });

  test('that stops, and whose channel is deleted meanwhile, leaves no conversation open', async () => {
    const harness = scenarioHarness();
    const chat = harness.begins();
    harness.customerWrites(chat, 'one');
    await harness.settle();
    harness.accepts(chat);
    await harness.during({ fault: 'rest.5xx-before', status: 503, p: 1, only: 'POST conversations.messages' }, 2);
    harness.twilio.flexAgent.deletesChannel(chat.channel);
    await harness.settle(10);

    expect(harness.conversation(chat).state).toBe('closed');
  });

  test('that waits for the sweep, and whose channel is deleted unheard, leaves no conversation open', async () => {
    const harness = scenarioHarness();
    const chat = harness.begins();
    harness.customerWrites(chat, 'one');
    await harness.settle();
    harness.accepts(chat);
    await harness.during({ fault: 'rest.5xx-before', status: 503, p: 1, only: 'POST conversations.messages' }, 16);
    const end = harness.twilio.faults.add({ fault: 'webhook.lost', p: 1 });
    harness.twilio.flexAgent.deletesChannel(chat.channel);
    end();
    await harness.settle(10);

    expect(harness.journal('deferred').map(({ type }) => type)).toContain('reservation.accepted');
    expect(harness.conversation(chat).state).toBe('closed');
    expect((await harness.store.list('due', { limit: 10 })).items).toEqual([]);
  });

  test('and whose channel is deleted while nobody has heard of its conversation, leaves none open', async () => {
    const harness = scenarioHarness();
    const chat = harness.begins();
    await harness.settle();
    harness.accepts(chat);
    const unheard = { fault: 'rest.answer-lost', p: 1, loss: 'destroy', only: 'POST conversations' } as const;
    await harness.during(unheard, 0.05);
    harness.twilio.flexAgent.deletesChannel(chat.channel);
    await harness.settle(10);

    expect(harness.conversation(chat).state).toBe('closed');
  });
});

test('What an agent has said in a conversation whose link was never finished is not brought back to him in the next one, though an app has replaced the stamp of its copy', async () => {
  const harness = scenarioHarness();
  const chat = harness.begins();
  harness.customerWrites(chat, 'hello');
  const waits = harness.twilio.faults.add({ fault: 'rest.429', p: 1, only: 'POST chat.members' });
  harness.accepts(chat, ann, 'never');
  while (harness.counterparts(chat)[0]?.members.length !== 2) await harness.settle(0.001);
  harness.frontlineAgentWrites(chat, 'I am on my way');
  while (harness.said('flex', chat).length < 2) await harness.settle(0.001);
  await harness.settle(0.05);
  const copy = harness.transcript('flex', chat).at(-1);
  await harness.rest('flex', 'POST', `${channelUrl(chat)}/Messages/${copy?.sid}`, { Attributes: '{"messageId":"1"}' });
  harness.twilio.closeByTimer(harness.conversation(chat).sid);
  await harness.settle(3);
  waits();
  await harness.settle(10);

  const [, next] = harness.counterparts(chat);
  const said = harness.twilio.reads.transcript('frontline', next?.sid ?? '');
  expect(said.map(({ body }) => body)).toEqual(['hello']);
  expect(harness.said('flex', chat)).toEqual(['hello', 'I am on my way']);
});
