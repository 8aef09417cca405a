import { describe, expect, test } from '@jest/globals';
import { fixture } from '../fixtures/webhooks/read.ts';
import { config, harness, signature } from './harness.ts';

const said = fixture('chat/onMessageSent');
const chat = '/chat-to-frontline';

/** A bridge at this public address is called there, and its proxy hands on this path. */
const answerTo = async (publicBaseUrl: string, called: string, handedOn: string) => {
  const { deliver, journal } = harness({ config: { ...config, publicBaseUrl } });
  const response = await deliver(handedOn, said, { signature: signature('flex-token', called, said) });
  return [response.status, ...journal.map(({ reason, type }) => reason ?? type)];
};

describe('a public address with a path', () => {
  const base = 'https://hooks.example.test/bridge';

  test.each([
    ['keeps it', `/bridge${chat}`],
    ['takes it off', chat],
  ])('works behind a proxy that %s', async (_what, handedOn) => {
    expect(await answerTo(base, base + chat, handedOn)).toEqual([204, 'message.added']);
  });

  test.each([
    ['keeps it', `/bridge${chat}/?from=flex`],
    ['takes it off', `${chat}/?from=flex`],
  ])('works with a slash at its end and a query, where the proxy %s', async (_what, handedOn) => {
    expect(await answerTo(base, `${base}${chat}/?from=flex`, handedOn)).toEqual([204, 'message.added']);
  });

  test.each([
    ['of several parts', 'https://hooks.example.test/a/b.c', `/a/b.c${chat}`],
    ['with other characters', 'https://hooks.example.test/br%C3%BCcke', `/br%C3%BCcke${chat}`],
    ['that reads like a route', `https://hooks.example.test${chat}`, chat + chat],
  ])('may be one %s', async (_what, publicBaseUrl, handedOn) => {
    expect(await answerTo(publicBaseUrl, publicBaseUrl + chat, handedOn)).toEqual([204, 'message.added']);
    expect(await answerTo(publicBaseUrl, publicBaseUrl + chat, chat)).toEqual([204, 'message.added']);
  });

  test('that reads like a route is no part of a call to that route with a slash', async () => {
    const publicBaseUrl = `https://hooks.example.test${chat}`;
    expect(await answerTo(publicBaseUrl, `${publicBaseUrl}${chat}/`, `${chat}/`)).toEqual([204, 'message.added']);
  });

  test('is the only path that may stand in front of a route, and stands there once', async () => {
    for (const handedOn of [`/other${chat}`, `/bridge/bridge${chat}`, `/bridges${chat}`, '/bridge', '/bridge/'])
      expect(await answerTo(base, base + chat, handedOn)).toEqual([404, 'route']);
  });

  test('is part of what Twilio signs', async () => {
    for (const handedOn of [chat, `/bridge${chat}`])
      expect(await answerTo(base, `https://hooks.example.test${chat}`, handedOn)).toEqual([403, 'wrong_signature']);
  });
});

describe('a slash at the end of a route', () => {
  const at = config.publicBaseUrl;

  test('is the route', async () => {
    expect(await answerTo(at, `${at}${chat}/`, `${chat}/`)).toEqual([204, 'message.added']);
    expect(await answerTo(at, `${at}${chat}//`, `${chat}//`)).toEqual([404, 'route']);
  });

  test('is signed where it was called, and only there', async () => {
    expect(await answerTo(at, at + chat, `${chat}/`)).toEqual([403, 'wrong_signature']);
    expect(await answerTo(at, `${at}${chat}/`, chat)).toEqual([403, 'wrong_signature']);
  });
});
