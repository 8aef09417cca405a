import { describe, expect, test } from '@jest/globals';
import { AGENTS } from '../../../local-twilio/defaults.ts';
import { findPair } from '../../../src/core/operate/find.ts';
import { releasePair, repairPair } from '../../../src/core/operate/repair.ts';
import { concerns, readStatus } from '../../../src/core/operate/status.ts';
import { onList, pairKey } from '../../../src/core/state/items.ts';
import { setMode } from '../../../src/core/state/modes.ts';
import type { Pair } from '../../../src/core/state/pair.ts';
import { type OperatorHarness, operatorHarness } from './harness.ts';

const pairOf = async (harness: OperatorHarness, sid: string): Promise<Pair> => {
  const pair = await findPair(harness.operator.store, sid);
  if (pair === undefined) throw new Error('no pair');
  return pair;
};

const repaired = async (harness: OperatorHarness, sid: string) => {
  const pair = await pairOf(harness, sid);
  return harness.during(repairPair(harness.operator, pair, { full: false, waitMs: 60_000 }));
};

/** What the bridge hears nothing of. */
const unheard = (harness: OperatorHarness, happens: () => void): void => {
  const end = harness.twilio.faults.add({ fault: 'webhook.lost', p: 1 });
  happens();
  end();
};

const clean = [
  { lane: 'toFrontline', verdict: 'clean' },
  { lane: 'toFlex', verdict: 'clean' },
];

