import { describe, expect, test } from '@jest/globals';
import type { AccountName } from '../../local-twilio/model.ts';
import { type Chat, type ScenarioHarness, scenarioHarness } from './harness.ts';

const CHATS = 20;
const HOUR_MS = 3_600_000;

const restCalls = (harness: ScenarioHarness, side: AccountName): number =>
  Object.entries(harness.calls())
    .filter(([call]) => call.startsWith(`${side} `) && !call.includes('webhooks.'))
    .reduce((sum, [, count]) => sum + count, 0);

const chatsBySms = async (harness: ScenarioHarness): Promise<readonly Chat[]> => {
  const chats: Chat[] = [];
  for (let n = 0; n < CHATS; n += 1) {
    const chat = harness.texts(phoneOf(n), 'is anybody there?');
    await harness.settle(0.1);
    harness.accepts(chat);
    chats.push(chat);
  }
  await harness.settle(3);
  return chats;
};

const phoneOf = (n: number): string => `+155501${String(n).padStart(5, '0')}`;

describe.each(['503', 'hang', 'destroy'] as const)('an hour in which a side is down (%s)', (how) => {
  test('costs it a few calls a minute, lets the other side go on, and everything is there afterwards', async () => {
    const harness = scenarioHarness();
    const chats = await chatsBySms(harness);
    harness.twilio.counts.reset();
    const end = harness.twilio.faults.add({ fault: 'side.down', p: 1, how, account: 'frontline' });
    const start = harness.time.now();
    for (let minute = 0; minute < 60; minute += 1) {
      for (const [n, chat] of chats.entries()) if (minute % CHATS === n) harness.customerWrites(chat, `in ${minute}`);
      const chat = chats[minute % CHATS];
      if (chat !== undefined) harness.frontlineAgentWrites(chat, `out ${minute}`);
      await harness.settle(0.1);
      // What goes the other way is not held up: it is in Flex and on the customer's phone at once.
      if (chat !== undefined) expect(harness.said('flex', chat)).toContain(`out ${minute}`);
      expect(harness.twilio.customer.phone(phoneOf(minute % CHATS)).map(({ body }) => body)).toContain(`out ${minute}`);
      await harness.settle(0.9);
    }
    expect(harness.time.now() - start).toBe(HOUR_MS);
    // Two reads each five seconds at most, and five calls at the beginning; without a breaker, more with more chats.
    expect(restCalls(harness, 'frontline')).toBeLessThanOrEqual(5 + 2 * 720);
    expect(harness.journal('breaker(open)').length).toBeGreaterThan(50);
    expect(new Set(harness.journal('breaker').map(({ type }) => type))).toEqual(new Set(['frontline']));
    // Each gave its side a minute and a half; then its lane waits, and every sweep says so.
    const dirty = () => harness.journal('swept').filter(({ type }) => type === 'dirty_lanes');
    expect(dirty().at(-1)?.count).toBe(CHATS);
    expect(dirty().length).toBeGreaterThan(40);

    end();
    await harness.settle(3);

    expect(harness.journal('breaker').at(-1)).toMatchObject({ type: 'frontline', reason: 'closed' });
    expect(await harness.dead('flex-events')).toEqual([]);
    for (const [n, chat] of chats.entries()) {
      const minutes = [n, n + CHATS, n + 2 * CHATS];
      const said = minutes.flatMap((minute) => [`in ${minute}`, `out ${minute}`]);
      expect(harness.said('flex', chat)).toEqual(['is anybody there?', ...said]);
      const stands = harness.said('frontline', chat);
      expect([...stands].sort()).toEqual(['is anybody there?', ...said].sort());
      expect(stands.filter((text) => text.startsWith('in '))).toEqual(minutes.map((minute) => `in ${minute}`));
    }
    const before = dirty().length;
    await harness.settle(5);
    expect(dirty()).toHaveLength(before);
  });
});

test('What is said while a side has been down for long does not lie on its queue', async () => {
  const harness = scenarioHarness();
  const chats = await chatsBySms(harness);
  const end = harness.twilio.faults.add({ fault: 'side.down', p: 1, how: '503', account: 'frontline' });
  for (const [n, chat] of chats.entries()) harness.customerWrites(chat, `early ${n}`);
  await harness.settle(2.5);
  for (const [n, chat] of chats.entries()) harness.customerWrites(chat, `late ${n}`);
  await harness.settle(0.5);
  expect((await harness.queues.counts())['flex-events'].waiting).toBe(0);
  expect(harness.journal('deferred(side_down)').length).toBeGreaterThanOrEqual(CHATS);
  end();
  await harness.settle(2);
  for (const [n, chat] of chats.entries())
    expect(harness.said('frontline', chat)).toEqual(['is anybody there?', `early ${n}`, `late ${n}`]);
});

test('while Flex is down its own webhook still gets what was said there', async () => {
  const harness = scenarioHarness();
  const chats = await chatsBySms(harness);
  const [chat] = chats;
  if (chat === undefined) throw new Error('no chat');
  const end = harness.twilio.faults.add({ fault: 'side.down', p: 1, how: '503', account: 'flex', only: 'POST chat.' });
  for (const each of chats) harness.frontlineAgentWrites(each, 'from the phone');
  await harness.settle(1);
  expect(harness.journal('breaker(open)').map(({ type }) => type)).toContain('flex');
  harness.flexAgentWrites(chat, 'from the desk');
  await harness.settle(0.1);
  expect(harness.twilio.customer.phone(phoneOf(0)).map(({ body }) => body)).toEqual(['from the desk']);
  end();
  await harness.settle(3);
  expect(harness.twilio.customer.phone(phoneOf(0)).map(({ body }) => body)).toEqual([
    'from the desk',
    'from the phone',
  ]);
});
