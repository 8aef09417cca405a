import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readChat } from '../../src/adapters/twilio/webhook/chat.ts';
import { readConversations } from '../../src/adapters/twilio/webhook/conversations.ts';
import type { Form } from '../../src/adapters/twilio/webhook/form.ts';
import { reading } from '../../src/adapters/twilio/webhook/reading.ts';
import { readFlexTaskRouter, readFrontlineTaskRouter } from '../../src/adapters/twilio/webhook/taskrouter.ts';
import { counterpartName, originNamedBy } from '../../src/core/chats/unique-name.ts';
import { authorAcross, render } from '../../src/core/copies/render.ts';
import { claimedStamp, provenStamp, type StampKind, stampedAttributes } from '../../src/core/copies/stamp.ts';
import type { Message, Side } from '../../src/core/model/event.ts';
import { encodeIdentity, isSpelledAddress } from '../../src/core/model/identity.ts';
import { textField } from '../../src/core/model/json.ts';
import type { ServiceSid, SourceSid } from '../../src/core/model/sids.ts';
import type { Item } from '../../src/core/ports/change.ts';
import { aliasOf, readPair } from '../../src/core/state/pair.ts';
import { nameIn } from '../../src/edge/request.ts';
import { fixture, fixturesOf } from '../fixtures/webhooks/read.ts';

const text = fc.string({ unit: 'binary' });
const sidOf = <Letters extends string>(letters: Letters) =>
  fc.stringMatching(/^[0-9a-f]{32}$/).map((hex) => `${letters}${hex}` as const);

const fixtures = (['chat', 'conversations', 'taskrouter'] as const).flatMap(fixturesOf).map(fixture);
const known = fixtures.flatMap((params) => Object.entries(params));
const names = [...new Set(known.map(([name]) => name))];

describe('the readers of webhooks', () => {
  const service = fixture('chat/onMessageSent').InstanceSid as ServiceSid;
  const other = fixture('conversations/onMessageAdded').ChatServiceSid as ServiceSid;
  const readers = [readChat(service), readConversations(other), readFlexTaskRouter, readFrontlineTaskRouter];

  /** Real parameters, each with any values, any number of them. */
  const values = fc.array(fc.oneof(fc.constantFrom(...known.map(([, value]) => value)), text, fc.json()), {
    minLength: 1,
    maxLength: 2,
  });
  const form: fc.Arbitrary<Form> = fc
    .tuple(
      fc.constantFrom(...fixtures),
      fc.dictionary(fc.constantFrom(...names, '__proto__', 'constructor', ''), values, { maxKeys: 4 }),
    )
    .map(
      ([params, over]) =>
        new Map<string, readonly string[]>([
          ...Object.entries(params).map(([name, value]): [string, readonly string[]] => [name, [value]]),
          ...Object.entries(over),
        ]),
    );

  test('never fail, whatever a form says', () => {
    fc.assert(
      fc.property(form, fc.constantFrom(...readers), (said, reader) => {
        expect(['event', 'skipped', 'malformed']).toContain(reading(said, reader).kind);
      }),
      { numRuns: 2_000 },
    );
  });

  test('find the same in a form whatever the order of its parameters', () => {
    fc.assert(
      fc.property(form, fc.constantFrom(...readers), fc.infiniteStream(fc.nat(1000)), (said, reader, keys) => {
        const shuffled = [...said].map((one) => [keys.next().value, one] as const).sort(([a], [b]) => a - b);
        expect(reading(new Map(shuffled.map(([, one]) => one)), reader)).toEqual(reading(said, reader));
      }),
    );
  });
});

test("an event's type in the journal is never a person's identity", () => {
  fc.assert(fc.property(fc.emailAddress(), (address) => nameIn(encodeIdentity(address)) === undefined));
  for (const params of fixtures) expect(nameIn(params.EventType ?? '')).toBe(params.EventType);
});

describe("a counterpart's name", () => {
  test('names its origin, and is short enough for Twilio', () => {
    const side = fc.constantFrom<Side>('flex', 'frontline');
    fc.assert(
      fc.property(side, sidOf('CH'), fc.integer({ min: 1, max: 999_999 }), (from, container, generation) => {
        const name = counterpartName(from, container, generation);
        expect(originNamedBy(name)).toEqual({ side: from, container });
        expect(name.length).toBeLessThanOrEqual(64);
      }),
    );
  });

  test('is no other text', () => {
    fc.assert(fc.property(fc.option(text, { nil: undefined }), (name) => originNamedBy(name) === undefined));
  });
});

