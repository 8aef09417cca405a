/** A customer whose phone writes by Flex's number answers Frontline's number all the same: it joins his chat. */
import { describe, expect, test } from '@jest/globals';
import { annBegins, type BegunChat, customerOf, PHONE } from './begun.ts';
import { AGENTS, conversationsUrl, FRONTLINE, type ScenarioHarness, scenarioHarness } from './harness.ts';

const { ann, ben } = AGENTS;

/** A chat that Ann has begun, whose customer has changed over to Flex's number. */
const annHasBegun = async (harness: ScenarioHarness): Promise<BegunChat> => {
  const chat = annBegins(harness);
  chat.writes('hello');
  await harness.settle(2);
  return chat;
};
const answers = ({ twilio }: ScenarioHarness, text: string, phone = PHONE) =>
  twilio.customer.textsFrontline(phone, text);
const strays = async ({ store }: ScenarioHarness) => (await store.list('strays', { limit: 10 })).items;

const saysOnBothSides = (chat: BegunChat, ...texts: readonly string[]): void => {
  const customer = customerOf(chat);
  const inFlex = texts.map((text) => `${customer}: ${text}`);
  const timeless = (said: readonly string[]) => said.map((text) => text.replace(/\[Late, written [^\]]*\]/, '[Late]'));
  expect(timeless(chat.saysInFrontline())).toEqual([`${ann.email}: hello`, ...inFlex]);
  expect(timeless(chat.saysInFlex())).toEqual([`${ann.flexIdentity}: hello`, ...inFlex]);
};
/** What the bridge has said to an agent in his System conversation. */
const toldTo = ({ twilio }: ScenarioHarness, email: string): readonly string[] =>
  twilio.reads
    .containers('frontline')
    .filter(({ friendlyName, members }) => friendlyName === 'System' && members.some((one) => one.identity === email))
    .flatMap(({ sid }) => twilio.reads.transcript('frontline', sid).map(({ body }) => body ?? ''));
const onPhone = [`${FRONTLINE.phoneNumber}: hello`];

