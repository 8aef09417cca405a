import { describe, expect, test } from '@jest/globals';
import { usualPresence } from '../../src/core/model/presence.ts';
import { readConfig, readConfigAndSecrets, readSecrets } from '../../src/runtime/config.ts';
import { sid } from '../support/sid.ts';

const settings = {
  ACCOUNT_SID: sid('AC', 'a'),
  CHAT_SERVICE_SID: sid('IS', 'a'),
  FRONTLINE_ACCOUNT_SID: sid('AC', 'b'),
  CONVERSATION_SERVICE_SID: sid('IS', 'b'),
  PUBLIC_BASE_URL: 'https://bridge.example.com/',
};
const tokens = { AUTH_TOKEN: 'flex-token', FRONTLINE_AUTH_TOKEN: 'frontline-token' };

const complaint = (read: () => unknown): string => {
  try {
    read();
    return 'nothing';
  } catch (error) {
    return String(error);
  }
};

describe('settings', () => {
  test('five settings are enough, and the rest has a default', () => {
    expect(readConfig(settings)).toEqual({
      flex: { accountSid: sid('AC', 'a'), serviceSid: sid('IS', 'a'), defaultWebhook: undefined },
      frontline: { accountSid: sid('AC', 'b'), serviceSid: sid('IS', 'b') },
      presence: usualPresence(),
      acceptsOffers: false,
      refusesHandovers: false,
      publicBaseUrl: 'https://bridge.example.com',
      twilioBaseUrl: undefined,
      deployment: 'bridge',
      settleMs: 60_000,
      answeredSettleMs: 10_000,
      leaseMs: 20_000,
      callbacks: { notificationMs: 30_000, origins: [], availabilityPerSecond: 20 },
    });
  });

  test('each setting is taken over', () => {
    const config = readConfig({
      ...settings,
      FLEX_CHAT_DEFAULT_WEBHOOK: 'https://webhooks.twilio.com/v1/Accounts/x',
      TWILIO_BASE_URL: 'http://127.0.0.1:4010/',
      DEPLOYMENT_ID: 'staging',
      SETTLE_SECONDS: '0.5',
      ANSWERED_SETTLE_SECONDS: '0.25',
      LEASE_SECONDS: '2',
    });
    expect(config).toMatchObject({
      flex: { defaultWebhook: 'https://webhooks.twilio.com/v1/Accounts/x' },
      twilioBaseUrl: 'http://127.0.0.1:4010',
      deployment: 'staging',
      settleMs: 500,
      answeredSettleMs: 250,
      leaseMs: 2_000,
    });
  });

  test.each([
    ['PUBLIC_BASE_URL', 'bridge.example.com'],
    ['PUBLIC_BASE_URL', 'ftp://bridge.example.com'],
    ['PUBLIC_BASE_URL', 'https://bridge.example.com?x=1'],
    ['PUBLIC_BASE_URL', 'https://user:password@bridge.example.com'],
    ['TWILIO_BASE_URL', '127.0.0.1:4010'],
    ['FLEX_CHAT_DEFAULT_WEBHOOK', 'http://webhooks.twilio.com/v1'],
    ['DEPLOYMENT_ID', 'two words'],
    ['DEPLOYMENT_ID', 'x'.repeat(33)],
    ['SETTLE_SECONDS', '0'],
    ['SETTLE_SECONDS', '-1'],
    ['SETTLE_SECONDS', '901'],
    ['SETTLE_SECONDS', '1e2'],
    ['ANSWERED_SETTLE_SECONDS', '901'],
    ['LEASE_SECONDS', '121'],
    ['LEASE_SECONDS', 'soon'],
    ['ACCOUNT_SID', 'ACCOUNT'],
    ['ACCOUNT_SID', settings.FRONTLINE_ACCOUNT_SID],
    ['CHAT_SERVICE_SID', sid('CH', 'a')],
  ])('%s is not accepted as %s', (name, value) => {
    const said = complaint(() => readConfig({ ...settings, [name]: value }));
    expect(said).toContain(`${name} `);
    expect(said).not.toContain(value.length > 2 && value !== 'ACCOUNT' ? value : '\0');
  });

  test('a default webhook in the clear is taken on this machine only', () => {
    const FLEX_CHAT_DEFAULT_WEBHOOK = 'http://127.0.0.1:4010/webhooks.twilio.com/v1';
    expect(readConfig({ ...settings, FLEX_CHAT_DEFAULT_WEBHOOK }).flex.defaultWebhook).toBe(FLEX_CHAT_DEFAULT_WEBHOOK);
  });

  test("the older app's misspelling is read", () => {
    const { CONVERSATION_SERVICE_SID, ...rest } = settings;
    const old = { ...rest, CONERSATION_SERVICE_SID: CONVERSATION_SERVICE_SID };
    expect(readConfig(old).frontline.serviceSid).toBe(CONVERSATION_SERVICE_SID);
  });
});

describe('secrets', () => {
  test('two tokens and a stamp key are enough', () => {
    expect(readSecrets(tokens, 'made-at-first-start')).toEqual({
      flex: { authToken: 'flex-token', previousAuthToken: undefined, apiKey: undefined },
      frontline: { authToken: 'frontline-token', previousAuthToken: undefined, apiKey: undefined },
      stampKey: 'made-at-first-start',
    });
  });

  test('previous tokens and API keys are taken over, and a stamp key that is set wins', () => {
    const all = {
      ...tokens,
      AUTH_TOKEN_PREVIOUS: 'before',
      FRONTLINE_API_KEY_SID: sid('SK', 'b'),
      FRONTLINE_API_KEY_SECRET: 'key-secret',
      STAMP_KEY: 'set in the environment',
    };
    expect(readSecrets(all, 'made-at-first-start')).toMatchObject({
      flex: { previousAuthToken: 'before' },
      frontline: { apiKey: { sid: sid('SK', 'b'), secret: 'key-secret' } },
      stampKey: 'set in the environment',
    });
  });

  test('half an API key is not enough', () => {
    expect(complaint(() => readSecrets({ ...tokens, API_KEY_SID: sid('SK', 'a') }, 'made-at-first-start'))).toContain(
      'API_KEY_SECRET',
    );
  });
});

test('everything that is missing is named at once, settings and secrets', () => {
  const said = complaint(() => readConfigAndSecrets({ CHAT_SERVICE_SID: 'wrong', AUTH_TOKEN: 'flex-token' }));
  for (const name of ['ACCOUNT_SID', 'CHAT_SERVICE_SID', 'FRONTLINE_ACCOUNT_SID', 'CONVERSATION_SERVICE_SID'])
    expect(said).toContain(`  ${name} `);
  for (const name of ['PUBLIC_BASE_URL', 'FRONTLINE_AUTH_TOKEN', 'STAMP_KEY']) expect(said).toContain(`  ${name} is`);
  expect(said).not.toContain('flex-token');
});
