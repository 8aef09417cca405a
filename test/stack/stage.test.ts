import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, jest, test } from '@jest/globals';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { readStage } from '../../lib/stage.ts';
import { bridgeStack, configured } from './synthesised.ts';

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
    Template.fromStack(stack).templateMatches({ Parameters: { AccountSid: Match.absent() } });
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
