import { afterEach, expect, test } from '@jest/globals';
import { FLEX } from '../../../../local-twilio/defaults.ts';
import { startLocalTwilio } from '../../../../local-twilio/server.ts';
import { createDefaultWebhook } from '../../../../src/adapters/twilio/rest/default-webhook.ts';
import { caller, channel, endAll, messageSid, troubleFrom } from './playing-twilio.ts';

afterEach(endAll);

const form = 'application/x-www-form-urlencoded; charset=UTF-8';
const body = new URLSearchParams({
  EventType: 'onMessageSent',
  AccountSid: FLEX.accountSid,
  InstanceSid: FLEX.chatServiceSid,
  ChannelSid: channel,
  MessageSid: messageSid,
  Index: '0',
  Body: 'こんにちは & more',
}).toString();

const post = async (authToken: string) => {
  const twilio = await startLocalTwilio({ seed: 1 });
  const webhook = createDefaultWebhook({
    http: caller(),
    url: FLEX.defaultWebhook,
    secrets: async () => ({ authToken, previousAuthToken: undefined, apiKey: undefined }),
    timeoutMs: 60_000,
    baseUrl: twilio.url,
  });
  try {
    return await troubleFrom(webhook.post(form, body));
  } finally {
    await twilio.stop();
  }
};

test('Proxy takes the signature and knows no session for a channel that is none of Flex', async () => {
  expect(await post(FLEX.authToken)).toMatchObject({ code: 80619, remedy: 'park', effect: 'refused' });
});

test('Proxy refuses what another token signed, which somebody must mend', async () => {
  expect(await post('another token')).toMatchObject({ code: 80625, remedy: 'reconfigure', effect: 'refused' });
});
