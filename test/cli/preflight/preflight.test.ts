import { describe, expect, test } from '@jest/globals';
import { checkedLines } from '../../../cli/preflight/checked.ts';
import { inspect, stageOf } from '../../../cli/preflight/preflight.ts';
import {
  type Answers,
  alarm,
  EMPTY,
  fakeAccount,
  named,
  noHost,
  part,
  refused,
  STACK,
  secretOf,
  stackOf,
  subscription,
  TOPIC,
} from './fake-account.ts';

const look = async (answers: Answers = {}, { ring = false, webhooksPerSecond = 2000, consumersAtOnce = 50 } = {}) => {
  const { account, asked } = fakeAccount(answers);
  const pause = async () => {};
  const own = { stack: STACK, deployment: 'bridge-production', webhooksPerSecond, consumersAtOnce };
  const checks = await inspect(account, { ...own, ring, pause });
  const wrong = checks.filter(({ state }) => state === 'wrong').map(({ about, says }) => `${about}: ${says}`);
  return { checks, wrong, asked, lines: checkedLines(checks) };
};

describe('an account in which all is well', () => {
  test('is said to be, line by line, after the deployment', async () => {
    const { lines } = await look();
    expect(lines).toEqual([
      'Good    Region: eu-central-1 has the services that the stack needs',
      `Good    Stack: ${STACK} is deployed (CREATE_COMPLETE)`,
      "Good    Lambda: 1000 functions at a time in this account and region; the bridge's queues may take 150",
      'Good    API Gateway: 10000 requests a second, 5000 at once, by all APIs of this account and region',
      'Good    Secret: its fields are complete and well-formed',
      'Good    Alarms: each of 2 alarms has somebody who hears it',
      'All is well.',
    ]);
  });

  test('is said to be before it, with what can be told only afterwards', async () => {
    const { lines, wrong } = await look(EMPTY);
    expect(wrong).toEqual([]);
    expect(lines).toContain(`Later   Stack: ${STACK} is not deployed yet, and its name is free`);
    expect(lines).toContain('Later   Secret: it comes with the stack; then npx bridge secrets fills it');
    expect(lines).toContain('Later   Alarms: they come with the stack; then somebody must subscribe to them');
    expect(lines.at(-1)).toBe('Nothing stands in the way of the deployment. Run this again after it.');
  });

  test('is only read', async () => {
    for (const question of (await look()).asked) expect(question).toMatch(/^(?:Get|List|Describe)/);
  });
});

describe('before anything is deployed it is said, with what to do', () => {
  test('that the account has a quota of 10', async () => {
    const AccountLimit = { ConcurrentExecutions: 10, UnreservedConcurrentExecutions: 10 };
    const { wrong } = await look({ ...EMPTY, GetAccountSettings: { AccountLimit } });
    expect(wrong).toEqual([
      expect.stringMatching(/^Lambda: 10 functions at a time .* may take 150, and webhooks would be turned away/),
    ]);
    expect(wrong[0]).toMatch(/ask for 1000 with aws service-quotas request-service-quota-increase .*L-B99A9384/);
  });

  test('that more consumers are set than the account has executions for', async () => {
    const { wrong } = await look(EMPTY, { consumersAtOnce: 500 });
    expect(wrong).toEqual([expect.stringMatching(/^Lambda: 1000 functions at a time .* may take 1500/)]);
  });

  test('that others in the account have reserved what the queues need', async () => {
    const AccountLimit = { ConcurrentExecutions: 1000, UnreservedConcurrentExecutions: 100 };
    const { wrong } = await look({ ...EMPTY, GetAccountSettings: { AccountLimit } });
    expect(wrong).toEqual([expect.stringContaining('900 of them reserved for single functions')]);
  });

  test('that API Gateway lets less through than one route may take; a small region lets enough through', async () => {
    const few = { throttleSettings: { rateLimit: 1000, burstLimit: 500 } };
    expect((await look({ ...EMPTY, GetAccount: few })).wrong).toEqual([
      expect.stringMatching(/^API Gateway: 1000 requests a second.*ask for more with aws service-quotas .*L-8A5B8E43/),
    ]);
    const small = { throttleSettings: { rateLimit: 2500, burstLimit: 1250 } };
    expect((await look({ ...EMPTY, GetAccount: small })).wrong).toEqual([]);
    expect((await look({ ...EMPTY, GetAccount: small }, { webhooksPerSecond: 3000 })).wrong).toHaveLength(1);
  });

  test('that the region lacks a service', async () => {
    const { wrong } = await look({ ...EMPTY, GetAccount: noHost, ListTopics: noHost });
    expect(wrong).toEqual([
      'Region: eu-central-1 has no API Gateway, no SNS, which the stack needs: set AWS_REGION to another region and deploy there',
    ]);
  });

  test('that the name of the stage collides with a stack that is no bridge', async () => {
    const ListStackResources = { StackResourceSummaries: [part('AWS::SQS::Queue', 'orders')] };
    const { wrong } = await look({ ...EMPTY, DescribeStacks: { Stacks: [stackOf(STACK)] }, ListStackResources });
    expect(wrong).toEqual([
      `Stack: ${STACK} stands in this region already and is no bridge: deploy with another STAGE`,
    ]);
  });

  test('that another bridge calls itself the same', async () => {
    const Outputs = [{ OutputKey: 'DeploymentId', OutputValue: 'bridge-production' }];
    const other = stackOf('flex-frontline-bridge-test', { Outputs });
    const { wrong } = await look({ ...EMPTY, DescribeStacks: { Stacks: [other] } });
    expect(wrong).toEqual([
      expect.stringMatching(/^Stack: flex-frontline-bridge-test calls itself bridge-production, too.*DEPLOYMENT_ID/),
    ]);
    expect(
      (await look({ DescribeStacks: { Stacks: [stackOf(STACK), stackOf('flex-frontline-bridge-b')] } })).wrong,
    ).toEqual([]);
  });

  test('that a deployment failed half-way, or is under way', async () => {
    for (const [StackStatus, todo] of [
      ['ROLLBACK_COMPLETE', 'npx cdk destroy'],
      ['UPDATE_ROLLBACK_FAILED', 'continue-update-rollback'],
      ['UPDATE_IN_PROGRESS', 'wait until that is over'],
    ] as const) {
      const Stacks = [stackOf(STACK, { StackStatus })];
      const { wrong } = await look({ DescribeStacks: { Stacks } });
      expect(wrong).toEqual([
        expect.stringContaining(`is in ${StackStatus}`.replace('in UPDATE_IN', 'being changed (UPDATE_IN')),
      ]);
      expect(wrong[0]).toContain(todo);
    }
    const Stacks = [stackOf(STACK, { StackStatus: 'REVIEW_IN_PROGRESS' })];
    expect((await look({ ...EMPTY, DescribeStacks: { Stacks } })).wrong).toEqual([]);
  });

  test('that an earlier stack of this name has left its secret', async () => {
    const { wrong } = await look({ DescribeStacks: { Stacks: [] } });
    expect(wrong).toEqual([expect.stringMatching(/^Secret: an earlier stack called .* has left its secret here/)]);
  });
});

