import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readForm } from '../../../../src/adapters/twilio/webhook/form.ts';
import { verifies } from '../../../../src/adapters/twilio/webhook/signature.ts';
import { encode, signature } from '../../../edge/harness.ts';

const url = 'https://bridge.example.com/chat-to-frontline';
const form = (body: string) => {
  const read = readForm(new TextEncoder().encode(body));
  if (typeof read === 'string') throw new Error(read);
  return read.form;
};

const text = fc.string({ unit: 'binary' });
const params = fc.dictionary(text, text, { minKeys: 1 });

describe('a signature', () => {
  test("verifies Twilio's own example", () => {
    // https://www.twilio.com/docs/usage/security#validating-requests
    const example = 'Digits=1234&To=%2B18005551212&From=%2B14158675309&Caller=%2B14158675309&CallSid=CA1234567890ABCDE';
    const called = 'https://mycompany.com/myapp.php?foo=1&bar=2';
    expect(verifies(['12345'], 'RSOYDt4T1cUTdK1PDd93/VVr8B8=', called, form(example))).toBe(true);
  });

  test('verifies what Twilio signs, whatever the parameters are', () => {
    fc.assert(
      fc.property(params, text, (given, token) => {
        fc.pre(token !== '');
        expect(verifies([token], signature(token, url, given), url, form(encode(given)))).toBe(true);
      }),
    );
  });

  test('verifies with either of two tokens, and with no other', () => {
    const given = { EventType: 'onMessageSent' };
    const body = form(encode(given));
    expect(verifies(['new', 'old'], signature('old', url, given), url, body)).toBe(true);
    expect(verifies(['new', 'old'], signature('new', url, given), url, body)).toBe(true);
    expect(verifies(['new', 'old'], signature('other', url, given), url, body)).toBe(false);
    expect(verifies([], signature('', url, given), url, body)).toBe(false);
    expect(verifies([''], signature('', url, given), url, body)).toBe(false);
  });

  test('verifies no parameter changed, added or taken away', () => {
    fc.assert(
      fc.property(params, params, (given, others) => {
        const signed = signature('token', url, given);
        // Names and values are signed without a mark between them, so what reads the same when joined is the same.
        fc.pre(signature('token', url, others) !== signed);
        expect(verifies(['token'], signed, url, form(encode(others)))).toBe(false);
      }),
    );
  });

  test('is made over the URL with and without its standard port', () => {
    const given = { EventType: 'onMessageSent' };
    const withPort = 'https://bridge.example.com:443/chat-to-frontline';
    expect(verifies(['token'], signature('token', withPort, given), url, form(encode(given)))).toBe(true);
  });

  test("covers a name's values once each, sorted", () => {
    const signed = signature('token', url, { A: '1A2' });
    expect(verifies(['token'], signed, url, form('A=2&A=1&A=2'))).toBe(true);
  });
});
