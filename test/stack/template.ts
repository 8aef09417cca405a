import { describe, expect, test } from '@jest/globals';
import { Match } from 'aws-cdk-lib/assertions';
import { SECRET_AT_BIRTH } from '../../lib/constructs/bridge-secret.ts';
import { MEMORY_MB } from '../../lib/memory.ts';
import { ALARMS } from '../../scripts/cost/month.ts';
import {
  AVAILABILITY,
  CALLBACKS,
  METRICS,
  metricsNamespace,
  type OUTCOMES,
  RESOURCES,
  ROUTES,
  SETTINGS,
  TABLE,
  TIMES,
  TWILIO_EVENTS,
} from '../../src/contract.ts';
import { PATIENCE_MS } from '../../src/core/model/times.ts';
import { FORWARD_SECONDS } from '../../src/core/state/items.ts';
import { bridgeStack, configured, templateOf } from './synthesised.ts';

type Found = Readonly<Record<string, { readonly Properties: Readonly<Record<string, unknown>> }>>;
/** What holds what nothing else does: a renamed construct would leave it behind, and begin with an empty one. */
const KEPT = [
  'DefaultWebhookDeadA70F0267',
  'DefaultWebhookQueue5B79B0BB',
  'FlexEventsDead34017530',
  'FlexEventsQueue0260BFE8',
  'FrontlineEventsDead04AA52CF',
  'FrontlineEventsQueue09121859',
  'SecretsA3BCC2E9',
  'State1C20CC9A',
];

const template = templateOf();
const found = (type: string): Found => template.findResources(type) as Found;
const bridgeFunctions = () =>
  Object.values(found('AWS::Lambda::Function')).filter(({ Properties }) => Properties.Handler === 'index.handler');