describe('of the secret it is said, by name and never by value', () => {
  const secret = async (SecretString: string) => {
    const { wrong } = await look({ GetSecretValue: { SecretString } });
    for (const line of wrong) expect(line).not.toMatch(/flex-token|frontline-token|made-with|hidden/);
    return wrong;
  };

  test.each(['hidden', '', '["hidden"]', 'null', '{"AUTH_TOKEN": "hidden'])(
    'that it is no JSON object: %s',
    async (text) => {
      expect(await secret(text)).toEqual([
        expect.stringMatching(/^Secret: it is no JSON object, so no function can start/),
      ]);
    },
  );

  test('that fields are missing, malformed, no text, or not known', async () => {
    expect(await secret(secretOf({ AUTH_TOKEN: '', API_KEY_SID: 'hidden', API_KEY_SECRET: 'hidden' }))).toEqual([
      `Secret: API_KEY_SID is not SK and 32 hex digits, AUTH_TOKEN is missing: put that right with npx bridge secrets --stack ${STACK}`,
    ]);
    expect(await secret(secretOf({ AUTH_TOKEN: 17, AUTHTOKEN: 'hidden' }))).toEqual([
      expect.stringContaining('AUTH_TOKEN is no text, AUTHTOKEN is no field that the bridge knows:'),
    ]);
  });

  test('that the stack has none, or two', async () => {
    expect((await look({ ListSecrets: { SecretList: [] } })).wrong).toEqual([
      expect.stringContaining('deleted by hand'),
    ]);
    const one = { ARN: 'arn:secret', Tags: [{ Key: 'flex-frontline-bridge', Value: STACK }] };
    const { wrong } = await look({ ListSecrets: { SecretList: [one, { ...one, ARN: 'arn:older' }] } });
    expect(wrong).toEqual([expect.stringContaining('delete the older one')]);
  });
});

describe('of the alarms it is said', () => {
  test('that nobody has subscribed, or nobody has confirmed', async () => {
    expect((await look({ ListSubscriptionsByTopic: { Subscriptions: [] } })).wrong).toEqual([
      `Alarms: nobody hears of 2 alarms: aws sns subscribe --topic-arn ${TOPIC} --protocol email --notification-endpoint you@example.com, and confirm it by the link in the mail`,
    ]);
    const Subscriptions = [subscription('PendingConfirmation'), subscription('Deleted')];
    expect((await look({ ListSubscriptionsByTopic: { Subscriptions } })).wrong).toEqual([
      expect.stringContaining('(1 subscription still to be confirmed)'),
    ]);
  });

  test('which are switched off, tell no topic, or are gone', async () => {
    const MetricAlarms = [alarm('one', { ActionsEnabled: false })];
    expect((await look({ DescribeAlarms: { MetricAlarms } })).wrong).toEqual([
      expect.stringMatching(/^Alarms: two were deleted by hand/),
      'Alarms: one are switched off: aws cloudwatch enable-alarm-actions --alarm-names one',
    ]);
    const CompositeAlarms = [
      alarm('one', { AlarmActions: ['arn:aws:lambda:eu-central-1:1:function:f'] }),
      alarm('two'),
    ];
    expect((await look({ DescribeAlarms: { CompositeAlarms } })).wrong).toEqual([
      expect.stringMatching(/^Alarms: one tell nobody/),
    ]);
  });
});

