import { describe, expect, test } from '@jest/globals';
import { newcomersAmong } from '../../../src/core/chats/newcomers.ts';
import { SURELY_VISIBLE_MS } from '../../../src/core/model/times.ts';

const ann = {
  identity: 'ann_40example_2Ecom',
  reservation: `WR${'1'.repeat(32)}`,
  task: `WT${'1'.repeat(32)}`,
  worker: `WK${'1'.repeat(32)}`,
} as const;
const NOW = 1_000_000_000;
const among = (identities: readonly string[], wentAt: ReadonlyMap<string, number> = new Map()) =>
  newcomersAmong(
    { agents: [ann], customer: 'jo', wentAt },
    identities.map((identity) => ({ identity })),
    NOW,
  );

describe('who has come into the conversation', () => {
  test('is neither its customer, nor an agent whom Flex spells otherwise, nor a phone', () => {
    expect(among(['jo', 'ann@example.com', ''])).toEqual([]);
  });

  test('is everybody else, be it a supervisor: who he is others tell', () => {
    expect(among(['jo', 'ben@example.com', 'bot'])).toEqual([
      { identity: 'ben@example.com', mayBeGone: false },
      { identity: 'bot', mayBeGone: false },
    ]);
  });

  test('may be one who has just gone, while a list may be behind', () => {
    const went = (ago: number) => among(['ben@example.com'], new Map([['ben_40example_2Ecom', NOW - ago]]));
    expect(went(SURELY_VISIBLE_MS - 1)).toEqual([{ identity: 'ben@example.com', mayBeGone: true }]);
    expect(went(SURELY_VISIBLE_MS)).toEqual([{ identity: 'ben@example.com', mayBeGone: false }]);
  });
});