describe('the addresses that Twilio calls', () => {
  test('are three routes of webhooks and three of callbacks, by POST only, and one for web pages', () => {
    const keys = Object.values(found('AWS::ApiGatewayV2::Route')).map(({ Properties }) => Properties.RouteKey);
    const signed = [...ROUTES, ...CALLBACKS].map((route) => `POST ${route}`);
    expect(keys.sort()).toEqual([...signed, `ANY ${AVAILABILITY}`].sort());
  });

  test.each([
    ['ChatEvents', TWILIO_EVENTS.chat],
    ['ConversationsEvents', TWILIO_EVENTS.conversations],
    ['FlexTaskRouterEvents', TWILIO_EVENTS.flexTaskRouter],
    ['FrontlineTaskRouterEvents', TWILIO_EVENTS.frontlineTaskRouter],
  ])('are told, in %s, with the events that are to be sent there', (output, events) => {
    template.hasOutput(output, { Value: events.join(',') });
  });

  test('lead webhooks to one function, and all others to another', () => {
    const integrations = found('AWS::ApiGatewayV2::Integration');
    const functionOf = (target: unknown): string => {
      const id = Object.keys(integrations).find((one) => JSON.stringify(target).includes(one)) ?? '';
      return /"(\w+?)[0-9A-F]{8}"/.exec(JSON.stringify(integrations[id]?.Properties.IntegrationUri))?.[1] ?? '';
    };
    for (const { Properties } of Object.values(found('AWS::ApiGatewayV2::Route'))) {
      const webhook = ROUTES.some((route) => Properties.RouteKey === `POST ${route}`);
      expect([Properties.RouteKey, functionOf(Properties.Target)]).toEqual([
        Properties.RouteKey,
        webhook ? 'Webhook' : 'Callbacks',
      ]);
    }
  });

  test.each([
    ['20 times a second', {}, 20],
    ['as often as the settings say', { AVAILABILITY_PER_SECOND: '3' }, 3],
  ])(
    'are answered for web pages %s, after their route is there, and never ring the alarm of lost webhooks',
    (_, more, limit) => {
      const synthesised = templateOf({ ...configured, ...more });
      const [stage] = Object.values(synthesised.findResources('AWS::ApiGatewayV2::Stage'));
      const key = `ANY ${AVAILABILITY}`;
      expect(stage?.Properties.RouteSettings).toMatchObject({
        [key]: { ThrottlingRateLimit: limit, ThrottlingBurstLimit: limit },
      });
      const routes = synthesised.findResources('AWS::ApiGatewayV2::Route', { Properties: { RouteKey: key } });
      expect(stage?.DependsOn).toEqual(expect.arrayContaining(Object.keys(routes)));
      synthesised.hasResourceProperties('AWS::Logs::MetricFilter', {
        FilterPattern: `{ ($.status = "429") && ($.route != "${key}") }`,
      });
    },
  );

  test('have a share of the account each, so that a flood of one does not starve the others', () => {
    const [stage] = Object.values(found('AWS::ApiGatewayV2::Stage'));
    const shares = Object.entries(stage?.Properties.RouteSettings as Record<string, Record<string, number>>);
    const keys = Object.values(found('AWS::ApiGatewayV2::Route')).map(({ Properties }) => Properties.RouteKey);
    expect(shares.map(([key]) => key).sort()).toEqual(keys.sort());
    const webhooks = shares.filter(([key]) => ROUTES.some((route) => key === `POST ${route}`));
    for (const [, limits] of webhooks)
      expect(limits).toEqual({ ThrottlingRateLimit: 2_000, ThrottlingBurstLimit: 1_000 });
    // Twice over for the account's own limit in the smallest regions is too much; by itself each fits.
    for (const [, limits] of shares) expect(limits?.ThrottlingRateLimit).toBeLessThanOrEqual(2_500);
  });

  test('have the share that the settings say, and half of it, by all together, rings as a flood', () => {
    const synthesised = templateOf({ ...configured, WEBHOOKS_PER_SECOND: '6000' });
    const [stage] = Object.values(synthesised.findResources('AWS::ApiGatewayV2::Stage'));
    for (const path of [...ROUTES, ...CALLBACKS])
      expect(stage?.Properties.RouteSettings[`POST ${path}`]).toEqual({
        ThrottlingRateLimit: 6_000,
        ThrottlingBurstLimit: 3_000,
      });
    for (const [made, threshold] of [
      [synthesised, 180_000],
      [template, 60_000],
    ] as const)
      made.hasResourceProperties('AWS::CloudWatch::Alarm', { MetricName: 'Count', Threshold: threshold });
  });

  test('are not throttled below the limit of the account, but for web pages', () => {
    template.hasResourceProperties('AWS::ApiGatewayV2::Stage', {
      DefaultRouteSettings: { ThrottlingRateLimit: 10_000, ThrottlingBurstLimit: 5_000 },
    });
  });

  test('write an access log that says nothing about people', () => {
    const [stage] = Object.values(found('AWS::ApiGatewayV2::Stage'));
    const { Format } = (stage?.Properties.AccessLogSettings ?? {}) as { Format?: string };
    const variables = Object.values(JSON.parse(Format ?? '') as Record<string, string>);
    expect(variables.filter((name) => /sourceIp|path|query|userAgent|identity|header|body|domain/i.test(name))).toEqual(
      [],
    );
    expect(variables).toContain('$context.status');
  });

  test('are answered before Twilio stops waiting', () => {
    template.hasResourceProperties('AWS::Lambda::Function', {
      Description: Match.stringLikeRegexp('webhooks'),
      Timeout: 5,
      MemorySize: 512,
    });
  });
});