describe("a customer's answer to Frontline's number", () => {
  test('stands in the chat once on both sides, as his, in order, and goes to no phone', async () => {
    const harness = scenarioHarness();
    const chat = await annHasBegun(harness);
    const { conversationSid } = answers(harness, 'one');
    expect(conversationSid).not.toBe(chat.conversationSid);
    answers(harness, 'two');
    await harness.settle(0.2);
    answers(harness, 'three');
    await harness.settle(20);

    saysOnBothSides(chat, 'one', 'two', 'three');
    expect(chat.phone()).toEqual(onPhone);
    // The conversation that he has made of it stays as it was.
    expect(harness.twilio.reads.transcript('frontline', conversationSid).map(({ body }) => body)).toEqual([
      'one',
      'two',
      'three',
    ]);
  });

  test('is found by the sweep within five minutes, the first one and a later one', async () => {
    const harness = scenarioHarness();
    const chat = await annHasBegun(harness);
    const end = harness.twilio.faults.add({ fault: 'webhook.lost', p: 1, account: 'frontline' });
    answers(harness, 'one');
    await harness.settle(5);
    saysOnBothSides(chat, 'one');
    answers(harness, 'two');
    await harness.settle(5);
    end();
    saysOnBothSides(chat, 'one', 'two');
  });

  test('is late where what he wrote after it, in a newer conversation, was heard first', async () => {
    const harness = scenarioHarness();
    const chat = await annHasBegun(harness);
    const { conversationSid } = answers(harness, 'one');
    await harness.settle(0.2);
    const end = harness.twilio.faults.add({ fault: 'webhook.lost', p: 1, account: 'frontline' });
    answers(harness, 'two');
    harness.twilio.closeByTimer(conversationSid);
    await harness.settle(0.1);
    end();
    expect(answers(harness, 'three').conversationSid).not.toBe(conversationSid);
    await harness.settle(20);

    saysOnBothSides(chat, 'one', 'three', '[Late] two');
  });

  test('is not missed where a timer has closed its conversation before any list shows it', async () => {
    const harness = scenarioHarness();
    const chat = await annHasBegun(harness);
    const end = harness.twilio.faults.add({ fault: 'list.stale', p: 1, maxMs: 1e9, account: 'frontline' });
    const { conversationSid } = answers(harness, 'one');
    await harness.settle(0.01);
    harness.twilio.closeByTimer(conversationSid);
    await harness.settle(0.2);
    end();
    // A look every two seconds, no more.
    expect(harness.journal('retried(first_message_due)').length).toBeLessThan(10);
    await harness.settle(10);

    saysOnBothSides(chat, 'one');
  });

  test('while the chat is being made waits until it stands', async () => {
    const harness = scenarioHarness();
    const chat = annBegins(harness);
    chat.writes('hello');
    const isOut = () => chat.inFrontline()?.members.every(({ address }) => address === undefined) === true;
    while (!isOut()) await harness.settle(0.005);
    expect(harness.journal('linked')).toEqual([]);
    answers(harness, 'one');
    await harness.settle(2);

    saysOnBothSides(chat, 'one');
  });

  test('while the chat goes over to its next conversation joins it there, and so does a later one', async () => {
    const harness = scenarioHarness();
    const chat = await annHasBegun(harness);
    harness.twilio.closeByTimer(chat.conversationSid);
    await harness.settle(0.05);
    answers(harness, 'one');
    await harness.settle(10);
    answers(harness, 'two');
    await harness.settle(20);

    const customer = customerOf(chat);
    expect(chat.saysInFlex()).toEqual([`${ann.flexIdentity}: hello`, `${customer}: one`, `${customer}: two`]);
    expect(chat.phone()).toEqual(onPhone);
  });

  test.each([
    ['is looked for at once', {}, 0.5],
    ['is known though an app has replaced its stamp', { Attributes: '{"mine":1}' }, 5],
  ])('whose write had no answer %s, and not written twice', async (_, replaced, minutes) => {
    const harness = scenarioHarness();
    const chat = await annHasBegun(harness);
    const end = harness.twilio.faults.add({
      ...{ fault: 'rest.answer-lost', p: 1, only: 'POST conversations.messages', loss: 'destroy' },
    });
    answers(harness, 'one');
    const written = () => harness.twilio.reads.transcript('frontline', chat.conversationSid)[1];
    while (written() === undefined) await harness.settle(0.001);
    end();
    const url = `${conversationsUrl}/${chat.conversationSid}/Messages/${written()?.sid}`;
    if ('Attributes' in replaced) await harness.rest('frontline', 'POST', url, replaced);
    await harness.settle(minutes);

    saysOnBothSides(chat, 'one');
  });

  test.each([
    ['its stamp on both', false],
    ['its stamp replaced by an app on the first', true],
  ])('that was carried out later than SETTLE, too, is taken away again, with %s', async (_, replaced) => {
    const harness = scenarioHarness();
    const chat = await annHasBegun(harness);
    answers(harness, 'one');
    await harness.settle(3);
    const copy = harness.twilio.reads.transcript('frontline', chat.conversationSid).at(-1);
    const url = `${conversationsUrl}/${chat.conversationSid}/Messages`;
    if (replaced) await harness.rest('frontline', 'POST', `${url}/${copy?.sid}`, { Attributes: '{"mine":1}' });
    const again = { Author: copy?.author ?? '', Body: 'one', Attributes: copy?.attributes ?? '' };
    const DateCreated = new Date(copy?.dateCreated ?? 0).toISOString();
    await harness.rest('frontline', 'POST', url, { ...again, DateCreated });
    await harness.settle(10);

    saysOnBothSides(chat, 'one');
  });

  test('that Twilio refuses is told to the agent, and does not hold up the next one', async () => {
    const harness = scenarioHarness();
    const chat = await annHasBegun(harness);
    harness.twilio.faults.add({
      fault: 'content.refused',
      p: 1,
      holds: 'poison',
      only: 'POST conversations.messages',
    });
    answers(harness, 'poison');
    answers(harness, 'two');
    await harness.settle(10);

    expect(chat.saysInFlex()).toEqual([`${ann.flexIdentity}: hello`, `${customerOf(chat)}: two`]);
    const told = chat.saysInFrontline().filter((text) => text.startsWith('Bridge: '));
    expect(told).toEqual([expect.stringMatching(/What the customer wrote in another conversation.* is missing here/)]);
    expect(chat.phone()).toEqual(onPhone);
    expect(harness.journal('parked(refused)')).toHaveLength(1);
  });

  test('follows when it is edited there, or removed', async () => {
    const harness = scenarioHarness();
    const chat = await annHasBegun(harness);
    const { conversationSid, sid } = answers(harness, 'one');
    const removed = answers(harness, 'two');
    await harness.settle(5);
    const url = `${conversationsUrl}/${conversationSid}/Messages`;
    await harness.rest('frontline', 'POST', `${url}/${sid}`, { Body: 'one, edited' });
    await harness.rest('frontline', 'DELETE', `${url}/${removed.sid}`);
    await harness.settle(10);

    saysOnBothSides(chat, 'one, edited');
    expect(chat.phone()).toEqual(onPhone);
  });
});

