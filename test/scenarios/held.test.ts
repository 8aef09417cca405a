import { describe, expect, test } from '@jest/globals';
import { scenarioHarness } from './harness.ts';

const HALF_A_SECOND = 1 / 120;
const MESSAGES = 260;

/** A customer's program that answers every message at once, for ever. */
const loopingChat = async () => {
  const harness = scenarioHarness();
  const chat = await harness.linkedChat();
  const said: string[] = [];
  for (let n = 1; n <= MESSAGES; n += 1) {
    said.push(`automatic ${n}`);
    harness.customerWrites(chat, `automatic ${n}`);
    await harness.settle(HALF_A_SECOND);
  }
  return { harness, chat, said };
};

describe('a pair that writes faster than people can', () => {
  test('is held: nothing crosses any more, and the journal says so', async () => {
    const { harness, chat, said } = await loopingChat();
    await harness.settle(10);

    expect(harness.journal('deferred(held)').length).toBeGreaterThan(0);
    const crossed = harness.said('frontline', chat);
    expect(crossed.length).toBeLessThan(said.length);
    expect(crossed).toEqual(said.slice(0, crossed.length));
  });

  test('holds up no other chat', async () => {
    const { harness } = await loopingChat();
    const other = await harness.linkedChat();
    harness.customerWrites(other, 'hello');
    await harness.settle(0.5);

    expect(harness.said('frontline', other)).toEqual(['hello']);
  });

  test('is brought up to date after half an hour, everything once and in order', async () => {
    const { harness, chat, said } = await loopingChat();
    await harness.settle(40);

    expect(harness.said('frontline', chat)).toEqual(said);
    harness.customerWrites(chat, 'a person again');
    await harness.settle(0.5);
    expect(harness.said('frontline', chat)).toEqual([...said, 'a person again']);
  });

  test('is not: a lively chat, nor one whose history was long', async () => {
    const harness = scenarioHarness();
    const chat = harness.begins();
    for (let n = 1; n <= 230; n += 1) {
      harness.customerWrites(chat, `long ago ${n}`);
      await harness.settle(1 / 600);
    }
    harness.accepts(chat);
    await harness.settle(5);
    for (let n = 1; n <= 200; n += 1) {
      harness.customerWrites(chat, `question ${n}`);
      await harness.settle(HALF_A_SECOND);
      harness.frontlineAgentWrites(chat, `answer ${n}`);
      await harness.settle(HALF_A_SECOND);
    }
    await harness.settle(1);

    expect(harness.journal('deferred(held)')).toEqual([]);
    expect(harness.said('frontline', chat)).toHaveLength(630);
    expect(harness.said('flex', chat)).toHaveLength(630);
  });
});
