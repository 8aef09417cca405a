import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Incoming, type ReadHeader, requestFrom } from '../../src/edge/incoming.ts';
import { fixture } from '../fixtures/webhooks/read.ts';
import { config, encode, harness, signature } from './harness.ts';

const said = fixture('chat/onMessageSent');
const chat = '/chat-to-frontline';
const signed: Readonly<Record<string, string>> = {
  'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
  'x-twilio-signature': signature('flex-token', config.publicBaseUrl + chat, said),
};

const body = () => new Uint8Array(Buffer.from(encode(said)));
const incoming = (over: Partial<Incoming> = {}, headers: Readonly<Record<string, string>> = {}): Incoming => ({
  ...{ method: 'POST', target: chat, body },
  header: (name) => ({ ...signed, ...headers })[name],
  ...over,
});

const answerTo = async (given: Incoming) => {
  const { webhook, journal } = harness();
  const { status } = await webhook(requestFrom(given));
  return [status, ...journal.map(({ reason, type }) => reason ?? type)];
};

/** What no HTTP header may hold, and the web's Headers throw at. */
const hostile = ['\u0100', 'あ', '\n', '\r\n', '\0', '\ud800', '\u007f'];

describe('a request as it came in', () => {
  test('is what its webhook is about', async () => {
    expect(await answerTo(incoming())).toEqual([204, 'message.added']);
  });

  test.each<[ReadHeader, readonly unknown[]]>([
    ['x-twilio-signature', [403, 'wrong_signature']],
    ['content-type', [415, 'content_type']],
  ])('with a %s that no header may hold is refused', async (name, refusal) => {
    for (const one of hostile)
      for (const value of [one, `${signed[name]}${one}`, `${one}${signed[name]}`])
        expect(await answerTo(incoming({}, { [name]: value }))).toEqual(refusal);
  });

  test('may say any length that it has not: the body is measured', async () => {
    for (const value of hostile)
      expect(await answerTo(incoming({}, { 'content-length': value }))).toEqual([204, 'message.added']);
  });

  test('by another method is refused as one, whatever it is called', async () => {
    for (const method of ['GET', 'HEAD', 'PUT', 'post', 'POST ', 'TRACE', 'CONNECT', '', 'あ', '__proto__'])
      expect(await answerTo(incoming({ method }))).toEqual([405, 'method']);
  });

  test('for what is no path is refused as no route', async () => {
    for (const target of ['', '*', 'no path', '\\', '//evil.example.com/x', 'あ', '/\ud800'])
      expect(await answerTo(incoming({ target }))).toEqual([404, 'route']);
  });

  test('with a query that nobody signed is refused', async () => {
    for (const query of ['?', '?%', '?あ', '?\ud800', '?\0', '?a=%ED%A0%80'])
      expect((await answerTo(incoming({ target: chat + query })))[0]).toBe(403);
  });

  test('is never more than the bridge can answer', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'binary' }),
        fc.string(),
        (value, target, method) => {
          requestFrom({ method, target, header: () => value, body });
          requestFrom({ method: 'POST', target, header: () => value, body });
        },
      ),
    );
  });
});
