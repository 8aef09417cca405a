import { describe, expect, test } from '@jest/globals';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { createHttpHandler } from '../../lambdas/http-handler.ts';
import type { Entry } from '../../src/core/ports/journal.ts';

type Seen = {
  readonly base: string;
  readonly target: string;
  readonly bytes: string;
  readonly contentType: string | null;
};

const setUp = (answer: () => Response, publicBaseUrl?: string) => {
  const seen: Seen[] = [];
  const made: string[] = [];
  const told: Entry[] = [];
  const handler = createHttpHandler({
    publicBaseUrl,
    journal: (entry) => told.push(entry),
    unanswered: { type: 'webhook', text: 'not stored, try again' },
    endpointAt: (base) => {
      made.push(base);
      return async (request) => {
        const bytes = Buffer.from(await request.arrayBuffer()).toString('base64');
        const { pathname, search } = new URL(request.url);
        seen.push({ base, target: pathname + search, bytes, contentType: request.headers.get('content-type') });
        return answer();
      };
    },
  });
  const call = (event: Partial<APIGatewayProxyEventV2>) =>
    handler(
      {
        version: '2.0',
        routeKey: 'POST /chat-to-frontline',
        rawPath: '/chat-to-frontline',
        rawQueryString: '',
        headers: { 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8', host: 'evil.example.com' },
        requestContext: {
          domainName: 'abc123.execute-api.eu-central-1.amazonaws.com',
          http: { method: 'POST' },
        } as APIGatewayProxyEventV2['requestContext'],
        isBase64Encoded: false,
        ...event,
      },
      { getRemainingTimeInMillis: () => 5000 } as Context,
    );
  return { call, seen, made, told };
};

const stored = () => new Response(null, { status: 204, headers: { 'content-type': 'application/json' } });
const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('the webhook function', () => {
  test('hands on path, query and body byte for byte, encoded or not', async () => {
    const { call, seen } = setUp(stored);
    const body = 'Body=%E3%81%82+b%20c&EventType=onMessageSent';
    await call({ body, rawQueryString: 'a=1+2&b=%7E&b' });
    await call({ body: base64(body), isBase64Encoded: true });
    expect(seen.map(({ bytes }) => bytes)).toEqual([base64(body), base64(body)]);
    expect(seen[0]?.target).toBe('/chat-to-frontline?a=1+2&b=%7E&b');
    expect(seen[0]?.contentType).toBe('application/x-www-form-urlencoded; charset=UTF-8');
  });

  test("signatures are checked for API Gateway's own name, never for the caller's Host header", async () => {
    const { call, seen, made } = setUp(stored);
    await call({ body: 'a=b' });
    await call({ body: 'a=b' });
    expect(seen[0]?.base).toBe('https://abc123.execute-api.eu-central-1.amazonaws.com');
    expect(made).toHaveLength(1);
  });

  test('signatures are checked for PUBLIC_BASE_URL when it is set', async () => {
    const { call, seen } = setUp(stored, 'https://bridge.example.com');
    await call({ body: 'a=b' });
    expect(seen[0]?.base).toBe('https://bridge.example.com');
  });

  test.each([
    ['a named stage', 'abc123.execute-api.eu-central-1.amazonaws.com', '/live/chat-to-frontline'],
    ['the mapping of a domain of its own', 'hooks.example.test', '/v1/bridge/chat-to-frontline'],
    ['no more than the route', 'hooks.example.test', '/chat-to-frontline'],
  ])('signatures are checked for %s, as API Gateway took the request', async (_what, domainName, rawPath) => {
    const { call, seen } = setUp(stored);
    const requestContext = { domainName, http: { method: 'POST' } } as APIGatewayProxyEventV2['requestContext'];
    await call({ requestContext, rawPath });
    await call({ requestContext, rawPath: `${rawPath}/`, rawQueryString: 'a=1' });
    expect(seen.map(({ base, target }) => base + target)).toEqual([
      `https://${domainName}${rawPath}`,
      `https://${domainName}${rawPath}/?a=1`,
    ]);
    expect(seen.map(({ target }) => target)).toEqual(['/chat-to-frontline', '/chat-to-frontline/?a=1']);
  });

  test('behind another address a stage or mapping is no part of what is signed', async () => {
    const { call, seen } = setUp(stored, 'https://bridge.example.com/hooks');
    await call({ rawPath: '/live/chat-to-frontline' });
    await call({ rawPath: '/hooks/chat-to-frontline', routeKey: '$default' });
    expect(seen.map(({ base, target }) => [base, target])).toEqual([
      ['https://bridge.example.com/hooks', '/chat-to-frontline'],
      ['https://bridge.example.com/hooks', '/hooks/chat-to-frontline'],
    ]);
  });

  test.each(['\u0100', 'あ', 'a\nb', '\r\n', '\0', '\ud800'])(
    'looks at no header that it does not need: %j keeps nothing out',
    async (hostile) => {
      const { call, seen, told } = setUp(stored);
      const headers = { 'content-type': 'application/x-www-form-urlencoded', 'x-note': hostile, [hostile]: 'x' };
      expect(await call({ body: 'a=b', headers })).toMatchObject({ statusCode: 204 });
      expect([seen.length, told]).toEqual([1, []]);
    },
  );

  test('answers what the webhook answered', async () => {
    expect(await setUp(stored).call({ body: 'a=b' })).toEqual({
      statusCode: 204,
      headers: { 'content-type': 'application/json' },
    });
    const refusing = setUp(() => new Response('no\n', { status: 403, headers: { 'content-type': 'text/plain' } }));
    expect(await refusing.call({ body: 'a=b' })).toEqual({
      statusCode: 403,
      headers: { 'content-type': 'text/plain' },
      body: 'no\n',
    });
  });

  test('whatever goes wrong, it is told, and the answer is 503 so that Twilio tries again', async () => {
    const { call, told } = setUp(() => {
      throw new Error('broken');
    });
    expect(await call({ body: 'a=b' })).toMatchObject({ statusCode: 503 });
    expect(told.map(({ step, reason }) => [step, reason])).toEqual([['failed', 'Error']]);
  });
});
