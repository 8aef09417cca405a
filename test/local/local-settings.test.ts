import { describe, expect, test } from '@jest/globals';
import { readLocalSettings } from '../../local/local-settings.ts';
import { FLEX } from '../../local-twilio/defaults.ts';

const hex = (digit: string): string => digit.repeat(32);
const accounts = {
  ACCOUNT_SID: `AC${hex('1')}`,
  AUTH_TOKEN: 'flex-token',
  CHAT_SERVICE_SID: `IS${hex('1')}`,
  FRONTLINE_ACCOUNT_SID: `AC${hex('2')}`,
  FRONTLINE_AUTH_TOKEN: 'frontline-token',
  CONVERSATION_SERVICE_SID: `IS${hex('2')}`,
};

describe('The settings of one machine', () => {
  test('name each thing that is the same for both accounts, settings and secrets, at once', () => {
    const { ACCOUNT_SID, AUTH_TOKEN, CHAT_SERVICE_SID } = accounts;
    const both = { FRONTLINE_ACCOUNT_SID: ACCOUNT_SID, FRONTLINE_AUTH_TOKEN: AUTH_TOKEN };
    const read = () =>
      readLocalSettings({
        ...{ ...accounts, ...both, CONVERSATION_SERVICE_SID: CHAT_SERVICE_SID },
        ...{ PUBLIC_BASE_URL: 'https://bridge.example.com', PORT: '8080', CONSOLE_PORT: '8080' },
      });
    for (const pair of [
      'PORT and CONSOLE_PORT',
      'ACCOUNT_SID and FRONTLINE_ACCOUNT_SID',
      'CHAT_SERVICE_SID and CONVERSATION_SERVICE_SID',
      'AUTH_TOKEN and FRONTLINE_AUTH_TOKEN',
    ])
      expect(read).toThrow(`${pair} are the same`);
    expect(readLocalSettings({ PORT: '0', CONSOLE_PORT: '0' })).toMatchObject({ port: 0, consolePort: 0 });
  });

  test('that say nothing mean the local Twilio, and a file that may be forgotten', () => {
    const settings = readLocalSettings({});
    expect(settings).toMatchObject({
      accountsOf: 'local',
      port: 3000,
      address: '127.0.0.1',
      consolePort: undefined,
      dataFile: 'data/local.sqlite',
      forget: true,
      sweepMs: 60_000,
    });
    expect(settings.settings.flex).toMatchObject({
      accountSid: FLEX.accountSid,
      defaultWebhook: FLEX.defaultWebhook,
      workspaceSid: FLEX.workspaceSid,
    });
    expect(settings.settings.publicBaseUrl).toBeUndefined();
  });

  test('never forget a file that somebody named, nor one of a Twilio that lives on', () => {
    expect(readLocalSettings({ DATA_FILE: 'mine.sqlite' })).toMatchObject({ dataFile: 'mine.sqlite', forget: false });
    expect(readLocalSettings({ TWILIO_BASE_URL: 'http://127.0.0.1:4010' }).forget).toBe(false);
    expect(readLocalSettings({ ...accounts, PUBLIC_BASE_URL: 'https://b.example.com' })).toMatchObject({
      accountsOf: 'settings',
      dataFile: 'data/bridge.sqlite',
      forget: false,
    });
  });

  test('with accounts need the public address, but for a Twilio that is on this machine', () => {
    expect(() => readLocalSettings(accounts)).toThrow('PUBLIC_BASE_URL is missing');
    const beside = readLocalSettings({ ...accounts, TWILIO_BASE_URL: 'http://127.0.0.1:4010' });
    expect(beside.settings.publicBaseUrl).toBeUndefined();
    const settings = readLocalSettings({ ...accounts, PUBLIC_BASE_URL: 'https://b.example.com/twilio/' });
    expect(settings.settings.publicBaseUrl).toBe('https://b.example.com/twilio');
  });

  test('count one name of an account as meant, the older spelling too', () => {
    expect(() => readLocalSettings({ CONERSATION_SERVICE_SID: `IS${hex('2')}` })).toThrow('ACCOUNT_SID is missing');
    expect(readLocalSettings({ ACCOUNT_SID: '  ', STAMP_KEY: 'a key of my own!' })).toMatchObject({
      accountsOf: 'local',
      stampKey: 'a key of my own!',
    });
  });

  test('refuse a stamp key that anybody guesses, and an API key that is none', () => {
    const API_KEY_SID = 'SK';
    expect(() => readLocalSettings({ STAMP_KEY: 's' })).toThrow('STAMP_KEY is shorter than 16 characters');
    expect(() => readLocalSettings({ ...accounts, API_KEY_SID })).toThrow('API_KEY_SID is not SK and 32 hex digits');
  });

  test.each([
    ['PORT', '70000'],
    ['PORT', '-1'],
    ['CONSOLE_PORT', '3.5'],
    ['SWEEP_SECONDS', '0'],
  ])('refuse %s=%s', (name, value) => {
    expect(() => readLocalSettings({ [name]: value })).toThrow(`${name} is not a whole number`);
  });
});