test('what an agent writes there stays there, the phone has it once, and he is told once', async () => {
  const harness = scenarioHarness();
  const chat = await annHasBegun(harness);
  const { conversationSid } = answers(harness, 'one');
  harness.twilio.frontlineAgent.isTakenIn(ben.email, conversationSid);
  await harness.settle(0.2);
  harness.twilio.frontlineAgent.writes(ben.email, conversationSid, 'Ann is away');
  harness.twilio.frontlineAgent.writes(ben.email, conversationSid, 'until noon');
  answers(harness, 'two');
  await harness.settle(20);

  saysOnBothSides(chat, 'one', 'two');
  const own = FRONTLINE.phoneNumber;
  expect(chat.phone()).toEqual([...onPhone, `${own}: Ann is away`, `${own}: until noon`]);
  expect(toldTo(harness, ben.email)).toEqual([expect.stringMatching(/is in another chat/)]);
  expect(harness.journal('skipped(not_the_customer)')).toHaveLength(2);
});

describe('is left alone', () => {
  test('what another customer begins', async () => {
    const harness = scenarioHarness();
    const chat = await annHasBegun(harness);
    answers(harness, 'hi', '+15550101234');
    await harness.settle(5);

    saysOnBothSides(chat);
    expect(harness.journal('skipped(inbound)').length).toBeGreaterThan(0);
    expect(await strays(harness)).toEqual([]);
  });

  test('what the customer writes after the chat has ended, in a new conversation', async () => {
    const harness = scenarioHarness();
    const chat = await annHasBegun(harness);
    harness.twilio.frontlineAgent.closes(ann.email, chat.conversationSid);
    await harness.settle(10);
    answers(harness, 'one');
    await harness.settle(5);

    saysOnBothSides(chat);
    expect(harness.journal('skipped(inbound)').length).toBeGreaterThan(0);
  });

  test('what he writes while it ends, as soon as it has', async () => {
    const harness = scenarioHarness();
    const chat = await annHasBegun(harness);
    harness.twilio.frontlineAgent.closes(ann.email, chat.conversationSid);
    await harness.settle(0.05);
    answers(harness, 'one');
    await harness.settle(0.05);
    expect(await strays(harness)).toHaveLength(1);
    await harness.settle(10);

    saysOnBothSides(chat);
    expect(await strays(harness)).toEqual([]);
    expect(JSON.parse(chat.inFlex()?.attributes ?? '{}')).toMatchObject({ status: 'INACTIVE' });
  });

  test('and in the stray one that he has', async () => {
    const harness = scenarioHarness();
    const chat = await annHasBegun(harness);
    answers(harness, 'one');
    await harness.settle(2);
    harness.twilio.frontlineAgent.closes(ann.email, chat.conversationSid);
    await harness.settle(10);
    answers(harness, 'two');
    await harness.settle(5);

    saysOnBothSides(chat, 'one');
    expect(harness.journal('skipped(closed)').length).toBeGreaterThan(0);
    expect(await strays(harness)).toEqual([]);
  });

  test('what he wrote to another number of Frontline before Ann called him', async () => {
    const harness = scenarioHarness();
    const { conversationSid } = answers(harness, 'long ago');
    const { members } = harness.twilio.place.frontline.chat.containers.get(conversationSid) ?? { members: new Map() };
    const other = { type: 'sms', address: PHONE, proxyAddress: '+15550107000' } as const;
    for (const [sid, member] of members) members.set(sid, { ...member, binding: other });
    await harness.settle(1);
    const chat = await annHasBegun(harness);
    // Nobody remembers that it was looked at.
    await harness.store.write(
      { pk: `frontline#${conversationSid}`, sk: 'start' },
      { when: [], remove: ['ended'], nonce: ['nonce', 'test'] },
    );
    harness.twilio.frontlineAgent.isTakenIn(ben.email, conversationSid);
    await harness.settle(5);

    saysOnBothSides(chat);
    expect(await strays(harness)).toEqual([]);
  });
});

test('what is stored of it names no number', async () => {
  const harness = scenarioHarness();
  await annHasBegun(harness);
  answers(harness, 'one');
  await harness.settle(2);
  expect(JSON.stringify([await strays(harness), harness.entries])).not.toContain(PHONE.slice(1));
  expect(await strays(harness)).toHaveLength(1);
});
