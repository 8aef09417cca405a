import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  claimedStamp,
  provenStamp,
  type Stamped,
  stampedAttributes,
  stampForText,
} from '../../../src/core/copies/stamp.ts';

const key = 'a key that only the bridge holds';
const place: Stamped = { lane: 'toFlex', container: 'CH1', author: 'ann_40example_2Ecom', body: 'Good morning' };
const source = `IM${'0a'.repeat(16)}` as const;
const attributes = stampedAttributes(key, 'live', place, source, 'copy');

describe('the stamp', () => {
  test('is known again where the bridge wrote it', () => {
    expect(provenStamp(key, place, attributes)).toMatchObject({ d: 'live', s: source, k: 'copy' });
  });

  test.each([
    ['another text', { body: 'Good evening' }],
    ['another author', { author: 'customer' }],
    ['another chat', { container: 'CH2' }],
    ['another lane', { lane: 'toFrontline' as const }],
  ])('proves nothing when copied onto %s', (_, other) => {
    expect(provenStamp(key, { ...place, ...other }, attributes)).toBeUndefined();
    expect(claimedStamp(attributes)?.s).toBe(source);
  });

  test('of what joins from a stray conversation is not even claimed to be one of a lane', () => {
    const joined: Stamped = { ...place, lane: 'stray' };
    const itsOwn = stampedAttributes(key, 'live', joined, source, 'copy');
    expect(provenStamp(key, joined, itsOwn)).toMatchObject({ s: source });
    expect(claimedStamp(itsOwn)).toBeUndefined();
    expect(claimedStamp(attributes, 'stray')).toBeUndefined();
  });

  test('cannot be made without the key', () => {
    expect(provenStamp(key, place, stampedAttributes('guessed', 'live', place, source, 'copy'))).toBeUndefined();
  });

  test('cannot be given another source, kind or deployment', () => {
    for (const change of [{ s: `IM${'0b'.repeat(16)}` }, { k: 'notice' }, { d: 'other' }]) {
      const bridge = { ...claimedStamp(attributes), ...change };
      expect(provenStamp(key, place, JSON.stringify({ bridge }))).toBeUndefined();
    }
  });

  test.each([
    ['trims it', ' Hello, Jo\n', 'Hello, Jo'],
    ['composes its accents', 'cafe\u0301 ', 'caf\u00e9 '],
    ['does both', 'cafe\u0301 ', 'caf\u00e9'],
    ['ends its lines otherwise', 'Hello,\r\nJo', 'Hello,\nJo'],
  ])('is proven of a text when Twilio %s, and is still for the text that was written', (_, body, stored) => {
    const written = stampedAttributes(key, 'live', { ...place, body }, source, 'copy');
    expect(provenStamp(key, { ...place, body: stored }, written)?.s).toBe(source);
    expect(provenStamp(key, { ...place, body: `${stored}!` }, written)).toBeUndefined();
    expect(provenStamp(key, { ...place, body: stored, author: 'another' }, written)).toBeUndefined();
    expect(stampForText(key, { ...place, body }, written)?.s).toBe(source);
    expect(stampForText(key, { ...place, body: stored }, written)).toBeUndefined();
  });

  test('of a text that Twilio stores as it is takes no more room for that', () => {
    expect(claimedStamp(attributes)).not.toHaveProperty('n');
  });

  test('of a notice is known again, of one about an edit too', () => {
    const edit = `${'f0'.repeat(16)}#` as const;
    for (const notice of [
      ...(['notice#', 'notice#sms#', 'notice#edit#', 'notice#edit#gone#'] as const),
      ...([`notice#edit#${edit}`, `notice#altered#${edit}`] as const),
    ]) {
      const written = stampedAttributes(key, 'live', place, `${notice}${source}`, 'notice');
      expect(provenStamp(key, place, written)?.s).toBe(`${notice}${source}`);
    }
  });

  test.each([
    ['a source too long for a row', { s: 'a'.repeat(1100) }],
    ['a source with more before it', { s: `m#F#${source}` }],
    ['a source with more behind it', { s: `${source}\n` }],
    ['a notice of anything', { s: `notice#edit#Hello, Jo#${source}` }],
    ['a notice of a text too long for a row', { s: `notice#edit#${'0'.repeat(1100)}#${source}` }],
    ['a deployment of any length', { d: 'a'.repeat(33) }],
    ['a proof of any length', { h: '0'.repeat(64) }],
  ])('is none that the bridge wrote when it names %s', (_, change) => {
    expect(claimedStamp(JSON.stringify({ bridge: { ...claimedStamp(attributes), ...change } }))).toBeUndefined();
  });

  test('is never found in, and never breaks on, whatever a customer writes as attributes', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.json().map((json) => `{"bridge":${json}}`),
        ),
        (text) => {
          expect(provenStamp(key, place, text)).toBeUndefined();
        },
      ),
    );
  });
});
