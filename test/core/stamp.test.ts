import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { claimedStamp, provenStamp, type Stamped, stampedAttributes } from '../../src/core/stamp.ts';

const key = 'a key that only the bridge holds';
const place: Stamped = { lane: 'B', container: 'CH1', author: 'ann_40example_2Ecom', body: 'Good morning' };
const attributes = stampedAttributes(key, 'live', place, 'IM1', 'copy');

describe('the stamp', () => {
  test('is known again where the bridge wrote it', () => {
    expect(provenStamp(key, place, attributes)).toMatchObject({ d: 'live', s: 'IM1', k: 'copy' });
  });

  test.each([
    ['another text', { body: 'Good evening' }],
    ['another author', { author: 'customer' }],
    ['another chat', { container: 'CH2' }],
    ['another lane', { lane: 'F' as const }],
  ])('proves nothing when copied onto %s', (_, other) => {
    expect(provenStamp(key, { ...place, ...other }, attributes)).toBeUndefined();
    expect(claimedStamp(attributes)?.s).toBe('IM1');
  });

  test('cannot be made without the key', () => {
    expect(provenStamp(key, place, stampedAttributes('guessed', 'live', place, 'IM1', 'copy'))).toBeUndefined();
  });

  test('cannot be given another source, kind or deployment', () => {
    for (const change of [{ s: 'IM2' }, { k: 'notice' }, { d: 'other' }]) {
      const bridge = { ...claimedStamp(attributes), ...change };
      expect(provenStamp(key, place, JSON.stringify({ bridge }))).toBeUndefined();
    }
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
