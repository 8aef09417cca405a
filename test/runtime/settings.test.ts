import { describe, expect, test } from '@jest/globals';
import { usualPresence } from '../../src/core/model/presence.ts';
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
      presence: usualPresence(),
      acceptsOffers: false,
      refusesHandovers: false,
      publicBaseUrl: undefined,
      twilioBaseUrl: undefined,
      deployment: 'bridge',
      settleMs: 60_000,
      answeredSettleMs: 10_000,
      leaseMs: 20_000,
      callbacks: { notificationMs: 30_000, origins: [], availabilityPerSecond: 20 },
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

  test('which activities mean the same is said in pairs, as many as there are', () => {
    const read = (more: Readonly<Record<string, string>>) => readSettings({ ...complete, ...more }).presence;
    expect(read({ FRONTLINE_AVAILABLE_STATUS: 'Online' })).toEqual(usualPresence('Online'));
    expect(
      read({
        PRESENCE_MAP: ' Available = Online , Break=Away,Lunch=Away',
        FRONTLINE_AVAILABLE_STATUS: 'Online',
        PRESENCE_MIRRORS_TIMEOUTS: 'true',
        PRESENCE_REJECTS_OFFERS: 'true',
      }),
    ).toEqual({
      pairs: [
        { flex: 'Available', frontline: 'Online' },
        { flex: 'Break', frontline: 'Away' },
        { flex: 'Lunch', frontline: 'Away' },
      ],
      ...{ available: 'Online', mirrorsTimeouts: true, rejectsOffers: true },
    });
  });

  test.each([
    ['PRESENCE_MAP', 'Available'],
    ['PRESENCE_MAP', 'Available=Available,'],
    ['PRESENCE_MAP', 'Available=Available=Available'],
    ['PRESENCE_MAP', 'Away=Away'],
    ['FRONTLINE_AVAILABLE_STATUS', 'Online'],
    ['PRESENCE_REJECTS_OFFERS', 'yes'],
    ['PRESENCE_MIRRORS_TIMEOUTS', '1'],
    ['WORKER_MATCH_ATTRIBUTE', 'email" OR "1'],
    ['FRONTLINE_WORKSPACE_SID', 'WS1'],
  ])('of agents that cannot be meant are refused by name: %s=%s', (name, value) => {
    if (name === 'FRONTLINE_AVAILABLE_STATUS') {
      const map = { PRESENCE_MAP: 'Available=Available', [name]: value };
      expect(() => readSettings({ ...complete, ...map })).toThrow('PRESENCE_MAP');
    } else expect(() => readSettings({ ...complete, [name]: value })).toThrow(name);
  });

  describe('of chats that an agent begins', () => {
    const webhook = `https://webhooks.twilio.com/v1/Accounts/${sid('AC', 'a')}/Proxy/${sid('KS', 'b')}/Webhooks/ChatEvent`;
    const read = (over: Record<string, string>) => readSettings({ ...complete, ...over }).outbound;

    test('are the numbers, the task channel, and the Proxy service, which the webhook names, too', () => {
      expect(read({ SMS_NUMBER: '+15550100001', FLEX_CHAT_DEFAULT_WEBHOOK: webhook })).toEqual({
        ...{ smsNumber: '+15550100001', whatsappNumber: undefined },
        ...{ proxyServiceSid: sid('KS', 'b'), taskChannel: 'sms' },
      });
      const all = { SMS_NUMBER: '+15550100001', WHATSAPP_NUMBER: '+15550100003', SMS_CHANNEL_SID: sid('TC', 'c') };
      expect(read({ ...all, PROXY_SERVICE_SID: sid('KS', 'a'), FLEX_CHAT_DEFAULT_WEBHOOK: webhook })).toEqual({
        ...{ smsNumber: '+15550100001', whatsappNumber: 'whatsapp:+15550100003' },
        ...{ proxyServiceSid: sid('KS', 'a'), taskChannel: sid('TC', 'c') },
      });
    });

    test('are none without a number or a Proxy service', () => {
      expect(read({ FLEX_CHAT_DEFAULT_WEBHOOK: webhook })).toBeUndefined();
      expect(read({ SMS_NUMBER: '+15550100001' })).toBeUndefined();
    });

    test.each(['SMS_NUMBER', 'WHATSAPP_NUMBER', 'PROXY_SERVICE_SID', 'SMS_CHANNEL_SID'])(
      'are refused by name when malformed: %s',
      (name) => {
        expect(() => read({ [name]: '555 0100' })).toThrow(`${name} is not`);
      },
    );
  });

  test('how chats are handed over in Frontline is said by two', () => {
    const read = (more: Readonly<Record<string, string>>) => readSettings({ ...complete, ...more });
    const given = read({ WORKFLOW_SID: sid('WW', 'a'), DISABLE_FRONTLINE_TRANSFER: 'true' });
    expect([given.flex.workflowSid, given.refusesHandovers]).toEqual([sid('WW', 'a'), true]);
    expect(() => read({ WORKFLOW_SID: 'WW1' })).toThrow('WORKFLOW_SID is not WW and 32 hex digits');
    expect(() => read({ DISABLE_FRONTLINE_TRANSFER: 'no' })).toThrow('DISABLE_FRONTLINE_TRANSFER is not true or false');
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

  const bridge = 'https://hooks.example.test/bridge';

  test.each([
    [{ FRONTLINE_ACCOUNT_SID: complete.ACCOUNT_SID }, 'ACCOUNT_SID and FRONTLINE_ACCOUNT_SID are the same'],
    [{ CONVERSATION_SERVICE_SID: complete.CHAT_SERVICE_SID }, 'CHAT_SERVICE_SID and CONVERSATION_SERVICE_SID are'],
    [{ PUBLIC_BASE_URL: bridge, TWILIO_BASE_URL: `${bridge}/` }, 'PUBLIC_BASE_URL and TWILIO_BASE_URL are the same'],
    [{ PUBLIC_BASE_URL: bridge, FLEX_CHAT_DEFAULT_WEBHOOK: bridge }, 'FLEX_CHAT_DEFAULT_WEBHOOK are the same'],
    ...['/chat-to-frontline', '/chat-to-frontline/', '/frontline-to-chat', '/taskrouter-handler?x=1'].map(
      (path) => [{ FLEX_CHAT_DEFAULT_WEBHOOK: bridge + path }, "WEBHOOK is a bridge's own address"] as const,
    ),
  ])('what would join a thing with itself is refused: %#', (over, problem) => {
    expect(() => readSettings({ ...complete, ...over })).toThrow(problem);
  });

  test('a webhook of Flex beside the bridge is none of the bridge', () => {
    const beside = { PUBLIC_BASE_URL: bridge, FLEX_CHAT_DEFAULT_WEBHOOK: `${bridge}-sms/flex` };
    expect(readSettings({ ...complete, ...beside }).flex.defaultWebhook).toBe(`${bridge}-sms/flex`);
  });

  test('every contradiction is named at once, beside what is malformed, and no value', () => {
    const { ACCOUNT_SID, CHAT_SERVICE_SID } = complete;
    const twice = { FRONTLINE_ACCOUNT_SID: ACCOUNT_SID, CONVERSATION_SERVICE_SID: CHAT_SERVICE_SID };
    const read = () => readSettings({ ...complete, ...twice, LEASE_SECONDS: 'soon' });
    expect(read).toThrow(/LEASE_SECONDS is not[\s\S]*ACCOUNT_SID and FRON[\s\S]*CHAT_SERVICE_SID and CON/);
    expect(read).not.toThrow(new RegExp(`${ACCOUNT_SID}|${CHAT_SERVICE_SID}`));
  });
});