describe('repair', () => {
  test('says clean of a chat whose ends agree', async () => {
    const harness = operatorHarness();
    const { channelSid } = await harness.linkedChat();
    harness.twilio.customer.writes(channelSid, 'hello');
    await harness.pass(2_000);
    expect(await repaired(harness, channelSid)).toEqual(clean);
  });

  test('finds a message whose webhook was lost, from either side’s SID, and only once', async () => {
    const harness = operatorHarness();
    const { channelSid, conversationSid } = await harness.linkedChat();
    const end = harness.twilio.faults.add({ fault: 'webhook.lost', p: 1 });
    harness.twilio.customer.writes(channelSid, 'lost');
    await harness.pass(2_000);
    end();
    expect(harness.told('frontline', conversationSid)).toEqual([]);
    expect(await repaired(harness, conversationSid)).toEqual([
      { lane: 'toFrontline', verdict: 'repaired', repaired: 1 },
      { lane: 'toFlex', verdict: 'clean' },
    ]);
    expect(harness.told('frontline', conversationSid)).toEqual(['lost']);
    expect(await repaired(harness, channelSid)).toEqual(clean);
  });

  test('finds the chat by a message on either side, be it the source or the copy, and by a notice', async () => {
    const harness = operatorHarness();
    const { twilio, operator } = harness;
    const { channelSid, conversationSid } = await harness.linkedChat();
    twilio.faults.add({ fault: 'content.refused', p: 1, holds: 'poison' });
    for (const text of ['hello', 'poison']) twilio.customer.writes(channelSid, text);
    twilio.frontlineAgent.writes(AGENTS.ann.email, conversationSid, 'hi');
    await harness.pass(60_000);
    const all = [
      ...twilio.reads.transcript('flex', channelSid),
      ...twilio.reads.transcript('frontline', conversationSid),
    ];
    // Two texts and their copies; one that was refused, and the notice of it.
    expect(all).toHaveLength(6);
    for (const { sid } of all) expect((await findPair(operator.store, sid))?.flex).toBe(channelSid);
    expect(await findPair(operator.store, `IM${'ab'.repeat(16)}`)).toBeUndefined();
  });

  test.each([false, true])(
    'of a removal that is too young to tell says so, and when to come again (full: %s)',
    async (full) => {
      const harness = operatorHarness();
      const { channelSid, conversationSid } = await harness.linkedChat();
      const { sid } = harness.twilio.customer.writes(channelSid, 'oh no');
      await harness.pass(2_000);
      unheard(harness, () => harness.twilio.customer.deletes(channelSid, sid));
      const ask = async () =>
        harness.during(repairPair(harness.operator, await pairOf(harness, channelSid), { full, waitMs: 60_000 }));
      const [lane] = await ask();
      expect(lane).toMatchObject({ lane: 'toFrontline', verdict: 'unsure', repaired: 0 });
      expect(harness.told('frontline', conversationSid)).toEqual(['oh no']);
      const again = lane?.verdict === 'unsure' ? lane.again : 0;
      expect(again).toBeGreaterThan(harness.time.now());
      expect(again).toBeLessThanOrEqual(harness.time.now() + 120_000);

      await harness.time.runUntil(again + 1);
      expect(await ask()).toMatchObject([{ verdict: 'repaired', repaired: 1 }, { verdict: 'clean' }]);
      expect(harness.told('frontline', conversationSid)).toEqual([]);
    },
  );

  test('of a message that no list shows yet does not say clean', async () => {
    const harness = operatorHarness();
    const { channelSid } = await harness.linkedChat();
    unheard(harness, () => {
      const { sid } = harness.twilio.customer.writes(channelSid, 'gone at once');
      harness.twilio.customer.writes(channelSid, 'stays');
      harness.twilio.customer.deletes(channelSid, sid);
    });
    expect(await repaired(harness, channelSid)).toMatchObject([
      { lane: 'toFrontline', verdict: 'unsure', repaired: 1 },
      { lane: 'toFlex', verdict: 'clean' },
    ]);
  });

  test('counts what all its runs brought over, not the last one alone', async () => {
    const harness = operatorHarness();
    const { channelSid, conversationSid } = await harness.linkedChat();
    const texts = Array.from({ length: 400 }, (_, n) => `lost ${n}`);
    unheard(harness, () => {
      for (const text of texts) harness.twilio.customer.writes(channelSid, text);
    });
    const pair = await pairOf(harness, channelSid);
    const lanes = await harness.during(repairPair(harness.operator, pair, { full: false, waitMs: 600_000 }));
    expect(harness.told('frontline', conversationSid)).toEqual(texts);
    expect(harness.journal().filter(({ step, type }) => step === 'retried' && type === 'reconcile')).not.toEqual([]);
    expect(lanes).toEqual([
      { lane: 'toFrontline', verdict: 'repaired', repaired: 400 },
      { lane: 'toFlex', verdict: 'clean' },
    ]);
  });

  test('does not call clean what an earlier run of it repaired before it met trouble', async () => {
    const harness = operatorHarness();
    const { channelSid, conversationSid } = await harness.linkedChat();
    const { sid } = harness.twilio.customer.writes(channelSid, 'first');
    await harness.pass(2_000);
    unheard(harness, () => {
      harness.twilio.customer.edits(channelSid, sid, 'first, corrected');
      harness.twilio.customer.writes(channelSid, 'lost');
    });
    let losses = 0;
    harness.meddle((_, body) => (body === 'first, corrected' && losses++ === 0 ? 'lost' : undefined));
    expect(await repaired(harness, channelSid)).toEqual([
      { lane: 'toFrontline', verdict: 'repaired', repaired: 2 },
      { lane: 'toFlex', verdict: 'clean' },
    ]);
    expect(harness.told('frontline', conversationSid)).toEqual(['first, corrected', 'lost']);
  });

  test('never says clean of what it could not see', async () => {
    const harness = operatorHarness();
    const { channelSid } = await harness.linkedChat();
    harness.twilio.faults.add({ fault: 'side.down', p: 1, how: '503', account: 'flex' });
    const lanes = await harness.during(
      repairPair(harness.operator, await pairOf(harness, channelSid), { full: false, waitMs: 5_000 }),
    );
    expect(lanes.map(({ verdict }) => verdict)).toEqual(['not_compared', 'not_compared']);
  });

  const bothClosed = [
    { lane: 'toFrontline', verdict: 'not_compared', reason: 'closed' },
    { lane: 'toFlex', verdict: 'not_compared', reason: 'closed' },
  ];

  /** The chat has ended. @param remove what its pair does not say any more */
  const close = async (harness: OperatorHarness, channelSid: string, remove: readonly string[] = []): Promise<void> => {
    const { id } = await pairOf(harness, channelSid);
    const nonce = ['n', 'closed'] as const;
    await harness.operator.store.write(pairKey(id), { when: [], set: { state: 'closed' }, remove, nonce });
  };

  test('names why it did not compare', async () => {
    const harness = operatorHarness();
    const { channelSid } = await harness.linkedChat();
    await close(harness, channelSid);
    expect(await repaired(harness, channelSid)).toEqual(bothClosed);
  });

  test('says that the chat has ended of one that ended before it was linked, and links it no more', async () => {
    const harness = operatorHarness();
    const { channelSid } = await harness.linkedChat();
    await close(harness, channelSid, ['linked']);
    const told = harness.journal().length;
    expect(await repaired(harness, channelSid)).toEqual(bothClosed);
    expect(harness.journal().slice(told)).toEqual([]);
  });

  test.each(['off', 'read_only'] as const)(
    'says that nothing is written now of a chat whose link waits for that: %s',
    async (mode) => {
      const harness = operatorHarness();
      await setMode(harness.operator, mode, ['toFrontline']);
      const { channelSid, taskSid } = harness.twilio.customer.beginWebChat({ name: 'Jo', identity: 'jo' });
      const { reservationSid } = harness.twilio.flexAgent.isOffered(AGENTS.ann.flexWorkerSid, taskSid);
      harness.twilio.flexAgent.accepts(reservationSid);
      await harness.pass(40_000);
      expect(await repaired(harness, channelSid)).toEqual([
        { lane: 'toFrontline', verdict: 'not_compared', reason: mode },
        { lane: 'toFlex', verdict: 'not_compared', reason: mode },
      ]);
    },
  );

  test('waits for nobody when no bridge runs', async () => {
    const harness = operatorHarness();
    const { channelSid } = await harness.linkedChat();
    const alone = { ...harness.operator, consumed: false };
    const lanes = await repairPair(alone, await pairOf(harness, channelSid), { full: false, waitMs: 60_000 });
    expect(lanes).toMatchObject([
      { verdict: 'not_compared', reason: 'bridge_not_running' },
      { verdict: 'not_compared', reason: 'bridge_not_running' },
    ]);
  });

  test('knows no pair of a SID that it has never seen', async () => {
    const harness = operatorHarness();
    await harness.linkedChat();
    expect(await findPair(harness.operator.store, `CH${'0'.repeat(32)}` as const)).toBeUndefined();
    expect(await findPair(harness.operator.store, `XX${'0'.repeat(32)}`)).toBeUndefined();
  });

  test('finds a pair by its task, and by a message that crossed or was parked', async () => {
    const harness = operatorHarness();
    const { channelSid, taskSid } = await harness.linkedChat();
    const crossed = harness.twilio.customer.writes(channelSid, 'hello').sid;
    await harness.pass(2_000);
    expect((await pairOf(harness, crossed)).flex).toBe(channelSid);
    harness.meddle(() => ({ code: 50504 }));
    const { sid } = harness.twilio.customer.writes(channelSid, 'too long');
    await harness.pass(2_000);
    expect((await pairOf(harness, sid)).flex).toBe(channelSid);
    expect((await pairOf(harness, taskSid)).flex).toBe(channelSid);
  });
});

