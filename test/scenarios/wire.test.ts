/** What the wire cannot carry, what Twilio makes of a text, and what is no change of it. */
import { describe, expect, test } from '@jest/globals';
import { listParked } from '../../src/core/operate/parked.ts';
import { channelUrl, conversationsUrl, type ScenarioHarness, scenarioHarness } from './harness.ts';
import { persons } from './persons.ts';

const prepared = async (who: 'customer' | 'agent') => {
  const harness = scenarioHarness();
  const chat = await harness.linkedChat();
  const person = persons(harness, chat)[who];
  const rewrite = who === 'customer' ? 'frontline POST conversations.message' : 'flex POST chat.message';
  return {
    ...{ harness, chat, person },
    said: (side: 'here' | 'other') => harness.said(person[side], chat),
    rewrites: () => harness.calls()[rewrite] ?? 0,
  };
};

/** No sweep has anything to repair, nothing is parked, and nobody was told anything. */
const isQuiet = async (harness: ScenarioHarness): Promise<void> => {
  const before = harness.entries.length;
  await harness.settle(30);
  const steps = harness.entries.slice(before).map(({ entry: { step, reason } }) => `${step} ${reason}`);
  expect(new Set(steps)).toEqual(new Set(['swept clean', 'swept undefined']));
  expect(await listParked(harness.store, {})).toEqual([]);
  for (const { sid } of harness.twilio.reads.containers('frontline'))
    expect(harness.twilio.reads.transcript('frontline', sid).join()).not.toContain('[Bridge]');
};

const HALF = 'half an emoji \ud83d and on';
const CARRIED = 'half an emoji \ufffd and on';

describe.each(['customer', 'agent'] as const)('of the %s', (who) => {
  test('half an emoji crosses as the wire carries it, and is put right no more', async () => {
    const { harness, person, said, rewrites } = await prepared(who);
    const sid = person.writes(HALF);
    await harness.settle(5);
    expect(said('other')).toEqual([CARRIED]);
    expect(rewrites()).toBe(0);
    person.edits(sid, `${HALF} \udc00`);
    await harness.settle(5);
    expect(said('other')).toEqual([`${CARRIED} \ufffd`]);
    expect(rewrites()).toBe(1);
    await isQuiet(harness);
  });

  describe.each([
    ['trimmed', ' hello \n', 'hello'],
    ['composed', 'cafe\u0301', 'caf\u00e9'],
  ] as const)('a text that Twilio stores %s', (how, given, stored) => {
    test('is known for what Twilio made of it, and never written again', async () => {
      const { harness, person, said, rewrites } = await prepared(who);
      harness.twilio.faults.add({ fault: 'text.normalised', p: 1, how });
      person.writes(given);
      await isQuietAfterwards(harness);
      expect(said('other')).toEqual([stored]);
      expect(said('here')).toEqual([given]);
      expect(rewrites()).toBe(0);
    });

    test('is so when the answer to its write was lost', async () => {
      const { harness, person, said, rewrites } = await prepared(who);
      harness.twilio.faults.add({ fault: 'text.normalised', p: 1, how });
      const lost = harness.twilio.faults.add({ fault: 'rest.answer-lost', p: 1, loss: 'destroy', only: 'POST' });
      person.writes(given);
      await harness.settle(0.1);
      lost();
      await isQuietAfterwards(harness);
      expect(said('other')).toEqual([stored]);
      expect(said('here')).toEqual([given]);
      expect(rewrites()).toBe(0);
    });

    test('is so when it came by an edit, which is written once', async () => {
      const { harness, person, said, rewrites } = await prepared(who);
      harness.twilio.faults.add({ fault: 'text.normalised', p: 1, how });
      const sid = person.writes('first');
      await harness.settle();
      person.edits(sid, given);
      await isQuietAfterwards(harness);
      expect(said('other')).toEqual([stored]);
      expect(said('here')).toEqual([given]);
      expect(rewrites()).toBe(1);
    });

    test('still goes back to it when somebody edits the copy by hand', async () => {
      const { harness, chat, person, said, rewrites } = await prepared(who);
      harness.twilio.faults.add({ fault: 'text.normalised', p: 1, how });
      person.writes(given);
      await harness.settle(3);
      const copy = harness.transcript(person.other, chat).at(-1)?.sid ?? '';
      const url = who === 'customer' ? `${conversationsUrl}/${harness.conversation(chat).sid}` : channelUrl(chat);
      await harness.rest(person.other, 'POST', `${url}/Messages/${copy}`, { Body: 'by hand' });
      await isQuietAfterwards(harness);
      expect(said('other')).toEqual([stored]);
      expect(said('here')).toEqual([given]);
      // The hand's and the bridge's.
      expect(rewrites()).toBe(2);
    });
  });

  test('attributes that another app changes ten times are no change of what a message says', async () => {
    const { harness, chat, person, said, rewrites } = await prepared(who);
    const sid = person.writes('hello');
    await harness.settle();
    const url = who === 'customer' ? channelUrl(chat) : `${conversationsUrl}/${harness.conversation(chat).sid}`;
    for (let n = 0; n < 10; n++) {
      await harness.rest(person.here, 'POST', `${url}/Messages/${sid}`, { Attributes: JSON.stringify({ n }) });
      await harness.settle(0.2);
    }
    expect(said('other')).toEqual(['hello']);
    expect(rewrites()).toBe(0);

    for (const text of ['more', 'hello', 'more']) person.edits(sid, text);
    await harness.settle();
    expect(said('other')).toEqual(['more']);
    const before = rewrites();
    await harness.rest(person.here, 'POST', `${url}/Messages/${sid}`, { Attributes: '{}' });
    await harness.settle();
    expect(rewrites()).toBe(before);
  });

  test('an edit that Twilio refused is not tried again because an app changed attributes', async () => {
    const { harness, chat, person, rewrites } = await prepared(who);
    const sid = person.writes('hello');
    await harness.settle();
    harness.twilio.faults.add({ fault: 'content.refused', p: 1, holds: 'poison' });
    person.edits(sid, 'poison');
    await harness.settle();
    const before = rewrites();
    const url = who === 'customer' ? channelUrl(chat) : `${conversationsUrl}/${harness.conversation(chat).sid}`;
    for (let n = 0; n < 3; n++)
      await harness.rest(person.here, 'POST', `${url}/Messages/${sid}`, { Attributes: JSON.stringify({ n }) });
    await harness.settle();
    expect(rewrites()).toBe(before);
    expect(harness.journal('parked(refused)')).toHaveLength(1);
  });
});

/** First what was under way ends. */
const isQuietAfterwards = async (harness: ScenarioHarness): Promise<void> => {
  await harness.settle(5);
  await isQuiet(harness);
};