test('a field of a JSON text is a text that is not empty, or nothing, whatever the text is', () => {
  fc.assert(
    fc.property(
      fc.oneof(text, fc.json()),
      fc.oneof(text, fc.constantFrom('__proto__', 'toString', 'length', '0')),
      (json, field) => {
        const value = textField(json, field);
        return value === undefined || (typeof value === 'string' && value !== '');
      },
    ),
  );
});

describe('an item of the state', () => {
  const value = fc.oneof(text, fc.integer(), fc.array(fc.integer()), fc.dictionary(text, fc.integer()));
  const attribute = fc.constantFrom(
    ...[
      'state',
      'generation',
      'flex',
      'pair',
      'linked',
      'list',
      'heldUntil',
      'fl_cursor',
      'fl_fence',
      'fl_intentSid',
      'fl_intentIndex',
      'fl_dirtyUpTo',
      'fl_ownIndices',
      'fl_holes',
      'fl_place',
      'fx_cursor',
    ],
  );
  const item: fc.Arbitrary<Item> = fc
    .tuple(fc.dictionary(attribute, value), text, text)
    .map(([others, pk, sk]) => ({ ...others, pk, sk }));

  test('is read, whatever an older or a newer release wrote', () => {
    fc.assert(
      fc.property(item, (found) => {
        const pair = readPair(found);
        expect(pair === undefined).toBe(found.state === undefined);
        expect(Number.isFinite(pair?.lanes.toFrontline.cursor ?? 0)).toBe(true);
        aliasOf(found);
      }),
    );
  });
});

describe('a message on the other side', () => {
  const message: fc.Arbitrary<Message> = fc.record({
    sid: sidOf('IM'),
    index: fc.maxSafeNat(),
    author: text,
    body: text,
    createdAt: fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    attributes: fc.oneof(text, fc.json()),
    media: fc.array(fc.record({ sid: sidOf('ME'), contentType: text, size: fc.maxSafeNat() }), { maxLength: 2 }),
  });
  const people = fc.record({
    customer: fc.option(text, { nil: undefined }),
    workerIdentity: fc.option(text, { nil: undefined }),
    formerAgents: fc.array(text, { maxLength: 2 }),
  });
  const lane = fc.constantFrom('toFrontline' as const, 'toFlex' as const);

  test('always reads somehow, or is empty, and the same each time', () => {
    fc.assert(
      fc.property(lane, message, people, fc.boolean(), (to, from, who, late) => {
        const rendered = render(to, from, who, late);
        expect(rendered === undefined).toBe(from.body === '' && from.media.length === 0);
        expect(render(to, from, who, late)).toEqual(rendered);
        if (rendered !== undefined) expect(rendered.body).toContain(from.body.toWellFormed());
      }),
    );
  });

  test('comes home under the name that its author has there', () => {
    fc.assert(
      fc.property(fc.oneof(text, fc.emailAddress()), fc.option(text, { nil: undefined }), (author, customer) => {
        const who = { customer, workerIdentity: undefined, formerAgents: [] };
        const there = authorAcross('toFlex', author, who);
        // Who is called as the customer is the customer; who is called as Flex spells an address is its owner.
        fc.pre((there !== customer || author === customer) && (author === customer || !isSpelledAddress(author)));
        expect(authorAcross('toFrontline', there, who)).toBe(author);
      }),
    );
  });

  test('carries a stamp that is proven there, and nowhere else', () => {
    const kinds = fc.constantFrom<StampKind>('copy', 'notice', 'silent');
    const place = fc.record({ lane, container: sidOf('CH'), author: text, body: text });
    const name = fc.stringMatching(/^[\w.-]{1,32}$/);
    const sources = fc
      .tuple(fc.constantFrom('', 'notice#', 'notice#sms#', 'notice#edit#'), sidOf('IM'))
      .map((parts) => parts.join('') as SourceSid);
    fc.assert(
      fc.property(place, place, name, sources, kinds, (here, elsewhere, deployment, source, kind) => {
        const attributes = stampedAttributes('key', deployment, here, source, kind);
        expect(provenStamp('key', here, attributes)).toEqual(claimedStamp(attributes));
        expect(provenStamp('key', here, attributes)).toMatchObject({ d: deployment, s: source, k: kind });
        const inOneForm = (at: typeof here) => JSON.stringify({ ...at, body: at.body.trim().normalize('NFC') });
        fc.pre(inOneForm(here) !== inOneForm(elsewhere));
        expect(provenStamp('key', elsewhere, attributes)).toBeUndefined();
      }),
    );
  });
});
