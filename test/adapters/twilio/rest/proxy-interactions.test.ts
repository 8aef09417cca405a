import { afterEach, describe, expect, test } from '@jest/globals';
import { createDefaultWebhook } from '../../../../src/adapters/twilio/rest/default-webhook.ts';
import { sid } from '../../../support/sid.ts';
import { type Answered, account, endAll, messageSid, playTwilio, troubleFrom } from './playing-twilio.ts';

afterEach(endAll);

const proxyUrl = `https://webhooks.twilio.com/v1/Accounts/${sid('AC', 'a')}/Proxy/${sid('KS', 'b')}/Webhooks/ChatEvent/ProxyIdentifier/${sid('PN', 'c')}`;
const session = sid('KC', 'd');

const asking = async (answered: Answered, url = proxyUrl) => {
  const played = await playTwilio(() => answered);
  const { http, secrets, requestMs, baseUrl } = account(played);
  return { played, webhook: createDefaultWebhook({ http, secrets, baseUrl, url, timeoutMs: requestMs }) };
};

const carried = (more: Record<string, unknown>) => ({
  sid: sid('KI', 'e'),
  type: 'message',
  data: '{"body": "hello"}',
  date_created: '2026-11-22T10:00:00Z',
  inbound_resource_sid: null,
  outbound_resource_sid: null,
  ...more,
});
const page = (interactions: readonly unknown[], next: string | null = null): Answered => ({
  status: 200,
  json: { interactions, meta: { next_page_url: next } },
});

test('a session of the webhook’s own Proxy service is asked for what it carried, page by page', async () => {
  const next = 'https://proxy.twilio.com/v1/x?PageSize=100&Page=1&PageToken=PA100';
  const { played, webhook } = await asking(page([carried({})], next));
  const first = await webhook.interactions(session);
  expect(first?.next).toBe('?PageSize=100&Page=1&PageToken=PA100');
  await webhook.interactions(session, first?.next);
  const path = `/proxy.twilio.com/v1/Services/${sid('KS', 'b')}/Sessions/${session}/Interactions`;
  expect(played.asked.map((asked) => asked.path)).toEqual([`${path}?PageSize=100`, `${path}${first?.next}`]);
  expect(played.asked[0]?.headers.authorization).toBe(`Basic ${btoa(`${sid('AC', 'a')}:the token`)}`);
});

describe('an interaction', () => {
  test.each([
    ['to the phone', { outbound_resource_sid: sid('SM', '1') }, { direction: 'out', messages: [] }],
    [
      'to the phone that names its message',
      { inbound_resource_sid: messageSid, outbound_resource_sid: sid('MM', '1') },
      { direction: 'out', messages: [messageSid] },
    ],
    [
      'from the phone',
      { inbound_resource_sid: sid('SM', '1'), outbound_resource_sid: sid('SM', '2') },
      { direction: 'in', messages: [] },
    ],
    ['of which nothing is said', {}, { direction: 'unclear', messages: [] }],
    ['whose text is not shown', { data: null }, { body: undefined }],
    ['whose data is no JSON', { data: 'hello' }, { body: undefined }],
  ])('%s', async (_, fields, expected) => {
    const { webhook } = await asking(page([carried(fields)]));
    expect((await webhook.interactions(session))?.interactions).toEqual([expect.objectContaining(expected)]);
  });

  test('that was a call is left out', async () => {
    const { webhook } = await asking(page([carried({ type: 'voice', data: '{"duration": "5"}' })]));
    expect((await webhook.interactions(session))?.interactions).toEqual([]);
  });
});

test('a session that is gone has no interactions to ask for', async () => {
  const { webhook } = await asking({ status: 404, json: { code: 20404 } });
  expect(await webhook.interactions(session)).toBeUndefined();
});

test('a webhook that is none of Proxy’s has none either, and nobody is asked', async () => {
  const { played, webhook } = await asking(page([]), 'https://example.com/hook');
  expect(await webhook.interactions(session)).toBeUndefined();
  expect(played.asked).toEqual([]);
});

test('a refusal names the session and no more', async () => {
  const { webhook } = await asking({ status: 503, text: 'hello' });
  const trouble = await troubleFrom(webhook.interactions(session));
  expect(trouble).toMatchObject({ remedy: 'retry', status: 503 });
  expect(trouble.message).toBe(`GET /v1/Services/${sid('KS', 'b')}/Sessions/${session}/Interactions: 503`);
});

describe('a session', () => {
  const path = `/proxy.twilio.com/v1/Services/${sid('KS', 'b')}/Sessions/${session}`;

  test.each([
    ['in-progress', true],
    ['open', true],
    ['closed', false],
    ['failed', false],
  ])('that is %s is open: %s', async (status, isOpen) => {
    const { played, webhook } = await asking({ status: 200, json: { sid: session, status } });
    expect(await webhook.isSessionOpen(session)).toBe(isOpen);
    expect(played.asked.map(({ method, path: asked }) => [method, asked])).toEqual([['GET', path]]);
  });

  test('that is gone is no trouble', async () => {
    const { webhook } = await asking({ status: 404, json: { code: 20404, message: 'not found', status: 404 } });
    expect(await webhook.isSessionOpen(session)).toBeUndefined();
    await webhook.endSession(session);
  });

  test('is ended by its status', async () => {
    const { played, webhook } = await asking({ status: 200, json: { sid: session, status: 'closed' } });
    await webhook.endSession(session);
    expect(played.asked.map(({ method, path: asked, body }) => [method, asked, body])).toEqual([
      ['POST', path, 'Status=closed'],
    ]);
  });

  test('of a webhook that is none of Proxy’s is not asked for', async () => {
    const { played, webhook } = await asking({ status: 200, json: {} }, 'https://example.com/chat');
    expect(await webhook.isSessionOpen(session)).toBeUndefined();
    await webhook.endSession(session);
    expect(played.asked).toEqual([]);
  });
});
