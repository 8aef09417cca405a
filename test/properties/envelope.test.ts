import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeEnvelope, type Envelope, encodeEnvelope, type Work } from '../../src/core/jobs/envelope.ts';
import { type BridgeEvent, RESERVATION_ENDS } from '../../src/core/model/event.ts';
import { pairId } from '../../src/core/state/items.ts';

/** Every code unit, lone surrogates and U+FFFE among them. */
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(fc.oneof(fc.nat(0xffff), fc.constantFrom(0, 0xfffe, 0xffff, 0xd800, 0xdfff, 0x22, 0x5c)))
    .map((units) => String.fromCharCode(...units)),
);
/** Any text after the letters of a SID. */
const sidOf = <Letters extends string>(letters: Letters) => text.map((any) => `${letters}${any}` as const);
const side = fc.constantFrom('flex' as const, 'frontline' as const);
const lane = fc.constantFrom('toFrontline' as const, 'toFlex' as const);

const message = fc.record({
  sid: sidOf('IM'),
  index: fc.maxSafeNat(),
  author: text,
  body: text,
  createdAt: text,
  attributes: text,
  media: fc.array(
    fc.record(
      { sid: text, filename: text, contentType: text, size: fc.maxSafeNat() },
      { requiredKeys: ['sid', 'contentType', 'size'] },
    ),
    {
      maxLength: 3,
    },
  ),
});
const event: fc.Arbitrary<BridgeEvent> = fc.oneof(
  fc.record({
    type: fc.constantFrom('message.added' as const, 'message.updated' as const, 'message.removed' as const),
    side,
    service: sidOf('IS'),
    container: sidOf('CH'),
    message,
  }),
  fc.record({
    type: fc.constant('reservation.accepted' as const),
    side: fc.constant('flex' as const),
    container: sidOf('CH'),
    workspace: sidOf('WS'),
    task: sidOf('WT'),
    reservation: sidOf('WR'),
    worker: sidOf('WK'),
    workerIdentity: text,
    customerName: text,
  }),
  fc.record({
    type: fc.constant('worker.activity' as const),
    side,
    worker: sidOf('WK'),
    activity: text,
    at: fc.maxSafeNat(),
  }),
  fc.record({
    type: fc.constantFrom('chat.changed' as const),
    side,
    container: sidOf('CH'),
    hint: fc.constantFrom(
      'members' as const,
      'container' as const,
      'closed' as const,
      'closed_by_timer' as const,
      'task' as const,
    ),
    joined: text,
  }),
  fc.record({
    type: fc.constant('reservation.created' as const),
    side: fc.constant('flex' as const),
    task: sidOf('WT'),
    reservation: sidOf('WR'),
    worker: sidOf('WK'),
    workerIdentity: text,
    customerName: text,
  }),
  fc.record({
    type: fc.constant('reservation.ended' as const),
    side: fc.constant('flex' as const),
    reservation: sidOf('WR'),
    worker: sidOf('WK'),
    how: fc.constantFrom(...RESERVATION_ENDS),
  }),
);
const because = fc.constantFrom('dirty' as const, 'operator' as const, 'pending' as const);
const pair = sidOf('CH').map((container) => pairId('flex', container));
const work: fc.Arbitrary<Work> = fc.oneof(
  fc.record({ kind: fc.constant('event' as const), event }),
  fc.record({
    kind: fc.constant('forward' as const),
    forward: fc.record({
      eventType: text,
      container: sidOf('CH'),
      about: sidOf('IM'),
      key: text,
      contentType: text,
      body: text,
    }),
  }),
  fc.record(
    { kind: fc.constant('reconcile' as const), pair, lane, because, full: fc.boolean(), ticket: text },
    { requiredKeys: ['kind', 'pair', 'lane', 'because'] },
  ),
  fc.record({ kind: fc.constant('link' as const), pair, because }),
  fc.record(
    {
      kind: fc.constant('presence' as const),
      worker: sidOf('WK'),
      change: fc.record({ side, activity: text, at: fc.maxSafeNat() }),
      twin: fc.record({ sid: sidOf('WK'), name: text }),
      asksUser: fc.boolean(),
    },
    { requiredKeys: ['kind', 'worker'] },
  ),
  fc.record({
    kind: fc.constant('offers' as const),
    worker: sidOf('WK'),
    about: fc.record({ is: fc.constant('heard' as const), index: fc.nat() }),
  }),
);
const envelope: fc.Arbitrary<Envelope> = fc.record({ receivedAt: fc.maxSafeNat(), work });

describe('an envelope', () => {
  test('comes back as it was, whatever people wrote', () => {
    fc.assert(fc.property(envelope, (sent) => expect(decodeEnvelope(encodeEnvelope(sent))).toEqual(sent)));
  });

  test('holds no character that SQS refuses', () => {
    // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
    const legal = /^[\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]*$/u;
    fc.assert(fc.property(envelope, (sent) => legal.test(encodeEnvelope(sent))));
  });

  test('is read from no text but one of this version, and reading never fails', () => {
    fc.assert(fc.property(fc.oneof(text, fc.json()), (other) => decodeEnvelope(other) === undefined));
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), fc.jsonValue(), (v, receivedAt, inside) => {
        const read = decodeEnvelope(JSON.stringify({ v, receivedAt, work: inside }));
        return read === undefined || (v === 1 && typeof receivedAt === 'number');
      }),
    );
  });

  test('cut off anywhere is not read', () => {
    fc.assert(
      fc.property(envelope, fc.nat(), (sent, at) => {
        const whole = encodeEnvelope(sent);
        return decodeEnvelope(whole.slice(0, at % whole.length)) === undefined;
      }),
    );
  });
});
