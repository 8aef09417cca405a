import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, jest, test } from '@jest/globals';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import fc from 'fast-check';
import { SCALE_SETTINGS, scaleSettings } from '../../lib/scale.ts';
import { readStage, type Stage } from '../../lib/stage.ts';
import type { Setting } from '../../src/contract.ts';
import { readSettings } from '../../src/runtime/settings.ts';
import { sid } from '../support/sid.ts';
import { bridgeStack, configured, templateOf } from './synthesised.ts';

describe('a stage', () => {
  test('with nothing configured is synthesised, says what is missing, and cannot be deployed without', () => {
    jest.spyOn(console, 'error').mockImplementation(() => {}); // where synthesis prints its warning
    const stack = bridgeStack({});
    const names = ['ACCOUNT_SID', 'CHAT_SERVICE_SID', 'FRONTLINE_ACCOUNT_SID', 'CONVERSATION_SERVICE_SID'];
    Annotations.fromStack(stack).hasWarning('*', Match.stringLikeRegexp(`Not set: ${names.join(', ')}`));
    const parameters = Template.fromStack(stack).findParameters('*', Match.objectLike({ Type: 'String' }));
    const asked = Object.entries(parameters).filter(([, { Description }]) => String(Description).startsWith('Set '));
    expect(asked.map(([id]) => id).sort()).toEqual([
      'AccountSid',
      'ChatServiceSid',
      'ConversationServiceSid',
      'FrontlineAccountSid',
    ]);
    for (const [, parameter] of asked) expect(parameter).not.toHaveProperty('Default');
  });

  test('with everything configured asks for nothing', () => {
    const stack = bridgeStack();
    Annotations.fromStack(stack).hasNoWarning('*', Match.stringLikeRegexp('Not set'));
    templateOf().templateMatches({ Parameters: { AccountSid: Match.absent() } });
  });

  test('names every malformed setting at once, without its value', () => {
    const bad = { ...configured, ACCOUNT_SID: 'not-a-sid', CHAT_SERVICE_SID: 'nor-this', STAGE: 'a b' };
    expect(() => readStage(bad)).toThrow(/STAGE may hold[\s\S]*ACCOUNT_SID does not[\s\S]*CHAT_SERVICE_SID does not/);
    expect(() => readStage(bad)).not.toThrow(/not-a-sid|nor-this/);
  });

  test('is not deployed with the same account, service or address for both ends', () => {
    const { ACCOUNT_SID, CHAT_SERVICE_SID } = configured;
    const twice = { ...configured, FRONTLINE_ACCOUNT_SID: ACCOUNT_SID, CONERSATION_SERVICE_SID: CHAT_SERVICE_SID };
    const looped = { FLEX_CHAT_DEFAULT_WEBHOOK: 'https://bridge.example.com/chat-to-frontline' };
    expect(() => readStage({ ...twice, CONVERSATION_SERVICE_SID: '', ...looped })).toThrow(
      /ACCOUNT_SID and FRONTLINE_[\s\S]*CHAT_SERVICE_SID and CONVERSATION_[\s\S]*FLEX_CHAT_DEFAULT_WEBHOOK is a bridge's own/,
    );
    expect(readStage({ STAGE: 'trial' }).missing).toHaveLength(4);
  });

  test('is production unless it is said to be something else, and each deployment has a name of its own', () => {
    expect(readStage(configured)).toMatchObject({
      name: 'production',
      state: 'kept',
      settings: { DEPLOYMENT_ID: 'bridge-production' },
    });
    expect(readStage({ ...configured, STAGE: 'trial', DEPLOYMENT_ID: 'mine' })).toMatchObject({
      stackName: 'flex-frontline-bridge-trial',
      state: 'removed',
      settings: { DEPLOYMENT_ID: 'mine' },
    });
  });

  test('reads the older misspelling of CONVERSATION_SERVICE_SID', () => {
    const { CONVERSATION_SERVICE_SID, ...rest } = configured;
    expect(readStage({ ...rest, CONERSATION_SERVICE_SID: CONVERSATION_SERVICE_SID })).toMatchObject({
      missing: [],
      settings: { CONVERSATION_SERVICE_SID },
    });
  });

  test('is not deployed with a setting that its functions would fail at', () => {
    const wrong = { FRONTLINE_SMS_NUMBER: 'none', AVAILABILITY_PER_SECOND: '0' };
    expect(() => readStage({ ...configured, ...wrong })).toThrow(/FRONTLINE_SMS_NUMBER is not[\s\S]*AVAILABILITY_PER_/);
  });

  test('is not deployed with more settings than a function can be told, of which the longest is named', () => {
    const pages = (count: number): string =>
      Array.from({ length: count }, (_, n) => `https://shop-${n}.customers.example.com`).join(',');
    const told = (count: number) => readStage({ ...configured, ...withPages, AVAILABILITY_ORIGINS: pages(count) });
    const withPages = { WORKSPACE_SID: sid('WS', 'a') };
    expect(told(30).missing).toEqual([]);
    expect(() => told(100)).toThrow(/The settings are \d{4} bytes together, and.*AVAILABILITY_ORIGINS is the longest/);
  });

  test('takes settings of its scale that cannot be a slip of the pen, and names all that are', () => {
    const { scale } = readStage(configured);
    expect(scale).toEqual(Object.fromEntries(scaleSettings.map((name) => [name, SCALE_SETTINGS[name].otherwise])));
    for (const name of scaleSettings) {
      const { least, most } = SCALE_SETTINGS[name];
      for (const right of [least, most])
        expect(readStage({ ...configured, [name]: String(right) }).scale[name]).toBe(right);
      for (const wrong of [String(least - 1), String(most + 1), `0${least}`, `-${least}`, '2e3', 'many'])
        expect(() => readStage({ ...configured, [name]: wrong })).toThrow(
          `${name} is not a whole number, ${least} to ${most}`,
        );
    }
    const both = { CONSUMERS_AT_ONCE: '1', WARM_WRITES: '10' };
    expect(() => readStage({ ...configured, ...both })).toThrow(/CONSUMERS_AT_ONCE is not[\s\S]*WARM_WRITES is not/);
  });

  /** Each right or wrong as the functions see it; and some that are right only by themselves. */
  const VALUES: Readonly<Partial<Record<Setting, readonly string[]>>> = {
    ACCOUNT_SID: ['', 'nope', configured.ACCOUNT_SID],
    FRONTLINE_ACCOUNT_SID: ['', configured.ACCOUNT_SID, configured.FRONTLINE_ACCOUNT_SID],
    FLEX_CHAT_DEFAULT_WEBHOOK: ['', 'webhooks.twilio.com/v1', 'https://webhooks.twilio.com/v1/ChatEvent'],
    WORKSPACE_SID: ['', 'WSnope', sid('WS', 'a')],
    FRONTLINE_WORKSPACE_SID: ['', sid('WS', 'a'), sid('WS', 'b')],
    PRESENCE_MAP: ['', 'Available', 'Available=Available', 'Break=Away'],
    AUTO_ACCEPT_TASKS: ['', 'yes', 'true'],
    TWILIO_BASE_URL: ['', 'http://127.0.0.1:4010', 'https://twilio.example/x?y'],
    DEPLOYMENT_ID: ['', 'ümlaut', 'mine'],
    LEASE_SECONDS: ['', '3m', '20', '121'],
    SMS_NUMBER: ['', '0800', '+15550100001'],
    AVAILABILITY_ORIGINS: ['', 'www.example.com', 'https://www.example.com'],
  };

  test('is deployed with what its functions take, and with nothing else', () => {
    const any = Object.fromEntries(Object.entries(VALUES).map(([name, values]) => [name, fc.constantFrom(...values)]));
    const seen = { taken: 0, refused: 0 };
    fc.assert(
      fc.property(fc.record(any, { requiredKeys: [] }), (given) => {
        const environment: Readonly<Record<string, string>> = { ...configured, ...given, STAGE: 'trial' };
        const deployed = (): Stage | undefined => {
          try {
            return readStage(environment);
          } catch {
            return undefined;
          }
        };
        const stage = deployed();
        seen[stage === undefined ? 'refused' : 'taken'] += 1;
        const start = (): unknown =>
          readSettings({ ...environment, DEPLOYMENT_ID: environment.DEPLOYMENT_ID || 'mine' });
        if (stage?.missing.length === 0) expect(start).not.toThrow();
        if (stage === undefined) expect(start).toThrow();
      }),
      { numRuns: 2_000 },
    );
    expect(Math.min(seen.taken, seen.refused)).toBeGreaterThan(20);
  });

  test("leaves one machine's address at home, says so, and takes AWS's own", () => {
    const tunnel = { ...configured, PUBLIC_BASE_URL: 'https://tunnel.example' };
    expect(readStage(tunnel).settings.PUBLIC_BASE_URL).toBe('');
    Annotations.fromStack(bridgeStack(tunnel)).hasWarning('*', Match.stringLikeRegexp('AWS_PUBLIC_BASE_URL'));
    const own = readStage({ ...tunnel, AWS_PUBLIC_BASE_URL: 'https://hooks.example' });
    expect([own.settings.PUBLIC_BASE_URL, own.warnings]).toEqual(['https://hooks.example', []]);
  });

  test('of production talks to Twilio itself, or to what stands for it by TLS', () => {
    const fake = { ...configured, TWILIO_BASE_URL: 'http://127.0.0.1:4010' };
    expect(() => readStage(fake)).toThrow(/TWILIO_BASE_URL is a stand-in/);
    expect(readStage({ ...fake, STAGE: 'trial' }).missing).toEqual([]);
    expect(readStage({ ...fake, TWILIO_BASE_URL: 'https://twilio.example' }).missing).toEqual([]);
  });

  test('is not deployed with a broken file of templates, and says the line', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'templates-')), 'templates.json');
    writeFileSync(file, '[\n  { "display_name": "Openers", "templates": [\n    { "content": "" }\n  ] }\n]\n');
    expect(() => readStage({ ...configured, TEMPLATES_FILE: file })).toThrow(
      /TEMPLATES_FILE[\s\S]*line 3: content is no/,
    );
    writeFileSync(file, '[{ "display_name": "Openers", "templates": [{ "content": "Hello {{Name}}" }] }]');
    expect(readStage({ ...configured, TEMPLATES_FILE: file }).templates).toBe(file);
    rmSync(dirname(file), { recursive: true });
    expect(() => readStage({ ...configured, TEMPLATES_FILE: file })).toThrow(/ENOENT/);
  });
});
