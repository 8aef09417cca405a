/** A chat whose end never comes: after a month of silence it is compared no more, until something is said in it. */
import { describe, expect, test } from '@jest/globals';
import { createMemoryStore } from '../../src/adapters/memory/store.ts';
import { pairId, pairKey, registryKey } from '../../src/core/state/items.ts';
import { AGENTS, type Chat, type ScenarioHarness, scenarioHarness } from './harness.ts';

const DAY = 24 * 60;
const lost = { fault: 'webhook.lost', p: 1 } as const;

/** Nothing happens for so many days: the sweeps would only find so. */
const daysOfSilence = async (harness: ScenarioHarness, days: number): Promise<void> => {
  harness.setSweeps(false);
  await harness.settle(days * DAY);
  harness.setSweeps(true);
};
const listed = async ({ store }: ScenarioHarness) => ({
  active: (await store.list('active', { limit: 10 })).items.length,
  quiet: (await store.list('quiet', { limit: 10 })).items.length,
});
const pairOf = ({ store }: ScenarioHarness, { channel }: Chat) => store.get(pairKey(pairId('flex', channel)));

const atRest = async (): Promise<{ readonly harness: ScenarioHarness; readonly chat: Chat }> => {
  const harness = scenarioHarness();
  const chat = await harness.linkedChat();
  harness.customerWrites(chat, 'hello');
  await harness.settle(1);
  await daysOfSilence(harness, 2);
  await harness.settle(6);
  expect(await listed(harness)).toEqual({ active: 0, quiet: 1 });
  await daysOfSilence(harness, 29);
  await harness.settle(3);
  return { harness, chat };
};

describe('a chat that has been silent for a month', () => {
  test('stands in no list of the sweep, and costs it no read', async () => {
    const { harness } = await atRest();
    expect(await listed(harness)).toEqual({ active: 0, quiet: 0 });
    const before = harness.calls();
    await harness.settle(5);
    expect(harness.calls()['flex GET chat.messages']).toBe(before['flex GET chat.messages']);
  });

  test('is compared until then', async () => {
    const harness = scenarioHarness();
    await harness.linkedChat();
    await daysOfSilence(harness, 28);
    await harness.settle(8);
    expect(await listed(harness)).toEqual({ active: 0, quiet: 1 });
  });

  test('goes on when somebody writes, and is kept and compared as before', async () => {
    const { harness, chat } = await atRest();
    harness.customerWrites(chat, 'are you there?');
    await harness.settle(1);
    harness.frontlineAgentWrites(chat, 'I am');
    await harness.settle(1);

    expect(harness.said('frontline', chat)).toEqual(['hello', 'are you there?', 'I am']);
    expect(harness.said('flex', chat)).toEqual(['hello', 'are you there?', 'I am']);
    expect(await listed(harness)).toEqual({ active: 1, quiet: 0 });
    expect((await pairOf(harness, chat))?.ttl).toBeUndefined();
    expect((await harness.store.get(registryKey(pairId('flex', chat.channel))))?.ttl).toBeUndefined();
    // A lost webhook is found again.
    const end = harness.twilio.faults.add(lost);
    harness.customerWrites(chat, 'good');
    end();
    await harness.settle(6);
    expect(harness.said('frontline', chat).at(-1)).toBe('good');
  });

  test('goes on, too, when the first webhook is lost and the next one has both compared', async () => {
    const { harness, chat } = await atRest();
    const end = harness.twilio.faults.add(lost);
    harness.customerWrites(chat, 'hello again');
    end();
    harness.customerWrites(chat, 'are you there?');
    await harness.settle(1);
    expect(harness.said('frontline', chat)).toEqual(['hello', 'hello again', 'are you there?']);
    expect(await listed(harness)).toEqual({ active: 1, quiet: 0 });
  });

  test('is looked at a last time: an end that no list in bulk shows is carried over', async () => {
    const harness = scenarioHarness();
    const chat = await harness.linkedChat();
    await daysOfSilence(harness, 2);
    await harness.settle(6);
    harness.twilio.faults.add(lost);
    harness.twilio.faults.add({ fault: 'rest.5xx-before', status: 500, p: 1, only: 'GET conversations.conversations' });
    harness.setSweeps(false);
    harness.twilio.frontlineAgent.closes(AGENTS.ann.email, harness.conversation(chat).sid);
    await daysOfSilence(harness, 29);
    await harness.settle(5);
    expect((await pairOf(harness, chat))?.state).toBe('closed');
    expect(JSON.parse(harness.twilio.reads.container('flex', chat.channel)?.attributes ?? '{}').status).toBe(
      'INACTIVE',
    );
  });

  test('is forgotten after half a year more; accepted again, it goes on in a conversation of its own', async () => {
    const { harness, chat } = await atRest();
    const before = harness.conversation(chat).sid;
    await daysOfSilence(harness, 181);
    expect(await pairOf(harness, chat)).toBeUndefined();
    harness.accepts(chat);
    await harness.settle(3);

    expect(harness.twilio.reads.container('frontline', before)?.state).toBe('closed');
    expect(harness.conversation(chat).sid).not.toBe(before);
    expect(harness.said('frontline', chat)).toEqual(['hello']);
    expect(harness.said('flex', chat)).toEqual(['hello']);
  });
});

describe('a chat that has ended', () => {
  test('is forgotten a month later, with its conversation’s name', async () => {
    const harness = scenarioHarness();
    const chat = await harness.linkedChat();
    harness.twilio.flexAgent.endsChat(AGENTS.ann.flexWorkerSid, chat.channel);
    await harness.settle(3);
    const keys = [
      pairKey(pairId('flex', chat.channel)),
      pairKey(pairId('frontline', harness.conversation(chat).sid as `CH${string}`)),
      registryKey(pairId('flex', chat.channel)),
    ];
    const standing = async () => (await Promise.all(keys.map(harness.store.get))).map((item) => item !== undefined);
    await daysOfSilence(harness, 29);
    expect(await standing()).toEqual([true, true, true]);
    await daysOfSilence(harness, 2);
    expect(await standing()).toEqual([false, false, false]);
  });
});

test('The store in memory forgets an item as soon as its time is over, and only then', async () => {
  let now = 1_000_000;
  const store = createMemoryStore({ now: () => now });
  const key = { pk: 'a', sk: 'b' };
  const change = {
    when: [['lacks', 'pk']],
    set: { ttl: 1_001, list: 'due', listOrder: 'a' },
    nonce: ['n', '1'],
  } as const;
  expect((await store.write(key, change)).ok).toBe(true);
  now = 1_000_999;
  expect((await store.list('due', { limit: 5 })).items).toHaveLength(1);
  now = 1_001_000;
  expect(await store.get(key)).toBeUndefined();
  expect((await store.list('due', { limit: 5 })).items).toEqual([]);
  expect((await store.listUnder('a', { prefix: '', limit: 5 })).items).toEqual([]);
  expect((await store.write(key, { ...change, nonce: ['n', '2'] })).ok).toBe(true);
});