describe('--ring', () => {
  /** CloudWatch's history of an alarm's actions, before it is rung and after. */
  const history = (after: object) => {
    let looks = 0;
    const old = { Timestamp: new Date(0), HistorySummary: 'Failed to execute action of last year' };
    return {
      SetAlarmState: {},
      DescribeAlarmHistory: () => {
        looks += 1;
        return { AlarmHistoryItems: looks <= 2 ? [old] : [{ Timestamp: new Date(1000), ...after }, old] };
      },
    };
  };

  test('is not done unless it is asked for', async () => {
    expect((await look()).asked).not.toContain('SetAlarmState');
  });

  test('sees the message leave for those who have subscribed', async () => {
    const { lines, asked } = await look(history({ HistorySummary: `Successfully executed action ${TOPIC}` }), {
      ring: true,
    });
    expect(asked.filter((question) => question === 'SetAlarmState')).toHaveLength(1);
    expect(lines).toContain(
      'Good    Alarms: one was rung, and its message left for 1 subscriber: see that it came. It goes back by itself',
    );
  });

  test('says in the words of CloudWatch why it did not leave', async () => {
    const why = 'is not authorized to perform: SNS:Publish';
    const failed = { HistorySummary: `Failed to execute action ${TOPIC}`, HistoryData: JSON.stringify({ error: why }) };
    const { wrong } = await look(history(failed), { ring: true });
    expect(wrong).toEqual([expect.stringContaining(`one was rung, and its message did not leave (${why})`)]);
  });

  test('does not wait for ever', async () => {
    const silent = { SetAlarmState: {}, DescribeAlarmHistory: { AlarmHistoryItems: [] } };
    const { wrong } = await look(silent, { ring: true });
    expect(wrong).toEqual([expect.stringContaining('for half a minute CloudWatch noted nothing')]);
  });

  test('rings none that rings already, and none that nobody hears', async () => {
    const MetricAlarms = [alarm('one', { StateValue: 'ALARM' }), alarm('two')];
    const rung: unknown[] = [];
    const SetAlarmState = (input: unknown) => rung.push(input);
    const told = history({ HistorySummary: `Successfully executed action ${TOPIC}` });
    await look({ ...told, DescribeAlarms: { MetricAlarms }, SetAlarmState }, { ring: true });
    expect(rung).toEqual([expect.objectContaining({ AlarmName: 'two', StateValue: 'ALARM' })]);
    const { asked } = await look({ ...told, ListSubscriptionsByTopic: { Subscriptions: [] } }, { ring: true });
    expect(asked).not.toContain('SetAlarmState');
  });
});

describe('what AWS does not answer', () => {
  test('is named with the permission that is missing, and the rest is looked at', async () => {
    const { wrong, checks } = await look({
      GetAccountSettings: refused,
      ListSubscriptionsByTopic: named('AuthorizationError'),
    });
    expect(wrong).toEqual([
      expect.stringMatching(/^Lambda: not looked at, for these credentials lack lambda:GetAccountSettings/),
      expect.stringMatching(/^Alarms: not looked at, for these credentials lack sns:ListSubscriptionsByTopic/),
    ]);
    expect(checks).toHaveLength(6);
  });

  test('makes no claims of a stack that nobody may see', async () => {
    const { checks } = await look({ DescribeStacks: refused });
    expect(checks.map(({ about }) => about)).toEqual(['Region', 'Stack', 'Lambda', 'API Gateway']);
  });

  test('is no finding when there is no region, no network or no login', async () => {
    const nowhere = Object.fromEntries(
      ['DescribeStacks', 'GetAccountSettings', 'GetAccount', 'ListQueues', 'ListTables', 'ListSecrets', 'ListTopics']
        .concat('DescribeAlarms')
        .map((question) => [question, noHost]),
    );
    await expect(look(nowhere)).rejects.toThrow('eu-central-1 is no region of AWS, or this machine has no network');
    await expect(look({ GetAccount: named('ExpiredTokenException') })).rejects.toThrow(
      'ExpiredTokenException: AWS says',
    );
  });
});

test('the name of a stack is that of a bridge', () => {
  expect(stageOf('flex-frontline-bridge-production')).toBe('production');
  for (const other of [
    'production',
    'flex-frontline-bridge-',
    'flex-frontline-bridge-a b',
    `flex-frontline-bridge-${'x'.repeat(26)}`,
  ])
    expect(stageOf(other)).toBeUndefined();
});
