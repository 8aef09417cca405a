import { afterEach, describe, expect, test } from '@jest/globals';
import { validateRequest } from 'twilio/lib/webhooks/webhooks.js';
import { createDefaultWebhook } from '../../../../src/adapters/twilio/rest/default-webhook.ts';
import { type Answered, account, endAll, playTwilio, troubleFrom } from './playing-twilio.ts';

afterEach(endAll);

const url = `https://webhooks.twilio.com/v1/Accounts/AC${'a'.repeat(32)}/Proxy/KS${'a'.repeat(32)}/Webhooks/ChatEvent/x?y=1`;
const form = 'application/x-www-form-urlencoded; charset=UTF-8';

const onStage = async (answered: Answered, target = url) => {
  const played = await playTwilio(() => answered);
  const { http, secrets, baseUrl } = account(played);
  const settings = { http, secrets, timeoutMs: 60_000 };
  return { played, settings, webhook: createDefaultWebhook({ ...settings, url: target, baseUrl }) };
};

test('Flex gets the body byte for byte, signed for its own address', async () => {
  const { played, webhook } = await onStage({ status: 200 });
  const body = 'EventType=onMessageSent&Body=%e3%81%93+a%20b&Attributes=%7B%7D&Empty=&Body=second&__proto__=x';
  await webhook.post(form, body);
  const [asked] = played.asked;
  expect(asked?.path).toBe(url.replace('https:/', ''));
  expect(asked?.body).toBe(body);
  expect(asked?.headers['content-type']).toBe(form);
  const params = Object.fromEntries([
    ['EventType', 'onMessageSent'],
    ['Body', ['こ a b', 'second']],
    ['Attributes', '{}'],
    ['Empty', ''],
    ['__proto__', 'x'],
  ]);
  const signature = String(asked?.headers['x-twilio-signature']);
  expect(validateRequest('the token', signature, url, params)).toBe(true);
  expect(validateRequest('another token', signature, url, params)).toBe(false);
});

test('connection overrides behind # are neither sent nor signed', async () => {
  const { played, webhook } = await onStage({ status: 204 }, `${url}#rc=5&rp=all`);
  await webhook.post(form, 'a=1');
  expect(played.asked[0]?.path).toBe(url.replace('https:/', ''));
  expect(validateRequest('the token', String(played.asked[0]?.headers['x-twilio-signature']), url, { a: '1' })).toBe(
    true,
  );
});

test("somebody else's webhook is called where it is, whatever the base", async () => {
  const { played, settings } = await onStage({ status: 200 });
  const elsewhere = `${played.base}/my/hook`;
  await createDefaultWebhook({ ...settings, url: elsewhere, baseUrl: 'http://127.0.0.1:1' }).post(form, 'a=1');
  expect(played.asked[0]?.path).toBe('/my/hook');
});

describe('a webhook that does not take it', () => {
  test.each([
    { answered: { status: 400, json: { code: 80619 } }, remedy: 'park', effect: 'refused', code: 80619 },
    { answered: { status: 403, json: { code: 80625 } }, remedy: 'reconfigure', effect: 'refused', code: 80625 },
    { answered: { status: 422, text: 'no' }, remedy: 'park', effect: 'refused', code: undefined },
    { answered: { status: 403, text: 'no' }, remedy: 'reconfigure', effect: 'refused', code: undefined },
    { answered: { status: 429, headers: { 'retry-after': '3' } }, remedy: 'retry', effect: 'refused', code: undefined },
    { answered: { status: 500 }, remedy: 'retry', effect: 'unknown', code: undefined },
    { answered: { status: 302 }, remedy: 'retry', effect: 'unknown', code: undefined },
  ])('with $answered.status is $effect, remedy $remedy', async ({ answered, remedy, effect, code }) => {
    const { webhook } = await onStage(answered);
    const trouble = await troubleFrom(webhook.post(form, 'Body=hello'));
    expect(trouble).toMatchObject({ name: 'TwilioError', status: answered.status, remedy, effect, code });
    expect(trouble.message).not.toContain('hello');
  });
});

test('a new token signs the next event', async () => {
  const { played, settings } = await onStage({ status: 200 });
  const tokens = ['first', 'second'];
  const secrets = async () => ({ authToken: tokens.shift() ?? '', previousAuthToken: undefined, apiKey: undefined });
  const webhook = createDefaultWebhook({ ...settings, secrets, url, baseUrl: played.base });
  await webhook.post(form, 'a=1');
  await webhook.post(form, 'a=1');
  const [first, second] = played.asked.map(({ headers }) => String(headers['x-twilio-signature']));
  expect(validateRequest('first', first ?? '', url, { a: '1' })).toBe(true);
  expect(validateRequest('second', second ?? '', url, { a: '1' })).toBe(true);
});
