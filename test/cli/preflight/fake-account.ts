/** An AWS account as `bridge preflight` sees it: AWS's own clients, whose questions are answered here. */
import { APIGatewayClient } from '@aws-sdk/client-api-gateway';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { AwsAccount } from '../../../cli/preflight/account.ts';

/** What a command of the SDK is answered, by its name without `Command`; an error is thrown. */
export type Answers = Readonly<Record<string, unknown>>;
type Answer = (input: Readonly<Record<string, unknown>>) => unknown;

export const STACK = 'flex-frontline-bridge-production';
export const TOPIC = 'arn:aws:sns:eu-central-1:123456789012:alarms';

export const named = (name: string, more: object = {}): Error =>
  Object.assign(new Error(`AWS says ${name}`), { name }, more);
export const noHost = named('Error', { code: 'ENOTFOUND' });
export const refused = named('AccessDeniedException');

const COMPLETE = {
  AUTH_TOKEN: 'flex-token',
  FRONTLINE_AUTH_TOKEN: 'frontline-token',
  STAMP_KEY: 'made-with-the-stack',
};
export const secretOf = (fields: object): string => JSON.stringify({ ...COMPLETE, ...fields });

export const subscription = (SubscriptionArn = `${TOPIC}:1`) => ({ SubscriptionArn, Protocol: 'email' });
export const alarm = (AlarmName: string, more: object = {}) => ({
  ...{ AlarmName, StateValue: 'OK', ActionsEnabled: true, AlarmActions: [TOPIC] },
  ...more,
});
export const stackOf = (StackName: string, more: object = {}) => ({
  ...{ StackName, StackStatus: 'CREATE_COMPLETE', CreationTime: new Date(0) },
  Outputs: [{ OutputKey: 'DeploymentId', OutputValue: `bridge-${StackName.slice('flex-frontline-bridge-'.length)}` }],
  ...more,
});
export const part = (ResourceType: string, PhysicalResourceId: string, LogicalResourceId = PhysicalResourceId) => ({
  ...{ ResourceType, PhysicalResourceId, LogicalResourceId, ResourceStatus: 'CREATE_COMPLETE' },
});
const queues = ['FlexEvents', 'FrontlineEvents', 'DefaultWebhook'].flatMap((name) =>
  ['Queue', 'Dead'].map((suffix) => part('AWS::SQS::Queue', `https://sqs/${name}`, `${name}${suffix}0123ABCD`)),
);

/** A deployed stack in which all is well. */
const calm: Answers = {
  DescribeStacks: { Stacks: [stackOf(STACK)] },
  ListStackResources: {
    StackResourceSummaries: [
      part('AWS::DynamoDB::Table', 'State'),
      ...queues,
      part('AWS::CloudWatch::Alarm', 'one'),
      part('AWS::CloudWatch::Alarm', 'two'),
      ...['a', 'b', 'c'].map((uuid) => part('AWS::Lambda::EventSourceMapping', uuid)),
      { ...part('AWS::CloudWatch::Alarm', 'of a release before'), ResourceStatus: 'DELETE_COMPLETE' },
    ],
  },
  GetAccountSettings: { AccountLimit: { ConcurrentExecutions: 1000, UnreservedConcurrentExecutions: 1000 } },
  GetEventSourceMapping: { ScalingConfig: { MaximumConcurrency: 50 } },
  GetAccount: { throttleSettings: { rateLimit: 10_000, burstLimit: 5000 } },
  ListQueues: {},
  ListTables: {},
  ListTopics: {},
  ListSecrets: { SecretList: [{ ARN: 'arn:secret', Tags: [{ Key: 'flex-frontline-bridge', Value: STACK }] }] },
  GetSecretValue: { SecretString: secretOf({}) },
  DescribeAlarms: { MetricAlarms: [alarm('one'), alarm('two')] },
  ListSubscriptionsByTopic: { Subscriptions: [subscription()] },
};

/** Before the first deployment. */
export const EMPTY: Answers = { DescribeStacks: { Stacks: [] }, ListSecrets: { SecretList: [] } };

export const fakeAccount = (
  answers: Answers = {},
): { readonly account: AwsAccount; readonly asked: readonly string[] } => {
  const all = { ...calm, ...answers };
  const asked: string[] = [];
  const send = async (command: { readonly constructor: { readonly name: string }; readonly input: unknown }) => {
    const question = command.constructor.name.replace(/Command$/, '');
    asked.push(question);
    const answer = all[question];
    if (answer === undefined) throw new Error(`nobody has said what ${question} is answered`);
    if (answer instanceof Error) throw answer;
    return typeof answer === 'function' ? (answer as Answer)(command.input as never) : answer;
  };
  const region = 'eu-central-1';
  const clients = {
    cloudFormation: new CloudFormationClient({ region }),
    lambda: new LambdaClient({ region }),
    apiGateway: new APIGatewayClient({ region }),
    secretsManager: new SecretsManagerClient({ region }),
    cloudWatch: new CloudWatchClient({ region }),
    sns: new SNSClient({ region }),
    sqs: new SQSClient({ region }),
    dynamo: new DynamoDBClient({ region }),
  };
  for (const client of Object.values(clients)) client.send = send as never;
  return { account: { region, ...clients }, asked };
};