describe('the queues', () => {
  const queues = Object.entries(found('AWS::SQS::Queue'));

  test('are six: three, each with its dead-letter queue', () => {
    const redriven = queues.filter(([, { Properties }]) => Properties.RedrivePolicy !== undefined);
    expect(queues).toHaveLength(6);
    expect(redriven).toHaveLength(3);
  });

  test.each(queues)('%s keeps order per chat, is encrypted and keeps messages for 14 days', (_name, { Properties }) => {
    expect(Properties).toMatchObject({
      FifoQueue: true,
      DeduplicationScope: 'messageGroup',
      FifoThroughputLimit: 'perMessageGroupId',
      SqsManagedSseEnabled: true,
      MessageRetentionPeriod: 14 * 24 * 3600,
      MaximumMessageSize: 1_048_576,
    });
  });

  test('keep nothing for longer than until a day before the forwarder forgets what became of an event', () => {
    for (const [, { Properties }] of queues)
      expect(Number(Properties.MessageRetentionPeriod) + 24 * 3600).toBeLessThanOrEqual(FORWARD_SECONDS);
  });

  test('are hidden longer than any of their consumers runs, and no count of receives ends an event', () => {
    for (const [, { Properties }] of queues.filter(([, queue]) => queue.Properties.RedrivePolicy !== undefined)) {
      expect(Properties.VisibilityTimeout).toBe(TIMES.visibility);
      expect(TIMES.visibility).toBeGreaterThanOrEqual(6 * TIMES.functionTimeout);
      expect((Properties.RedrivePolicy as { maxReceiveCount: number }).maxReceiveCount).toBeGreaterThanOrEqual(1000);
    }
  });

  test('refuse a caller without TLS', () => {
    const policies = Object.values(found('AWS::SQS::QueuePolicy'));
    expect(policies).toHaveLength(6);
    for (const { Properties } of policies)
      expect(JSON.stringify(Properties)).toContain('"aws:SecureTransport":"false"');
  });

  test('are consumed with partial failures, and limited by the mapping', () => {
    const mappings = Object.values(found('AWS::Lambda::EventSourceMapping'));
    expect(mappings).toHaveLength(3);
    for (const { Properties } of mappings) {
      expect(Properties.FunctionResponseTypes).toEqual(['ReportBatchItemFailures']);
      expect(Properties.ScalingConfig).toEqual({ MaximumConcurrency: 50 });
      expect(Properties.BatchSize).toBeLessThanOrEqual(10);
    }
    for (const { Properties } of bridgeFunctions())
      expect(Properties).not.toHaveProperty('ReservedConcurrentExecutions');
  });
});

