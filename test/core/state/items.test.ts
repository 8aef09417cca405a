import { describe, expect, test } from '@jest/globals';
import { run } from '../../../sim/run.ts';
import { TABLE } from '../../../src/contract.ts';
import { FORWARD, ITEMS, LEDGER, laneAttributes, PAIR } from '../../../src/core/state/items.ts';

const SHARED: readonly string[] = [TABLE.ttl, TABLE.list, TABLE.listOrder];

/** What a write to this key names that items.ts does not declare for it. */
const undeclared = (sk: string, names: readonly string[]): readonly string[] => {
  const kinds = ITEMS.filter((kind) => kind.sk.test(sk));
  if (kinds.length !== 1) return [`${sk} is ${kinds.length} kinds of item`];
  return names.filter((name) => !SHARED.includes(name) && !kinds[0]?.attributes.includes(name));
};

/** `… writes PK SK: NAME NAME -NAME`, a line of the simulator's diary. */
const writing = / writes .* (\S+): ([^:]*)$/;

describe('What is stored', () => {
  test('is declared in items.ts, attribute by attribute, whatever happens', async () => {
    const met = new Set<string>();
    const wrong: string[] = [];
    for (let seed = 1; seed <= 40; seed += 1)
      await run(seed, 'within', (_, line) => {
        const [, sk, names = ''] = writing.exec(line) ?? [];
        if (sk === undefined) return;
        met.add(ITEMS.find((kind) => kind.sk.test(sk))?.of ?? sk);
        wrong.push(...undeclared(sk, names.replaceAll('-', '').split(' ')));
      });
    expect(wrong).toEqual([]);
    // In so few runs chats may not end, and nothing may wait in the backlog. The stamp key is written before a
    // simulated bridge begins; no page asks for an agent; an operator is no process.
    const seldom: readonly string[] = ['the end of a channel', 'the backlog'];
    const all = new Set(ITEMS.map(({ of }) => of));
    expect([...all].filter((of) => !met.has(of) && !seldom.includes(of))).toEqual([
      'an agent who was told that somebody waits',
      'the first start',
      'the modes',
      'the stamp key',
    ]);
  });

  test('is named in words, but for the attributes that every row of the ledger and the forwarder has', () => {
    const letters = (names: readonly string[]) =>
      names.filter((name) => !/[a-z]{2}/.test(name) || name === 'st' || name === 'di');
    expect(letters(ITEMS.flatMap(({ attributes }) => attributes)).sort()).toEqual(
      [
        ...[LEDGER.state, LEDGER.copy, LEDGER.copyIndex, LEDGER.nonce],
        ...[FORWARD.state, FORWARD.leaseUntil, FORWARD.settlesAt, FORWARD.since, FORWARD.fence, FORWARD.nonce],
      ].sort(),
    );
  });

  test('has no name that stands in two places of one item', () => {
    const names = [
      ...PAIR,
      ...Object.values(laneAttributes('toFrontline')),
      ...Object.values(laneAttributes('toFlex')),
    ];
    expect(new Set(names).size).toBe(names.length);
  });
});
