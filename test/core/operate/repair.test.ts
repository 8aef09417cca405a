import { describe, expect, test } from '@jest/globals';
import { findPair } from '../../../src/core/operate/find.ts';
import { releasePair, repairPair } from '../../../src/core/operate/repair.ts';
import { concerns, readStatus } from '../../../src/core/operate/status.ts';
import { onList, pairKey } from '../../../src/core/state/items.ts';
import type { Pair } from '../../../src/core/state/pair.ts';
import { type Office, openOffice } from './office.ts';

const pairOf = async (office: Office, sid: string): Promise<Pair> => {
  const pair = await findPair(office.operator.store, sid);
  if (pair === undefined) throw new Error('no pair');
  return pair;
};

const repaired = async (office: Office, sid: string) => {
  const pair = await pairOf(office, sid);
  return office.during(repairPair(office.operator, pair, { full: false, waitMs: 60_000 }));
};

/** What the bridge hears nothing of. */
const unheard = (office: Office, happens: () => void): void => {
  const end = office.twilio.faults.add({ fault: 'webhook.lost', p: 1 });
  happens();
  end();
};

const clean = [
  { lane: 'toFrontline', verdict: 'clean' },
  { lane: 'toFlex', verdict: 'clean' },
];

describe('repair', () => {
  test('says clean of a chat whose ends agree', async () => {
    const office = openOffice();
    const { channelSid } = await office.linkedChat();
    office.twilio.customer.writes(channelSid, 'hello');
    await office.pass(2_000);
    expect(await repaired(office, channelSid)).toEqual(clean);
  });

  test('finds a message whose webhook was lost, from either side’s SID, and only once', async () => {
    const office = openOffice();
    const { channelSid, conversationSid } = await office.linkedChat();
    const end = office.twilio.faults.add({ fault: 'webhook.lost', p: 1 });
    office.twilio.customer.writes(channelSid, 'lost');
    await office.pass(2_000);
    end();
    expect(office.told('frontline', conversationSid)).toEqual([]);
    expect(await repaired(office, conversationSid)).toEqual([
      { lane: 'toFrontline', verdict: 'repaired', repaired: 1 },
      { lane: 'toFlex', verdict: 'clean' },
    ]);
    expect(office.told('frontline', conversationSid)).toEqual(['lost']);
    expect(await repaired(office, channelSid)).toEqual(clean);
  });

  test.each([false, true])(
    'of a removal that is too young to tell says so, and when to come again (full: %s)',
    async (full) => {
      const office = openOffice();
      const { channelSid, conversationSid } = await office.linkedChat();
      const { sid } = office.twilio.customer.writes(channelSid, 'oh no');
      await office.pass(2_000);
      unheard(office, () => office.twilio.customer.deletes(channelSid, sid));
      const ask = async () =>
        office.during(repairPair(office.operator, await pairOf(office, channelSid), { full, waitMs: 60_000 }));
      const [lane] = await ask();
      expect(lane).toMatchObject({ lane: 'toFrontline', verdict: 'unsure', repaired: 0 });
      expect(office.told('frontline', conversationSid)).toEqual(['oh no']);
      const again = lane?.verdict === 'unsure' ? lane.again : 0;
      expect(again).toBeGreaterThan(office.time.now());
      expect(again).toBeLessThanOrEqual(office.time.now() + 120_000);

      await office.time.runUntil(again + 1);
      expect(await ask()).toMatchObject([{ verdict: 'repaired', repaired: 1 }, { verdict: 'clean' }]);
      expect(office.told('frontline', conversationSid)).toEqual([]);
    },
  );

  test('of a message that no list shows yet does not say clean', async () => {
    const office = openOffice();
    const { channelSid } = await office.linkedChat();
    unheard(office, () => {
      const { sid } = office.twilio.customer.writes(channelSid, 'gone at once');
      office.twilio.customer.writes(channelSid, 'stays');
      office.twilio.customer.deletes(channelSid, sid);
    });
    expect(await repaired(office, channelSid)).toMatchObject([
      { lane: 'toFrontline', verdict: 'unsure', repaired: 1 },
      { lane: 'toFlex', verdict: 'clean' },
    ]);
  });

  test('counts what all its runs brought over, not the last one alone', async () => {
    const office = openOffice();
    const { channelSid, conversationSid } = await office.linkedChat();
    const texts = Array.from({ length: 400 }, (_, n) => `lost ${n}`);
    unheard(office, () => {
      for (const text of texts) office.twilio.customer.writes(channelSid, text);
    });
    const pair = await pairOf(office, channelSid);
    const lanes = await office.during(repairPair(office.operator, pair, { full: false, waitMs: 600_000 }));
    expect(office.told('frontline', conversationSid)).toEqual(texts);
    expect(office.journal().filter(({ step, type }) => step === 'retried' && type === 'reconcile')).not.toEqual([]);
    expect(lanes).toEqual([
      { lane: 'toFrontline', verdict: 'repaired', repaired: 400 },
      { lane: 'toFlex', verdict: 'clean' },
    ]);
  });

  test('does not call clean what an earlier run of it repaired before it met trouble', async () => {
    const office = openOffice();
    const { channelSid, conversationSid } = await office.linkedChat();
    const { sid } = office.twilio.customer.writes(channelSid, 'first');
    await office.pass(2_000);
    unheard(office, () => {
      office.twilio.customer.edits(channelSid, sid, 'first, corrected');
      office.twilio.customer.writes(channelSid, 'lost');
    });
    let losses = 0;
    office.meddle((_, body) => (body === 'first, corrected' && losses++ === 0 ? 'lost' : undefined));
    expect(await repaired(office, channelSid)).toEqual([
      { lane: 'toFrontline', verdict: 'repaired', repaired: 2 },
      { lane: 'toFlex', verdict: 'clean' },
    ]);
    expect(office.told('frontline', conversationSid)).toEqual(['first, corrected', 'lost']);
  });

  test('never says clean of what it could not see', async () => {
    const office = openOffice();
    const { channelSid } = await office.linkedChat();
    office.twilio.faults.add({ fault: 'side.down', p: 1, how: '503', account: 'flex' });
    const lanes = await office.during(
      repairPair(office.operator, await pairOf(office, channelSid), { full: false, waitMs: 5_000 }),
    );
    expect(lanes.map(({ verdict }) => verdict)).toEqual(['not_compared', 'not_compared']);
  });

  test('names why it did not compare', async () => {
    const office = openOffice();
    const { channelSid } = await office.linkedChat();
    const pair = await pairOf(office, channelSid);
    await office.operator.store.write(pairKey(pair.id), { when: [], set: { state: 'closed' }, nonce: ['n', 'closed'] });
    expect(await repaired(office, channelSid)).toEqual([
      { lane: 'toFrontline', verdict: 'not_compared', reason: 'closed' },
      { lane: 'toFlex', verdict: 'not_compared', reason: 'closed' },
    ]);
  });

  test('waits for nobody when no bridge runs', async () => {
    const office = openOffice();
    const { channelSid } = await office.linkedChat();
    const alone = { ...office.operator, consumed: false };
    const lanes = await repairPair(alone, await pairOf(office, channelSid), { full: false, waitMs: 60_000 });
    expect(lanes).toMatchObject([
      { verdict: 'not_compared', reason: 'bridge_not_running' },
      { verdict: 'not_compared', reason: 'bridge_not_running' },
    ]);
  });

  test('knows no pair of a SID that it has never seen', async () => {
    const office = openOffice();
    await office.linkedChat();
    expect(await findPair(office.operator.store, `CH${'0'.repeat(32)}` as const)).toBeUndefined();
    expect(await findPair(office.operator.store, `XX${'0'.repeat(32)}`)).toBeUndefined();
  });

  test('finds a pair by its task, and by a message that crossed or was parked', async () => {
    const office = openOffice();
    const { channelSid, taskSid } = await office.linkedChat();
    const crossed = office.twilio.customer.writes(channelSid, 'hello').sid;
    await office.pass(2_000);
    expect((await pairOf(office, crossed)).flex).toBe(channelSid);
    office.meddle(() => ({ code: 50504 }));
    const { sid } = office.twilio.customer.writes(channelSid, 'too long');
    await office.pass(2_000);
    expect((await pairOf(office, sid)).flex).toBe(channelSid);
    expect((await pairOf(office, taskSid)).flex).toBe(channelSid);
  });
});