describe('the functions', () => {
  test('are six, on the newest Node and arm64, each with every name that the runtime reads', () => {
    const functions = bridgeFunctions();
    expect(functions).toHaveLength(6);
    for (const { Properties } of functions) {
      expect(Properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'] });
      const { Variables } = Properties.Environment as { Variables: Record<string, unknown> };
      expect(Object.keys(Variables).sort()).toEqual([...SETTINGS, ...RESOURCES].sort());
    }
  });

  test.each([
    ['^Webhook', MEMORY_MB.webhook],
    ['^Callbacks', MEMORY_MB.callbacks],
    ['^ReplicateFlex', MEMORY_MB.replicate],
    ['^ReplicateFrontline', MEMORY_MB.replicate],
    ['^Forward', MEMORY_MB.forward],
    ['^Sweep', MEMORY_MB.sweep],
  ])('%s has the memory that was measured for it: %d MB', (name, megabytes) => {
    const [one] = Object.entries(found('AWS::Lambda::Function')).filter(([id]) => new RegExp(name).test(id));
    expect(one?.[1].Properties.MemorySize).toBe(megabytes);
  });

  test('log at INFO, which is what Lambda takes a line of the journal for: above it no line, and no metric, would be left', () => {
    for (const { Properties } of Object.values(found('AWS::Lambda::Function')))
      expect(Properties.LoggingConfig).toMatchObject({ LogFormat: 'JSON', ApplicationLogLevel: 'INFO' });
  });

  test('are as large, and as many at once, as the settings of the scale say', () => {
    const scale = {
      CONSUMERS_AT_ONCE: '250',
      REPLICATE_MEMORY_MB: '512',
      FORWARD_MEMORY_MB: '513',
      SWEEP_MEMORY_MB: '514',
    };
    const more = { WEBHOOK_CONCURRENCY: '300', WARM_WRITES: '25000' };
    const made = templateOf({ ...configured, ...scale, ...more });
    const all = Object.entries(made.findResources('AWS::Lambda::Function'));
    const of = (name: string) => all.find(([id]) => id.startsWith(name))?.[1].Properties;
    expect(['ReplicateFlex', 'ReplicateFrontline', 'Forward', 'Sweep'].map((name) => of(name).MemorySize)).toEqual([
      ...[512, 512, 513, 514],
    ]);
    expect(of('Webhook').ReservedConcurrentExecutions).toBe(300);
    expect(all.filter(([, one]) => one.Properties.ReservedConcurrentExecutions !== undefined)).toHaveLength(1);
    made.allResourcesProperties('AWS::Lambda::EventSourceMapping', { ScalingConfig: { MaximumConcurrency: 250 } });
    const warm = { WarmThroughput: { WriteUnitsPerSecond: 25_000 } };
    made.hasResourceProperties('AWS::DynamoDB::Table', { ...warm, GlobalSecondaryIndexes: [warm] });
    expect(JSON.stringify(found('AWS::DynamoDB::Table'))).not.toContain('WarmThroughput');
    expect(JSON.stringify(found('AWS::Lambda::Function'))).not.toContain('ReservedConcurrent');
  });

  test('hold no secret in their environment or anywhere in the template', () => {
    const tokens = { AUTH_TOKEN: 'flex-token-in-env', FRONTLINE_AUTH_TOKEN: 'frontline-token-in-env' };
    const text = JSON.stringify(templateOf({ ...configured, ...tokens }).toJSON());
    expect(text).not.toContain('token-in-env');
    expect(text).not.toContain('resolve:secretsmanager');
  });

  test('may do nothing to everything', () => {
    for (const { Properties } of Object.values(found('AWS::IAM::Policy'))) {
      const { Statement } = Properties.PolicyDocument as { Statement: { Action: unknown; Resource: unknown }[] };
      for (const { Action, Resource } of Statement) {
        expect([Action].flat().filter((action) => String(action).includes('*'))).toEqual([]);
        expect([Resource].flat()).not.toContain('*');
      }
    }
  });

  test('write state only where they must: the webhook reads neither table nor queues', () => {
    const policies = Object.entries(found('AWS::IAM::Policy')).filter(([name]) => name.startsWith('WebhookRole'));
    const actions = policies.flatMap(([, { Properties }]) =>
      (Properties.PolicyDocument as { Statement: { Action: string | string[] }[] }).Statement.flatMap((s) => s.Action),
    );
    expect(actions.filter((action) => /dynamodb|ReceiveMessage|DeleteMessage/.test(action))).toEqual([]);
    expect(actions).toEqual(expect.arrayContaining(['sqs:SendMessage', 'secretsmanager:GetSecretValue']));
  });

  test('leave their logs for a month, in groups of their own', () => {
    const groups = Object.values(found('AWS::Logs::LogGroup'));
    expect(groups).toHaveLength(7);
    for (const { Properties } of groups) expect(Properties.RetentionInDays).toBe(30);
  });

  test('sweep every minute, with time for what a run reads, and a failed run is not repeated', () => {
    template.hasResourceProperties('AWS::Events::Rule', { ScheduleExpression: 'rate(1 minute)', State: 'ENABLED' });
    template.hasResourceProperties('AWS::Lambda::Function', {
      Description: Match.stringLikeRegexp('repair'),
      Timeout: TIMES.sweepTimeout,
    });
    // 10 s for accepts and 50 s for pairs, each then waiting up to 10 s for the call under way.
    expect(TIMES.sweepTimeout).toBeGreaterThanOrEqual(80);
    template.resourceCountIs('AWS::Lambda::EventInvokeConfig', 1);
    template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      FunctionName: { Ref: Match.stringLikeRegexp('^Sweep') },
      MaximumRetryAttempts: 0,
      MaximumEventAgeInSeconds: TIMES.sweepEvery,
    });
  });

  test('that sweeps may list what is due, write state and put work on every queue, and read none of them', () => {
    const policies = Object.entries(found('AWS::IAM::Policy')).filter(([name]) => name.startsWith('SweepRole'));
    const statements = policies.flatMap(
      ([, { Properties }]) =>
        (Properties.PolicyDocument as { Statement: { Action: string | string[]; Resource: unknown }[] }).Statement,
    );
    const may = (action: string) => statements.filter(({ Action }) => [Action].flat().includes(action));
    const queried = may('dynamodb:Query').flatMap(({ Resource }) => [Resource].flat());
    expect(queried).toHaveLength(2);
    expect(JSON.stringify(queried)).toContain(`/index/${TABLE.listIndex}`);
    expect(JSON.stringify(queried)).not.toContain('/*');
    expect([may('dynamodb:GetItem').length, may('dynamodb:UpdateItem').length]).toEqual([1, 1]);
    expect(may('sqs:SendMessage').flatMap(({ Resource }) => Resource)).toHaveLength(3);
    expect(may('sqs:ReceiveMessage')).toEqual([]);
  });
});

