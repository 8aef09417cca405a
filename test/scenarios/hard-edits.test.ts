/** Edits that do not simply cross: what Twilio refuses for good, and what said nothing before or says nothing now. */
import { describe, expect, test } from '@jest/globals';
import { redriveAll } from '../../sim/operator.ts';
import { listParked } from '../../src/core/operate/parked.ts';
import { scenarioHarness } from './harness.ts';
import { persons } from './persons.ts';

const POISON = 'poison';

const prepared = async (who: 'customer' | 'agent') => {
  const harness = scenarioHarness();
  const chat = await harness.linkedChat();
  const person = persons(harness, chat)[who];
  const said = (side: 'here' | 'other') =>
    harness.said(person[side], chat).filter((text) => !text.startsWith('[Bridge]'));
  const notices = () => harness.said('frontline', chat).filter((text) => text.startsWith('[Bridge]'));
  const parked = () => listParked(harness.store, {});
  return { harness, chat, person, said, notices, parked };
};

type Prepared = Awaited<ReturnType<typeof prepared>>;

/** `hello`, and what was made of it, which is refused from now on. */
const withRefused = async (who: 'customer' | 'agent') => {
  const all = await prepared(who);
  const { harness, person } = all;
  const sid = person.writes('hello');
  await harness.settle();
  const takes = harness.twilio.faults.add({ fault: 'content.refused', p: 1, holds: POISON });
  person.edits(sid, POISON);
  return { ...all, sid, takes };
};

/** The sweep sees nothing that a job could put right. */
const isQuiet = async ({ harness }: Prepared): Promise<void> => {
  const before = harness.entries.length;
  await harness.settle(10);
  const steps = harness.entries.slice(before).map(({ entry: { step, reason } }) => `${step} ${reason}`);
  expect(new Set(steps)).toEqual(new Set(['swept clean', 'swept undefined']));
};

describe.each(['customer', 'agent'] as const)('an edit of the %s that Twilio refuses for good', (who) => {
  test('is parked and told of, and the chat goes on at once', async () => {
    const all = await withRefused(who);
    const { harness, person, said, notices, parked, sid } = all;
    person.writes('still there?');
    await harness.settle(0.5);

    expect(said('other')).toEqual(['hello', 'still there?']);
    expect(notices()).toEqual([expect.stringMatching(/^\[Bridge\] An edit of a message .*50504/)]);
    expect(await parked()).toMatchObject([{ sid, reason: 'refused', code: 50504, edit: true }]);
    expect(harness.journal('parked(refused)')).toHaveLength(1);
    await isQuiet(all);
  });

  test('of which nobody told is found, parked and told of once', async () => {
    const all = await prepared(who);
    const { harness, person, said, notices, parked } = all;
    const sid = person.writes('hello');
    await harness.settle();
    harness.twilio.faults.add({ fault: 'content.refused', p: 1, holds: POISON });
    const lost = harness.twilio.faults.add({ fault: 'webhook.lost', p: 1 });
    person.edits(sid, POISON);
    lost();
    await harness.settle(10);

    expect(said('other')).toEqual(['hello']);
    expect(notices()).toHaveLength(1);
    expect(await parked()).toHaveLength(1);
    expect(await harness.dead(person.here === 'flex' ? 'flex-events' : 'frontline-events')).toHaveLength(1);
    await isQuiet(all);
  });

  test('is put back by an operator once it is taken, and stays parked until then', async () => {
    const { harness, person, said, notices, parked, takes } = await withRefused(who);
    await harness.settle(10);
    await redriveAll(harness);
    await harness.settle();
    expect(await parked()).toHaveLength(1);
    expect(notices()).toHaveLength(1);
    expect(await harness.dead(person.here === 'flex' ? 'flex-events' : 'frontline-events')).toHaveLength(1);
    takes();
    await redriveAll(harness);
    await harness.settle();
    expect(said('other')).toEqual([POISON]);
    expect(await parked()).toEqual([]);
  });

  test('is told of though the message itself was told of before', async () => {
    const { harness, person, notices } = await prepared(who);
    const refused = { fault: 'content.refused', p: 1, holds: POISON } as const;
    const takes = harness.twilio.faults.add(refused);
    const sid = person.writes(POISON);
    await harness.settle();
    takes();
    await redriveAll(harness);
    await harness.settle();
    harness.twilio.faults.add(refused);
    person.edits(sid, `${POISON} again`);
    await harness.settle();
    expect(notices()).toEqual([expect.stringContaining('] A message'), expect.stringContaining('] An edit of')]);
  });

  test('is told of again when another edit is refused', async () => {
    const { harness, person, notices, sid } = await withRefused(who);
    await harness.settle();
    person.edits(sid, 'better');
    await harness.settle();
    person.edits(sid, `${POISON} again`);
    await harness.settle();
    expect(notices()).toHaveLength(2);
  });

  test('is over when the message is edited again, or deleted', async () => {
    const { harness, person, said, parked, sid } = await withRefused(who);
    await harness.settle();
    person.edits(sid, 'better');
    await harness.settle();
    expect(said('other')).toEqual(['better']);
    expect(await parked()).toEqual([]);
    person.edits(sid, `${POISON} again`);
    await harness.settle();
    expect(await parked()).toHaveLength(1);
    person.deletes(sid);
    await harness.settle();
    expect(said('other')).toEqual([]);
    expect(await parked()).toEqual([]);
  });

  test('is over when the next edit, of which nobody told, is taken', async () => {
    const { harness, person, said, parked, sid } = await withRefused(who);
    await harness.settle();
    const lost = harness.twilio.faults.add({ fault: 'webhook.lost', p: 1 });
    person.edits(sid, 'better');
    lost();
    await harness.settle(5);
    expect(said('other')).toEqual(['better']);
    expect(await parked()).toEqual([]);
  });
});

