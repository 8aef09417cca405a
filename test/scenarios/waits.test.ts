/** How long people wait for what comes after trouble: counted from when the bridge knows of it, without stale lists. */

import { describe, expect, test } from '@jest/globals';
import type { Fault } from '../../local-twilio/faults.ts';
import type { AccountName } from '../../local-twilio/model.ts';
import { type Chat, type ScenarioHarness, scenarioHarness } from './harness.ts';

const CHATS = 20;
const SECOND = 1_000;

const linkedChats = async (harness: ScenarioHarness): Promise<readonly Chat[]> => {
  const chats = Array.from({ length: CHATS }, (_, n) => harness.begins(`Customer ${n}`, `customer${n}`));
  await harness.settle(0.1);
  for (const chat of chats) harness.accepts(chat);
  await harness.settle(3);
  return chats;
};

const otherSide = (side: AccountName): AccountName => (side === 'flex' ? 'frontline' : 'flex');

/** A person writes into the chat on the one side; the copy is to stand on the other. */
const writes = (harness: ScenarioHarness, from: AccountName, chat: Chat, text: string) =>
  from === 'flex' ? harness.customerWrites(chat, text) : harness.frontlineAgentWrites(chat, text);

const stoodSince = (harness: ScenarioHarness, from: AccountName, chat: Chat, text: string): number => {
  const container = from === 'flex' ? harness.conversation(chat).sid : chat.channel;
  return harness.chronicle.of(container).find(({ texts }) => texts.at(-1)?.body === text)?.at ?? Number.NaN;
};

/** When the bridge knew first that a call about this message had no answer, or none that says what became of it. */
const knownSince = (harness: ScenarioHarness, sid: string): number =>
  harness.entries.find(({ entry }) => entry.step === 'retried' && entry.sids.includes(sid))?.at ?? Number.NaN;

const p95 = (waits: readonly number[]): number =>
  waits.toSorted((a, b) => a - b)[Math.ceil(waits.length * 0.95) - 1] ?? 0;

/** Each chat's next message behind one whose copy met the fault. @returns milliseconds */
const waitsBehind = async (from: AccountName, fault: Fault): Promise<readonly number[]> => {
  const harness = scenarioHarness();
  const chats = await linkedChats(harness);
  const waits: number[] = [];
  for (const chat of chats) {
    const ends = harness.twilio.faults.add({ ...fault, only: from === 'flex' ? 'POST conv' : 'POST chat' });
    const { sid } = writes(harness, from, chat, 'first');
    await harness.time.runUntil(harness.time.now() + 200);
    ends();
    writes(harness, from, chat, 'second');
    await harness.settle(2);
    waits.push(stoodSince(harness, from, chat, 'second') - knownSince(harness, sid));
    expect(harness.said(otherSide(from), chat)).toEqual(['first', 'second']);
  }
  expect(harness.twilio.faults.counts()[fault.fault]).toBe(CHATS);
  return waits;
};

describe.each(['flex', 'frontline'] as const)('a message from %s behind another one', (from) => {
  test.each(['hang', 'destroy'] as const)(
    'that was carried out and not answered (%s) waits two seconds at most',
    async (loss) => {
      expect(p95(await waitsBehind(from, { fault: 'rest.answer-lost', p: 1, loss }))).toBeLessThanOrEqual(2 * SECOND);
    },
  );

  test.each([
    ['carried out', { fault: 'rest.5xx-after', p: 1, status: 500 }],
    ['carried out within three seconds', { fault: 'rest.5xx-late', p: 1, status: 503, maxMs: 3_000 }],
    ['not carried out', { fault: 'rest.5xx-before', p: 1, status: 503 }],
  ] as const)(
    'that Twilio answered with an error of its own, and that was %s, waits twelve seconds at most',
    async (_, fault) => {
      expect(Math.max(...(await waitsBehind(from, fault)))).toBeLessThanOrEqual(12 * SECOND);
    },
  );

  test('that an edge answered for Twilio, and that was not carried out, waits until that is settled', async () => {
    const waits = await waitsBehind(from, { fault: 'rest.5xx-before', p: 1, status: 502 });
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(60 * SECOND);
    expect(Math.max(...waits)).toBeLessThanOrEqual(62 * SECOND);
  });
});

const ROUNDS = 12;
/** Half of the chats are quiet until it is known that the side is away. */
const firstRound = (number: number): number => (number % 2 === 0 ? 0 : 3);
const roundsOf = (number: number): readonly string[] =>
  Array.from({ length: ROUNDS }, (_, n) => `${n}`).slice(firstRound(number));

/** One minute in which the side is away and people write on the other. @returns their chats, and when it ended */
const awayForAMinute = async (harness: ScenarioHarness, side: AccountName, how: '503' | 'hang' | 'destroy' | '429') => {
  const chats = await linkedChats(harness);
  const back = harness.twilio.faults.add(
    how === '429' ? { fault: 'rest.429', p: 1, account: side } : { fault: 'side.down', p: 1, how, account: side },
  );
  for (let n = 0; n < ROUNDS; n += 1) {
    for (const [number, chat] of chats.entries())
      if (n >= firstRound(number)) writes(harness, otherSide(side), chat, `${n}`);
    await harness.time.runUntil(harness.time.now() + 5 * SECOND);
  }
  back();
  return { chats, end: harness.time.now() };
};

/** A create of this chat was under way and had no answer: that it was not carried out nobody knows before SETTLE. */
const isInDoubt = (harness: ScenarioHarness, chat: Chat): boolean => {
  const { channel } = chat;
  const { sid } = harness.conversation(chat);
  return harness.entries.some(
    ({ entry: { step, reason, sids } }) =>
      step === 'retried' && reason === 'outcome_unknown' && sids.some((one) => one === channel || one === sid),
  );
};

describe.each(['flex', 'frontline'] as const)('when %s was away for a minute', (side) => {
  test.each(['503', 'hang', 'destroy', '429'] as const)(
    'its chats are level 15 seconds after that (%s)',
    async (how) => {
      const harness = scenarioHarness();
      const { chats, end } = await awayForAMinute(harness, side, how);
      await harness.settle(3);
      const waitOf = (chat: Chat) => stoodSince(harness, otherSide(side), chat, `${ROUNDS - 1}`) - end;
      const inDoubt = how === 'hang' || how === 'destroy' ? chats.filter((chat) => isInDoubt(harness, chat)) : [];
      const others = chats.filter((chat) => !inDoubt.includes(chat));
      expect(others.length).toBeGreaterThanOrEqual(CHATS / 2);
      expect(Math.max(...others.map(waitOf))).toBeLessThanOrEqual(15 * SECOND);
      // SETTLE from a call's time-out, which was within the first quarter of a minute.
      expect(Math.max(0, ...inDoubt.map(waitOf))).toBeLessThanOrEqual(25 * SECOND);
      for (const [number, chat] of chats.entries()) expect(harness.said(side, chat)).toEqual(roundsOf(number));
    },
  );
});
