import { describe, expect, test } from '@jest/globals';
import { AGENTS } from '../../../local-twilio/defaults.ts';
import { stampedFor } from '../../../src/core/copies/deliver.ts';
import type { MessageSid } from '../../../src/core/model/sids.ts';
import { clearSettled } from '../../../src/core/operate/dead-letters.ts';
import { listParked } from '../../../src/core/operate/parked.ts';
import { redriveMessages } from '../../../src/core/operate/redrive.ts';
import { pairKey } from '../../../src/core/state/items.ts';
import { type OperatorHarness, operatorHarness } from './harness.ts';

const late = (text: string): string => `[Late, written 2026-03-14 09:00 UTC] ${text}`;
const refuseTexts = (harness: OperatorHarness, ...texts: readonly string[]): void =>
  harness.meddle((_, body) => (texts.some((text) => body.includes(text)) ? { code: 50504 } : undefined));

/** A chat in which the customer's `parked` texts were refused by Frontline for good, between two that crossed. */
const withParked = async (...texts: readonly string[]) => {
  const harness = operatorHarness();
  const chat = await harness.linkedChat();
  refuseTexts(harness, ...texts);
  const say = async (text: string) => {
    const { sid } = harness.twilio.customer.writes(chat.channelSid, text);
    await harness.pass(1_000);
    return sid;
  };
  await say('before');
  const sids: MessageSid[] = [];
  for (const text of texts) sids.push(await say(text));
  await say('after');
  const redrive = async () => {
    const rows = await listParked(harness.operator.store, {});
    const results = await harness.during(redriveMessages(harness.operator, rows, 300_000));
    return results.map(({ ended }) => (ended?.end === 'replicated' ? 'put back' : (ended?.reason ?? ended?.end)));
  };
  const frontline = () => harness.told('frontline', chat.conversationSid);
  return { harness, chat, sids, redrive, frontline, frontlineWas: ['before', 'after'] };
};

describe('what is parked', () => {
  test('is listed with its reason and code, in the order in which it was written', async () => {
    const { harness, sids, frontline } = await withParked('long one', 'long two');
    expect(frontline()).toEqual(['before', 'after']);
    expect(harness.journal().find(({ step }) => step === 'parked')).toMatchObject({ reason: 'refused', code: 50504 });
    const rows = await listParked(harness.operator.store, {});
    expect(rows.map(({ sid, index, reason, code }) => ({ sid, index, reason, code }))).toEqual([
      { sid: sids[0], index: 1, reason: 'refused', code: 50504 },
      { sid: sids[1], index: 2, reason: 'refused', code: 50504 },
    ]);
  });

  test('is chosen by reason and by chat', async () => {
    const { harness, chat } = await withParked('long one');
    const { store } = harness.operator;
    expect(await listParked(store, { reason: 'refused', pair: `flex#${chat.channelSid}` })).toHaveLength(1);
    expect(await listParked(store, { reason: 'other_deployment' })).toEqual([]);
    expect(await listParked(store, { pair: 'flex#CH00' })).toEqual([]);
  });
});