describe.each(['told', 'not told'])('a message of the customer that did not cross (%s)', (told) => {
  const edited = async ({ harness, person }: Prepared, sid: string, text: string): Promise<void> => {
    const end = harness.twilio.faults.add({ fault: 'webhook.lost', p: told === 'told' ? 0 : 1 });
    person.edits(sid, text);
    end();
    await harness.settle(told === 'told' ? 0.5 : 10);
  };

  test('for Twilio refused it crosses late when it says something else', async () => {
    const all = await prepared('customer');
    const { harness, person, said, parked } = all;
    harness.twilio.faults.add({ fault: 'content.refused', p: 1, holds: POISON });
    const sid = person.writes(POISON);
    person.writes('hello');
    await harness.settle();
    await edited(all, sid, `${POISON} still`);
    expect(said('other')).toEqual(['hello']);
    await edited(all, sid, 'honey');
    expect(said('other')).toEqual(['hello', expect.stringMatching(/^\[Late, .*\] honey$/)]);
    expect(await parked()).toEqual([]);
    await isQuiet(all);
  });

  test('for it said nothing crosses late when it comes to say something, and follows its edits from there on', async () => {
    const all = await prepared('customer');
    const { harness, person, said } = all;
    const sid = person.writes('');
    person.writes('hello');
    await harness.settle();
    await edited(all, sid, 'after all');
    const late = expect.stringMatching(/^\[Late, written \S+ \S+ UTC\] after all$/);
    expect(said('other')).toEqual(['hello', late]);
    await edited(all, sid, 'after all, this');
    expect(said('other')).toEqual(['hello', expect.stringMatching(/^\[Late, .*\] after all, this$/)]);
    expect(harness.said('flex', all.chat)).toEqual(['after all, this', 'hello']);
    await isQuiet(all);
  });

  test('for it said nothing is not copied when it is edited and says nothing still', async () => {
    const all = await prepared('customer');
    const sid = all.person.writes('');
    all.person.writes('hello');
    await all.harness.settle();
    await edited(all, sid, '');
    expect(all.said('other')).toEqual(['hello']);
    await isQuiet(all);
  });
});

test('A message that is emptied keeps its copy where Twilio takes no empty text, and that is told', async () => {
  const all = await prepared('customer');
  const sid = all.person.writes('hello');
  await all.harness.settle();
  all.person.edits(sid, '');
  await all.harness.settle();
  expect(all.said('other')).toEqual(['hello']);
  expect(await all.parked()).toMatchObject([{ sid, edit: true }]);
  expect(all.notices()).toHaveLength(1);
  await isQuiet(all);
});

test('A text for what said nothing is not forgotten over an outage, however much is said meanwhile', async () => {
  const all = await prepared('customer');
  const { harness, person } = all;
  const sid = person.writes('');
  for (let n = 1; n <= 110; n += 1) {
    person.writes(`hello ${n}`);
    await harness.settle(0.05);
  }
  const down = harness.twilio.faults.add({ fault: 'side.down', p: 1, account: 'frontline', how: '503' });
  person.edits(sid, 'after all');
  await harness.settle(25);
  down();
  await harness.settle(30);
  expect(all.said('other').at(-1)).toMatch(/^\[Late, .*\] after all$/);
});

test.each([
  ['An edit of an old message', 'hello', /^good bye$/],
  ['A text for an old message that said nothing', '', /^\[Late, .*\] good bye$/],
])('%s crosses, although the looks right behind it do not show it yet', async (_, first, then) => {
  const { harness, person, said } = await prepared('customer');
  const sid = person.writes(first);
  for (let n = 1; n <= 110; n += 1) {
    person.writes(`hello ${n}`);
    await harness.settle(0.05);
  }
  const behind = harness.twilio.faults.add({
    ...{ fault: 'read.stale', p: 1, maxMs: 100_000, hides: false, account: 'flex' },
    only: 'GET chat.message',
  });
  person.edits(sid, 'good bye');
  await harness.settle(0.01);
  harness.sweepNow();
  await harness.settle(0.05);
  behind();
  await harness.settle(5);
  expect(said('other')).toContainEqual(expect.stringMatching(then));
  expect(said('other')).toHaveLength(111);
});
