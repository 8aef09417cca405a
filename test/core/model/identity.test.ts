import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeIdentity, encodeIdentity } from '../../../src/core/model/identity.ts';

const wellFormed = fc.string({ unit: 'binary' });

describe("Flex's spelling of identities", () => {
  test("an e-mail address is spelled as in Twilio's own example", () => {
    expect(encodeIdentity('ann.veal@arresteddevelopment.com')).toBe('ann_2Eveal_40arresteddevelopment_2Ecom');
    expect(decodeIdentity('ann_2Eveal_40arresteddevelopment_2Ecom')).toBe('ann.veal@arresteddevelopment.com');
  });

  test('every name comes back as it was', () => {
    fc.assert(fc.property(wellFormed, (name) => decodeIdentity(encodeIdentity(name)) === name));
  });

  test('only letters, digits and underscores are in it', () => {
    fc.assert(fc.property(wellFormed, (name) => /^[A-Za-z0-9_]*$/.test(encodeIdentity(name))));
  });

  test('decoding never fails and leaves alone what is not spelled', () => {
    fc.assert(fc.property(wellFormed, (text) => typeof decodeIdentity(text) === 'string'));
    fc.assert(
      fc.property(
        wellFormed.map((text) => text.replaceAll('_', '-')),
        (text) => decodeIdentity(text) === text,
      ),
    );
  });

  test.each([
    ['what decoding brings forth is not decoded again', '_5F40', '_40'],
    ['a character of several bytes is put together', 'J_C3_BCrgen_F0_9F_91_8D', 'Jürgen👍'],
    ['characters that Flex left alone are kept', 'ann-marie_40example.com', 'ann-marie@example.com'],
    ['lower-case digits are no spelling', 'a_2eb', 'a_2eb'],
    ['half a character stays as it is', '_C3_40', '_C3@'],
    ['a stray byte stays as it is', '_FF_BF_41', '_FF_BFA'],
    ['an overlong spelling stays as it is', '_C0_AF', '_C0_AF'],
    ['a spelled surrogate stays as it is', '_ED_A0_80', '_ED_A0_80'],
    ['a byte order mark is kept', '_EF_BB_BFx', '\uFEFFx'],
  ])('%s', (_what, encoded, raw) => {
    expect(decodeIdentity(encoded)).toBe(raw);
  });
});