describe('release', () => {
  const hold = async (harness: OperatorHarness, pair: Pair) => {
    await harness.operator.store.write(pairKey(pair.id), {
      when: [],
      set: { heldUntil: harness.time.now() + 1_800_000, ...onList('due', pair.id) },
      nonce: ['n', 'held'],
    });
  };

  test('lets a held pair go on at once, and marks it for the sweep', async () => {
    const harness = operatorHarness();
    const { channelSid } = await harness.linkedChat();
    const pair = await pairOf(harness, channelSid);
    await hold(harness, pair);
    expect((await readStatus(harness.operator)).pairs.held).toMatchObject([{ container: channelSid }]);
    expect(await releasePair(harness.operator, pair)).toBe(true);
    expect((await readStatus(harness.operator)).pairs).toMatchObject({ held: [], waiting: 1 });
  });

  test('says so when the pair is not held', async () => {
    const harness = operatorHarness();
    const { channelSid } = await harness.linkedChat();
    expect(await releasePair(harness.operator, await pairOf(harness, channelSid))).toBe(false);
  });
});

describe('status', () => {
  test('counts the lanes of a held pair as held, not as waiting for their side', async () => {
    const harness = operatorHarness();
    const { channelSid } = await harness.linkedChat();
    const { id } = await pairOf(harness, channelSid);
    const until = harness.time.now() + 1_800_000;
    await harness.operator.store.write(pairKey(id), {
      when: [],
      set: { heldUntil: until, fl_dirtyUpTo: 70, fl_dirtySince: harness.time.now(), ...onList('due', id) },
      nonce: ['n', 'held'],
    });
    const seen = await readStatus(harness.operator);
    expect(seen.lanes).toMatchObject({ dirty: 0, dirtySince: undefined });
    expect(concerns(seen)).toEqual(['held pairs']);
    await harness.time.runUntil(until + 1);
    expect(concerns(await readStatus(harness.operator))).toEqual(['dirty lanes']);
  });

  test('has no concern when all is well', async () => {
    const harness = operatorHarness({ swept: true });
    const { channelSid } = await harness.linkedChat();
    harness.twilio.customer.writes(channelSid, 'hello');
    await harness.pass(180_000);
    const seen = await readStatus(harness.operator);
    expect(concerns(seen)).toEqual([]);
    expect(seen).toMatchObject({ lanes: { dirty: 0 }, parked: { total: 0, byReason: {} }, pairs: { waiting: 0 } });
  });

  test('counts what is parked by reason, and since when', async () => {
    const harness = operatorHarness();
    const { channelSid } = await harness.linkedChat();
    harness.meddle((_, body) => (body.startsWith('bad') ? { code: 50504 } : undefined));
    for (const text of ['bad 1', 'good', 'bad 2']) {
      harness.twilio.customer.writes(channelSid, text);
      await harness.pass(2_000);
    }
    const seen = await readStatus(harness.operator);
    expect(seen.parked).toMatchObject({ total: 2, byReason: { refused: 2 } });
    expect(seen.parked.oldestAt).toBeLessThan(harness.time.now() - 3_000);
    expect(seen.queues['flex-events'].dead).toBe(2);
    expect(concerns(seen)).toEqual(['parked', 'dead letters']);
  });

  test('shows lanes that are dirty because their side was down, and since when', async () => {
    const harness = operatorHarness();
    const { channelSid } = await harness.linkedChat();
    harness.twilio.faults.add({ fault: 'side.down', p: 1, how: '503', account: 'frontline' });
    harness.twilio.customer.writes(channelSid, 'hello');
    await harness.pass(20 * 60_000);
    const seen = await readStatus(harness.operator);
    expect(seen.lanes.dirty).toBe(1);
    expect(seen.lanes.dirtySince).toBeLessThan(harness.time.now());
    expect(concerns(seen)).toEqual(['dirty lanes']);
  });
});