describe('the alarms', () => {
  const alarms = Object.values(found('AWS::CloudWatch::Alarm')).map(({ Properties }) => Properties);

  test('are about metrics that the bridge or AWS writes, in one deployment', () => {
    const own = alarms.filter(({ Namespace }) => !String(Namespace).startsWith('AWS/'));
    expect(own.length).toBeGreaterThan(5);
    for (const { Namespace, MetricName } of own) {
      expect(Namespace).toBe(metricsNamespace('bridge-production'));
      if (!String(MetricName).startsWith('Throttled-')) expect(Object.values(METRICS)).toContain(MetricName);
    }
  });

  test('are as many as docs/cost.md counts', () => {
    expect(alarms).toHaveLength(ALARMS);
  });

  test('take silence for health, but for the silence of the sweep', () => {
    const silent = alarms.filter(({ TreatMissingData }) => TreatMissingData !== 'notBreaching');
    expect(silent).toEqual([
      expect.objectContaining({
        MetricName: METRICS.sweeps,
        ComparisonOperator: 'LessThanThreshold',
        Threshold: 1,
        EvaluationPeriods: 5,
        TreatMissingData: 'breaching',
      }),
    ]);
  });

  test('tell that lanes wait when they have for twice as long as an event is tried', () => {
    for (const metric of [METRICS.dirtyLanes, METRICS.notCompared]) {
      const [waiting] = alarms.filter(({ MetricName }) => MetricName === metric);
      expect(Number(waiting?.EvaluationPeriods) * Number(waiting?.Period)).toBe((2 * PATIENCE_MS) / 1000);
      // A minute may have no figure.
      expect(waiting?.DatapointsToAlarm).toBe(25);
    }
  });

  test('do not take a chat that is patiently retried for a backlog', () => {
    const ages = alarms.filter(({ MetricName }) => MetricName === 'ApproximateAgeOfOldestMessage');
    expect(ages).toHaveLength(2);
    for (const { Threshold } of ages) expect(Number(Threshold) * 1000).toBeGreaterThan(PATIENCE_MS);
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: METRICS.delay,
      Dimensions: [{ Name: 'Lane', Value: 'forward' }],
      ExtendedStatistic: 'p95',
      DatapointsToAlarm: 3,
      EvaluationPeriods: 5,
    });
  });

  test.each(['failed', 'parked', 'refused'] satisfies (typeof OUTCOMES)[number][])(
    'ring for an end that is none to expect: %s',
    (outcome) => {
      template.hasResourceProperties('AWS::CloudWatch::Alarm', {
        MetricName: METRICS.outcome,
        Dimensions: [{ Name: 'Outcome', Value: outcome }],
        Threshold: 0,
      });
    },
  );

  test('tell within minutes that Twilio does not know the bridge: an SMS would wait for a day, then be parked', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: METRICS.unauthorized,
      Threshold: 0,
      DatapointsToAlarm: 3,
      EvaluationPeriods: 15,
    });
  });

  test('tell when the table or its index turns writes away', () => {
    const throttles = alarms.filter(({ MetricName }) => MetricName === 'WriteThrottleEvents');
    const about = throttles.map(({ Dimensions }) => (Dimensions as { Name: string }[]).map(({ Name }) => Name));
    expect(about).toEqual([['TableName'], ['GlobalSecondaryIndexName', 'TableName']]);
  });

  test('tell when Lambda refuses to run a function that somebody waits for', () => {
    const refused = alarms.filter(
      ({ Namespace, MetricName }) => Namespace === 'AWS/Lambda' && MetricName === 'Throttles',
    );
    const names = refused.map(({ Dimensions }) =>
      JSON.stringify(Dimensions).replace(/.*"Ref":"(\w+)[0-9A-F]{8}".*/, '$1'),
    );
    expect(names.sort()).toEqual(['Callbacks', 'Sweep', 'Webhook']);
  });

  test.each(['flex', 'frontline', 'default-webhook'] as const)('tell when %s is down', (side) => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: METRICS.breakerOpen,
      Dimensions: Match.arrayWith([{ Name: 'Side', Value: side }]),
    });
  });
});