describe('release', () => {
  const hold = async (office: Office, pair: Pair) => {
    await office.operator.store.write(pairKey(pair.id), {
      when: [],
      set: { heldUntil: office.time.now() + 1_800_000, ...onList('due', pair.id) },
      nonce: ['n', 'held'],
    });
  };

  test('lets a held pair go on at once, and marks it for the sweep', async () => {
    const office = openOffice();
    const { channelSid } = await office.linkedChat();
    const pair = await pairOf(office, channelSid);
    await hold(office, pair);
    expect((await readStatus(office.operator)).pairs.held).toMatchObject([{ container: channelSid }]);
    expect(await releasePair(office.operator, pair)).toBe(true);
    expect((await readStatus(office.operator)).pairs).toMatchObject({ held: [], waiting: 1 });
  });

  test('says so when the pair is not held', async () => {
    const office = openOffice();
    const { channelSid } = await office.linkedChat();
    expect(await releasePair(office.operator, await pairOf(office, channelSid))).toBe(false);
  });
});

describe('status', () => {
  test('counts the lanes of a held pair as held, not as waiting for their side', async () => {
    const office = openOffice();
    const { channelSid } = await office.linkedChat();
    const { id } = await pairOf(office, channelSid);
    const until = office.time.now() + 1_800_000;
    await office.operator.store.write(pairKey(id), {
      when: [],
      set: { heldUntil: until, fl_dirtyUpTo: 70, fl_dirtySince: office.time.now(), ...onList('due', id) },
      nonce: ['n', 'held'],
    });
    const seen = await readStatus(office.operator);
    expect(seen.lanes).toMatchObject({ dirty: 0, dirtySince: undefined });
    expect(concerns(seen)).toEqual(['held pairs']);
    await office.time.runUntil(until + 1);
    expect(concerns(await readStatus(office.operator))).toEqual(['dirty lanes']);
  });

  test('has no concern when all is well', async () => {
    const office = openOffice({ swept: true });
    const { channelSid } = await office.linkedChat();
    office.twilio.customer.writes(channelSid, 'hello');
    await office.pass(180_000);
    const seen = await readStatus(office.operator);
    expect(concerns(seen)).toEqual([]);
    expect(seen).toMatchObject({ lanes: { dirty: 0 }, parked: { total: 0, byReason: {} }, pairs: { waiting: 0 } });
  });

  test('counts what is parked by reason, and since when', async () => {
    const office = openOffice();
    const { channelSid } = await office.linkedChat();
    office.meddle((_, body) => (body.startsWith('bad') ? { code: 50504 } : undefined));
    for (const text of ['bad 1', 'good', 'bad 2']) {
      office.twilio.customer.writes(channelSid, text);
      await office.pass(2_000);
    }
    const seen = await readStatus(office.operator);
    expect(seen.parked).toMatchObject({ total: 2, byReason: { refused: 2 } });
    expect(seen.parked.oldestAt).toBeLessThan(office.time.now() - 3_000);
    expect(seen.queues['flex-events'].dead).toBe(2);
    expect(concerns(seen)).toEqual(['parked', 'dead letters']);
  });

  test('shows lanes that are dirty because their side was down, and since when', async () => {
    const office = openOffice();
    const { channelSid } = await office.linkedChat();
    office.twilio.faults.add({ fault: 'side.down', p: 1, how: '503', account: 'frontline' });
    office.twilio.customer.writes(channelSid, 'hello');
    await office.pass(20 * 60_000);
    const seen = await readStatus(office.operator);
    expect(seen.lanes.dirty).toBe(1);
    expect(seen.lanes.dirtySince).toBeLessThan(office.time.now());
    expect(concerns(seen)).toEqual(['dirty lanes']);
  });
});
