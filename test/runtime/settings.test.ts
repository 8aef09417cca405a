import { describe, expect, test } from '@jest/globals';
import { readSettings } from '../../src/runtime/settings.ts';
import { sid } from '../support/sid.ts';

const complete = {
  ACCOUNT_SID: sid('AC', 'a'),
  CHAT_SERVICE_SID: sid('IS', 'a'),
  FRONTLINE_ACCOUNT_SID: sid('AC', 'b'),
  CONVERSATION_SERVICE_SID: sid('IS', 'b'),
};

describe('settings', () => {
  test('four SIDs are enough to start', () => {
    expect(readSettings(complete)).toEqual({
      flex: { accountSid: sid('AC', 'a'), serviceSid: sid('IS', 'a'), defaultWebhook: undefined },
      frontline: { accountSid: sid('AC', 'b'), serviceSid: sid('IS', 'b') },
      publicBaseUrl: undefined,
      twilioBaseUrl: undefined,
      deployment: 'bridge',
      settleMs: 60_000,
      leaseMs: 20_000,
    });
  });

  test('everything that is missing or malformed is named at once, and no value is shown', () => {
    const bad = {
      ACCOUNT_SID: 'secret-looking',
      PUBLIC_BASE_URL: 'example.com',
      SETTLE_SECONDS: 'soon',
      WORKSPACE_SID: 'WS1',
    };
    const failure = (() => {
      try {
        return String(readSettings(bad));
      } catch (error) {
        return String(error);
      }
    })();
    for (const name of [
      'ACCOUNT_SID does not look like',
      'CHAT_SERVICE_SID is missing',
      'FRONTLINE_ACCOUNT_SID is missing',
      'CONVERSATION_SERVICE_SID is missing',
      'PUBLIC_BASE_URL is not a URL',
      'WORKSPACE_SID is not WS and 32 hex digits',
      'SETTLE_SECONDS is not a number',
    ])
      expect(failure).toContain(name);
    expect(failure).not.toContain('secret-looking');
  });

  test('the workspace is known when it is named', () => {
    expect(readSettings({ ...complete, WORKSPACE_SID: sid('WS', 'a') }).flex.workspaceSid).toBe(sid('WS', 'a'));
    expect(readSettings({ ...complete, WORKSPACE_SID: ' ' }).flex.workspaceSid).toBeUndefined();
  });

  test('the misspelling of the older app is still read, and our own name wins', () => {
    const { CONVERSATION_SERVICE_SID, ...rest } = complete;
    const old = { ...rest, CONERSATION_SERVICE_SID: CONVERSATION_SERVICE_SID };
    expect(readSettings(old).frontline.serviceSid).toBe(CONVERSATION_SERVICE_SID);
    expect(readSettings({ ...old, ...complete, CONERSATION_SERVICE_SID: sid('IS', 'c') }).frontline.serviceSid).toBe(
      CONVERSATION_SERVICE_SID,
    );
  });

  test('an address loses the slash at its end, the default webhook stays as it was given', () => {
    const settings = readSettings({
      ...complete,
      PUBLIC_BASE_URL: 'https://bridge.example.com/',
      FLEX_CHAT_DEFAULT_WEBHOOK: 'https://webhooks.twilio.com/v1/ChatEvent/',
    });
    expect(settings.publicBaseUrl).toBe('https://bridge.example.com');
    expect(settings.flex.defaultWebhook).toBe('https://webhooks.twilio.com/v1/ChatEvent/');
  });

  test('one account cannot be bridged with itself', () => {
    expect(() => readSettings({ ...complete, FRONTLINE_ACCOUNT_SID: complete.ACCOUNT_SID })).toThrow('are the same');
  });
});