describe('state', () => {
  test('is one table, paid by request, recoverable, with one sparse index', () => {
    template.hasResourceProperties('AWS::DynamoDB::Table', {
      BillingMode: 'PAY_PER_REQUEST',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      TimeToLiveSpecification: { AttributeName: TABLE.ttl, Enabled: true },
      KeySchema: [
        { AttributeName: TABLE.pk, KeyType: 'HASH' },
        { AttributeName: TABLE.sk, KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        Match.objectLike({
          IndexName: TABLE.listIndex,
          KeySchema: [
            { AttributeName: TABLE.list, KeyType: 'HASH' },
            { AttributeName: TABLE.listOrder, KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        }),
      ],
    });
  });

  test.each([
    ['production', 'Retain', true],
    ['trial', 'Delete', false],
  ])('of stage %s: %s', (STAGE, policy, isProtected) => {
    const staged = templateOf({ ...configured, STAGE });
    expect(bridgeStack({ ...configured, STAGE }).terminationProtection).toBe(isProtected);
    for (const type of ['AWS::DynamoDB::Table', 'AWS::SecretsManager::Secret'])
      for (const resource of Object.values(staged.findResources(type)))
        expect([type, resource.DeletionPolicy]).toEqual([type, policy]);
    staged.hasResourceProperties('AWS::DynamoDB::Table', { DeletionProtectionEnabled: isProtected });
  });

  test.each([
    ['production', 'Retain'],
    ['trial', 'Delete'],
  ])('of stage %s is as well what lies on queues and in logs: %s', (STAGE, policy) => {
    const staged = templateOf({ ...configured, STAGE });
    for (const type of ['AWS::SQS::Queue', 'AWS::Logs::LogGroup'])
      for (const [id, resource] of Object.entries(staged.findResources(type)))
        expect([id, resource.DeletionPolicy, resource.UpdateReplacePolicy]).toEqual([id, policy, policy]);
  });

  test('keeps its names: under another one CloudFormation makes it anew, and empty', () => {
    const ids = ['AWS::DynamoDB::Table', 'AWS::SecretsManager::Secret', 'AWS::SQS::Queue'].flatMap((type) =>
      Object.keys(found(type)),
    );
    expect(ids.sort()).toEqual(KEPT);
  });

  test('the secret is born with empty fields, and its birth never changes', () => {
    // CloudFormation would write a new secret over the tokens of every deployment that stands.
    expect(SECRET_AT_BIRTH).toBe(
      '{"AUTH_TOKEN":"","AUTH_TOKEN_PREVIOUS":"","API_KEY_SID":"","API_KEY_SECRET":"","FRONTLINE_AUTH_TOKEN":"",' +
        '"FRONTLINE_AUTH_TOKEN_PREVIOUS":"","FRONTLINE_API_KEY_SID":"","FRONTLINE_API_KEY_SECRET":""}',
    );
    template.hasResourceProperties('AWS::SecretsManager::Secret', {
      GenerateSecretString: {
        SecretStringTemplate: SECRET_AT_BIRTH,
        GenerateStringKey: 'STAMP_KEY',
        PasswordLength: 64,
        ExcludePunctuation: true,
      },
    });
  });
});
