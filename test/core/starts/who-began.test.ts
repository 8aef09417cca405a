import { describe, expect, test } from '@jest/globals';
import { BOTH_WITHIN_MS, INBOUND_SHOWS_MS } from '../../../src/core/model/times.ts';
import type { Participant } from '../../../src/core/ports/chat.ts';
import { whoBegan } from '../../../src/core/starts/who-began.ts';

const PHONE = '+15550109999';
const madeAt = 1_000_000;
const one = (over: Partial<Participant>): Participant => ({
  ...{ sid: 'MB', identity: undefined, address: undefined, attributes: '{}', joinedAt: madeAt },
  ...over,
});
const phone = one({ sid: 'MB1', address: PHONE });
const ann = one({ sid: 'MB2', identity: 'ann@example.com', joinedAt: madeAt + 1_000 });
const jo = one({ identity: 'jo', attributes: '{"customer_id":"jo"}' });
const late = madeAt + 60_000;

describe('an agent has begun it', () => {
  test('with a phone, when he has said something first', () => {
    const began = whoBegan([phone, ann], [{ index: 0, author: 'ann@example.com' }], { madeAt, now: madeAt });
    expect(began).toEqual({ is: 'agent', customer: { messenger: 'sms', phone }, agents: ['ann@example.com'] });
  });

  test('with WhatsApp, and with an identity that the app calls a customer', () => {
    const sender = one({ address: `whatsapp:${PHONE}` });
    expect(whoBegan([sender, ann], [], { madeAt, now: late })).toMatchObject({ customer: { messenger: 'whatsapp' } });
    expect(whoBegan([jo, ann], [], { madeAt, now: late })).toEqual({
      ...{ is: 'agent', customer: { messenger: 'chat', identity: 'jo' }, agents: ['ann@example.com'] },
    });
  });

  test('though the customer has answered since', () => {
    const messages = [
      { index: 1, author: PHONE },
      { index: 0, author: 'ann@example.com' },
    ];
    expect(whoBegan([phone, ann], messages, { madeAt, now: late }).is).toBe('agent');
  });
});

describe('a customer has begun it', () => {
  test.each([
    ['by phone', [phone, ann], PHONE],
    ['by phone, before an agent is there', [phone], PHONE],
    ['by an identity', [jo, ann], 'jo'],
  ])('%s, whose message is the first', (_, participants, author) => {
    expect(whoBegan(participants, [{ index: 0, author }], { madeAt, now: late })).toMatchObject({ is: 'customer' });
  });
});

describe('it is unclear', () => {
  test('while nothing shows, and both have just joined', () => {
    const until = ann.joinedAt + INBOUND_SHOWS_MS;
    expect(whoBegan([phone, ann], [], { madeAt, now: until - 1 })).toEqual({ is: 'unclear', until });
    expect(whoBegan([phone, ann], [], { madeAt, now: until }).is).toBe('agent');
  });

  test.each([
    ['nothing shows', []],
    ['its first message does not', [{ index: 1, author: 'bot' }]],
  ])('while a phone has just joined, alone, and %s', (_, messages) => {
    const until = madeAt + INBOUND_SHOWS_MS;
    expect(whoBegan([phone], messages, { madeAt, now: until - 1 })).toEqual({ is: 'unclear', until });
    expect(whoBegan([phone], messages, { madeAt, now: until }).is).toBe('nobody');
  });

  test.each([
    ['agent', 'ann@example.com'],
    ['customer', PHONE],
  ])('while the first message does not show and a later one does, of the %s', (who, author) => {
    const messages = [{ index: 1, author }];
    const until = madeAt + BOTH_WITHIN_MS;
    expect(whoBegan([phone, ann], messages, { madeAt, now: late })).toEqual({ is: 'unclear', until });
    expect(whoBegan([phone, ann], messages, { madeAt, now: until }).is).toBe(who);
  });
});

describe('nobody has begun it', () => {
  test.each([
    ['without a customer', [ann]],
    ['without an agent', [phone]],
    ['with two customers', [phone, one({ address: '+15550107777' }), ann]],
    ['with an identity that the app calls none', [one({ identity: 'jo' }), ann]],
  ])('%s, until they have had their time', (_, participants) => {
    const before = whoBegan(participants, [], { madeAt, now: late });
    expect(before).toEqual({ is: 'nobody', forGood: false });
    const after = whoBegan(participants, [], { madeAt, now: madeAt + BOTH_WITHIN_MS + 1 });
    expect(after).toEqual({ is: 'nobody', forGood: true });
  });
});