describe('redrive', () => {
  test.each([
    ['has ended', { state: 'closed' }, 'closed'],
    ['has gone on in another conversation', { generation: 2 }, 'old_generation'],
  ])(
    'in a chat that %s puts nothing back, now or ever: it is parked no more, nor does its letter ring',
    async (...of) => {
      const [, set, why] = of;
      const { harness, chat, redrive, frontline, frontlineWas } = await withParked('long one', 'edited');
      harness.meddle((_, body) => (body.includes('longer') ? { code: 50504 } : undefined));
      const { sid } = harness.twilio.customer.writes(chat.channelSid, 'short');
      await harness.pass(1_000);
      harness.twilio.customer.edits(chat.channelSid, sid, 'longer');
      await harness.pass(5_000);
      const lettersOf = async () => (await harness.operator.deadLetters('flex-events')).length;
      expect(await listParked(harness.operator.store, {})).toHaveLength(3);
      expect(await lettersOf()).toBe(3);
      await harness.operator.store.write(pairKey(`flex#${chat.channelSid}`), { when: [], set, nonce: ['n', why] });
      expect(await redrive()).toEqual([why, why, why]);
      expect(frontline()).toEqual([...frontlineWas, 'short']);
      expect(await listParked(harness.operator.store, {})).toEqual([]);
      expect(await harness.during(clearSettled(harness.operator))).toBe(3);
      expect(await lettersOf()).toBe(0);
    },
  );

  test('puts messages back late, marked as such, in their order among themselves', async () => {
    const { harness, redrive, frontline } = await withParked('one', 'two', 'three');
    harness.meddle(() => undefined);
    expect(await redrive()).toEqual(['put back', 'put back', 'put back']);
    expect(frontline()).toEqual(['before', 'after', late('one'), late('two'), late('three')]);
  });

  test('run three times doubles nothing, and the chat goes on', async () => {
    const { harness, chat, redrive, frontline } = await withParked('one', 'two');
    harness.meddle(() => undefined);
    expect(await redrive()).toHaveLength(2);
    expect(await redrive()).toEqual([]);
    expect(await redrive()).toEqual([]);
    harness.twilio.customer.writes(chat.channelSid, 'and on');
    await harness.pass(2_000);
    expect(frontline()).toEqual(['before', 'after', late('one'), late('two'), 'and on']);
  });

  test('asked for three times at once still puts each back once', async () => {
    const { harness, frontline } = await withParked('one', 'two');
    harness.meddle(() => undefined);
    const rows = await listParked(harness.operator.store, {});
    const runs = await harness.during(
      Promise.all([1, 2, 3].map(() => redriveMessages(harness.operator, rows, 300_000))),
    );
    const ends = runs.flat().map(({ ended }) => ended?.reason ?? ended?.end);
    expect(ends.sort()).toEqual(['already', 'already', 'already', 'already', 'replicated', 'replicated']);
    expect(frontline()).toEqual(['before', 'after', late('one'), late('two')]);
  });

  test('tells what the source says now', async () => {
    const { harness, chat, sids, redrive, frontline } = await withParked('one', 'two');
    harness.meddle(() => undefined);
    const lost = harness.twilio.faults.add({ fault: 'webhook.lost', p: 1 });
    harness.twilio.customer.edits(chat.channelSid, sids[0] ?? '', 'one, shorter');
    harness.twilio.customer.deletes(chat.channelSid, sids[1] ?? '');
    lost();
    await harness.pass(2_000);
    expect(await redrive()).toEqual(['put back', 'removed']);
    expect(frontline()).toEqual(['before', 'after', late('one, shorter')]);
    expect(await listParked(harness.operator.store, {})).toEqual([]);
  });

  test('is followed by later edits, and what was put back late goes on to say so', async () => {
    const { harness, chat, sids, redrive, frontline } = await withParked('one');
    harness.meddle(() => undefined);
    expect(await redrive()).toEqual(['put back']);
    harness.twilio.customer.edits(chat.channelSid, sids[0] ?? '', 'one, corrected');
    await harness.pass(2_000);
    expect(frontline()).toEqual(['before', 'after', late('one, corrected')]);
  });

  test('of what Twilio still refuses parks it again, and the others go on', async () => {
    const { harness, redrive, frontline } = await withParked('one', 'two');
    refuseTexts(harness, 'one');
    expect(await redrive()).toEqual(['refused', 'put back']);
    expect(frontline()).toEqual(['before', 'after', late('two')]);
    expect(await listParked(harness.operator.store, {})).toHaveLength(1);
  });

  test('whose answer was lost finds its copy and does not send it again', async () => {
    const { harness, redrive, frontline } = await withParked('one');
    let losses = 0;
    harness.meddle((url, _, __, method) =>
      method === 'POST' && url.includes('/Messages') && losses++ === 0 ? 'lost' : undefined,
    );
    expect(await redrive()).toEqual(['put back']);
    expect(losses).toBe(1);
    expect(frontline()).toEqual(['before', 'after', late('one')]);
  });

  test('whose answer was lost is settled by the next message of the chat as well', async () => {
    const { harness, chat, frontline } = await withParked('one');
    let losses = 0;
    harness.meddle((url, _, __, method) =>
      method === 'POST' && url.includes('/Messages') && losses++ === 0 ? 'lost' : undefined,
    );
    const rows = await listParked(harness.operator.store, {});
    const asked = redriveMessages(harness.operator, rows, 0);
    await harness.during(asked);
    await harness.pass(5_000);
    harness.twilio.customer.writes(chat.channelSid, 'and on');
    await harness.pass(180_000);
    expect(frontline()).toEqual(['before', 'after', late('one'), 'and on']);
    expect(await listParked(harness.operator.store, {})).toEqual([]);
  });

  test('whose answer was lost knows its copy even after an app replaced the attributes', async () => {
    const { harness, redrive, frontline } = await withParked('one');
    let losses = 0;
    harness.meddle((url, _, __, method) =>
      method === 'POST' && url.includes('/Messages') && losses++ === 0 ? 'lost' : undefined,
    );
    harness.twilio.faults.add({ fault: 'attributes.replaced', p: 1, maxMs: 1_000, account: 'frontline' });
    expect(await redrive()).toEqual(['put back']);
    expect(frontline()).toEqual(['before', 'after', late('one')]);
  });

  test('adopts a copy that stands already, however it came there', async () => {
    const { harness, chat, sids, redrive, frontline } = await withParked('one');
    harness.meddle(() => undefined);
    const rendered = { author: 'jo', body: late('one') };
    const attributes = stampedFor(
      harness.deps,
      { lane: 'toFrontline', into: chat.conversationSid },
      rendered,
      sids[0] ?? 'IM',
      'copy',
    );
    const createdAt = new Date(harness.time.now()).toISOString();
    const draft = { ...rendered, attributes, createdAt, notifyWebhooks: false };
    await harness.during(harness.deps.frontline.send(chat.conversationSid, draft));
    expect(await redrive()).toEqual(['put back']);
    expect(frontline()).toEqual(['before', 'after', late('one')]);
  });

  test('carries an agent’s parked answer to Flex', async () => {
    const harness = operatorHarness();
    const { channelSid, conversationSid } = await harness.linkedChat();
    refuseTexts(harness, 'answer');
    harness.twilio.frontlineAgent.writes(AGENTS.ann.email, conversationSid, 'answer');
    await harness.pass(2_000);
    harness.meddle(() => undefined);
    const rows = await listParked(harness.operator.store, {});
    expect(rows).toMatchObject([{ lane: 'toFlex', reason: 'refused' }]);
    await harness.during(redriveMessages(harness.operator, rows, 300_000));
    expect(harness.told('flex', channelSid)).toEqual([late('answer')]);
  });

  test('takes the dead letters of what is parked no more away, so that the alarm ends', async () => {
    const { harness, redrive } = await withParked('one', 'two');
    refuseTexts(harness, 'one');
    await redrive();
    const before = (await harness.operator.deadLetters('flex-events')).length;
    expect(await clearSettled(harness.operator)).toBe(1);
    expect(await harness.operator.deadLetters('flex-events')).toHaveLength(before - 1);
    harness.meddle(() => undefined);
    await redrive();
    await clearSettled(harness.operator);
    expect(await harness.operator.deadLetters('flex-events')).toEqual([]);
  });
});

