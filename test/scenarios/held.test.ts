import { describe, expect, test } from '@jest/globals';
import { openStage } from './stage.ts';

const HALF_A_SECOND = 1 / 120;
const MESSAGES = 260;

/** A customer's program that answers every message at once, for ever. */
const loopingChat = async () => {
  const stage = openStage();
  const chat = await stage.linkedChat();
  const said: string[] = [];
  for (let n = 1; n <= MESSAGES; n += 1) {
    said.push(`automatic ${n}`);
    stage.customerWrites(chat, `automatic ${n}`);
    await stage.settle(HALF_A_SECOND);
  }
  return { stage, chat, said };
};

describe('a pair that writes faster than people can', () => {
  test('is held: nothing crosses any more, and the journal says so', async () => {
    const { stage, chat, said } = await loopingChat();
    await stage.settle(10);

    expect(stage.journal('deferred(held)').length).toBeGreaterThan(0);
    const crossed = stage.said('frontline', chat);
    expect(crossed.length).toBeLessThan(said.length);
    expect(crossed).toEqual(said.slice(0, crossed.length));
  });

  test('holds up no other chat', async () => {
    const { stage } = await loopingChat();
    const other = await stage.linkedChat();
    stage.customerWrites(other, 'hello');
    await stage.settle(0.5);

    expect(stage.said('frontline', other)).toEqual(['hello']);
  });

  test('is brought up to date after half an hour, everything once and in order', async () => {
    const { stage, chat, said } = await loopingChat();
    await stage.settle(40);

    expect(stage.said('frontline', chat)).toEqual(said);
    stage.customerWrites(chat, 'a person again');
    await stage.settle(0.5);
    expect(stage.said('frontline', chat)).toEqual([...said, 'a person again']);
  });

  test('is not: a lively chat, nor one whose history was long', async () => {
    const stage = openStage();
    const chat = stage.begins();
    for (let n = 1; n <= 230; n += 1) {
      stage.customerWrites(chat, `long ago ${n}`);
      await stage.settle(1 / 600);
    }
    stage.accepts(chat);
    await stage.settle(5);
    for (let n = 1; n <= 200; n += 1) {
      stage.customerWrites(chat, `question ${n}`);
      await stage.settle(HALF_A_SECOND);
      stage.frontlineAgentWrites(chat, `answer ${n}`);
      await stage.settle(HALF_A_SECOND);
    }
    await stage.settle(1);

    expect(stage.journal('deferred(held)')).toEqual([]);
    expect(stage.said('frontline', chat)).toHaveLength(630);
    expect(stage.said('flex', chat)).toHaveLength(630);
  });
});