describe('the settings of the callbacks', () => {
  const callbacks = (over: Readonly<Record<string, string>>) => readSettings({ ...complete, ...over }).callbacks;

  test('are numbers, addresses and pages, the WhatsApp number with its prefix whether it was given or not', () => {
    expect(
      callbacks({
        FRONTLINE_SMS_NUMBER: '+15550100002',
        FRONTLINE_WHATSAPP_NUMBER: '+15550100003',
        BACKUP_CRM_ENDPOINT: 'https://crm.example.com/frontline?key=1',
        TEMPLATES_FILE: 'templates.json',
        NOTIFICATION_TIMEOUT_MINUTES: '2.5',
        AVAILABILITY_ORIGINS: 'https://www.example.com , https://shop.example.com:8443',
        WORKSPACE_SID: sid('WS', 'a'),
        AVAILABILITY_PER_SECOND: '5',
      }),
    ).toEqual({
      smsNumber: '+15550100002',
      whatsAppNumber: 'whatsapp:+15550100003',
      backupCrm: 'https://crm.example.com/frontline?key=1',
      templatesFile: 'templates.json',
      notificationMs: 150_000,
      origins: ['https://www.example.com', 'https://shop.example.com:8443'],
      availabilityPerSecond: 5,
    });
    expect(callbacks({ FRONTLINE_WHATSAPP_NUMBER: 'whatsapp:+15550100003' }).whatsAppNumber).toBe(
      'whatsapp:+15550100003',
    );
  });

  test.each([
    ['FRONTLINE_SMS_NUMBER', '555 0100'],
    ['FRONTLINE_WHATSAPP_NUMBER', 'whatsapp:555'],
    ['BACKUP_CRM_ENDPOINT', 'http://crm.example.com/frontline'],
    ['BACKUP_CRM_ENDPOINT', 'https://user:password@crm.example.com'],
    ['BACKUP_CRM_ENDPOINT', 'http://localhost.example.com/'],
    ['BACKUP_CRM_ENDPOINT', 'https://crm.example.com:99999/frontline'],
    ['BACKUP_CRM_ENDPOINT', 'https://[crm.example.com/frontline'],
    ['NOTIFICATION_TIMEOUT_MINUTES', '0'],
    ['NOTIFICATION_TIMEOUT_MINUTES', '00.000'],
    ['NOTIFICATION_TIMEOUT_MINUTES', 'soon'],
    ['AVAILABILITY_ORIGINS', '*'],
    ['AVAILABILITY_ORIGINS', 'https://www.example.com/'],
    ['AVAILABILITY_ORIGINS', 'http://www.example.com'],
    ['AVAILABILITY_PER_SECOND', '0'],
  ])('are refused by name when they are malformed: %s', (name, value) => {
    const refused = () => callbacks({ [name]: value, WORKSPACE_SID: sid('WS', 'a') });
    expect(refused).toThrow(`${name} is not `);
    expect(refused).not.toThrow(value.length > 4 ? value : 'no value so short is shown');
  });

  test('are pages as their browsers name them, which leave out the usual port', () => {
    const AVAILABILITY_ORIGINS = 'https://www.example.com:443,http://localhost:80,https://shop.example.com:8443';
    expect(callbacks({ AVAILABILITY_ORIGINS, WORKSPACE_SID: sid('WS', 'a') }).origins).toEqual([
      ...['https://www.example.com', 'http://localhost', 'https://shop.example.com:8443'],
    ]);
  });

  test('are a time in whole milliseconds, which the name of a notice can hold', () => {
    expect(callbacks({ NOTIFICATION_TIMEOUT_MINUTES: '0.33333' }).notificationMs).toBe(20_000);
    expect(callbacks({ NOTIFICATION_TIMEOUT_MINUTES: '0.000001' }).notificationMs).toBe(1);
  });

  test('may name the bridge nowhere as the CRM behind itself, and no page without a workspace to look in', () => {
    const PUBLIC_BASE_URL = 'https://bridge.example.com/';
    expect(() => callbacks({ PUBLIC_BASE_URL, BACKUP_CRM_ENDPOINT: `${PUBLIC_BASE_URL}frontline/crm` })).toThrow(
      "BACKUP_CRM_ENDPOINT is the bridge's own address",
    );
    expect(() => callbacks({ AVAILABILITY_ORIGINS: 'https://www.example.com' })).toThrow(
      'AVAILABILITY_ORIGINS needs WORKSPACE_SID',
    );
  });
});