test('The letter of a parked edit stays until the edit is in the copy', async () => {
  const harness = operatorHarness();
  const chat = await harness.linkedChat();
  const { sid } = harness.twilio.customer.writes(chat.channelSid, 'hello');
  await harness.pass(1_000);
  refuseTexts(harness, 'longer');
  harness.twilio.customer.edits(chat.channelSid, sid, 'much longer');
  await harness.pass(1_000);
  expect(await clearSettled(harness.operator)).toBe(0);
  harness.meddle(() => undefined);
  const rows = await listParked(harness.operator.store, {});
  expect(await harness.during(redriveMessages(harness.operator, rows, 300_000))).toMatchObject([
    { ended: { end: 'replicated' } },
  ]);
  expect(await clearSettled(harness.operator)).toBe(1);
  expect(harness.told('frontline', chat.conversationSid)).toEqual(['much longer']);
});

test('A parked message that one look does not show is looked for again before it is forgotten', async () => {
  const harness = operatorHarness();
  const chat = await harness.linkedChat();
  refuseTexts(harness, 'longer');
  harness.twilio.customer.writes(chat.channelSid, 'much longer');
  await harness.pass(1_000);
  let looks = 0;
  harness.meddle((url, _, __, method) =>
    method === 'GET' && url.includes('/Messages/IM') && looks++ < 2 ? { status: 404, code: 20404 } : undefined,
  );
  const rows = await listParked(harness.operator.store, {});
  expect(await harness.during(redriveMessages(harness.operator, rows, 300_000))).toMatchObject([
    { ended: { end: 'replicated' } },
  ]);
  expect(harness.told('frontline', chat.conversationSid)).toEqual([late('much longer')]);
});
