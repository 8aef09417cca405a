import { Arn, ArnFormat, Stack, Validations } from 'aws-cdk-lib';
import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { TABLE } from '../../src/contract.ts';
import type { AlarmTopic } from './alarm-topic.ts';
import type { BridgeResources } from './resources.ts';

type OperatedProps = { readonly resources: BridgeResources; readonly topic: AlarmTopic };

const allow = (actions: readonly string[], resources: readonly string[]): PolicyStatement =>
  new PolicyStatement({ actions: [...actions], resources: [...resources] });

/**
 * What people need for the operator's commands and for looking at what runs; who gets it is decided outside the stack.
 * Two policies, for the tokens of both Twilio accounts are a right of their own (docs/adr/0151).
 */
export class OperatorPolicies extends Construct {
  readonly operators: ManagedPolicy;
  readonly tokenKeepers: ManagedPolicy;

  constructor(scope: Construct, id: string, { resources, topic }: OperatedProps) {
    super(scope, id);
    this.operators = new ManagedPolicy(this, 'Operators', {
      description:
        'Look at, repair and switch a Flex-Frontline bridge; see what it lets through and who hears its alarms',
      statements: [...this.ofQueuesAndTable(resources), ...this.ofWatching(), ...this.ofPreflight(topic)],
    });
    this.tokenKeepers = new ManagedPolicy(this, 'TokenKeepers', {
      description: "Read and write the tokens and API keys of a Flex-Frontline bridge's two Twilio accounts",
      statements: [
        allow(['secretsmanager:ListSecrets'], ['*']),
        allow(['secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue'], [resources.secret.secretArn]),
      ],
    });
    this.acknowledgeStars();
  }

  /** `status`, `repair`, `redrive`, `mode`; and "Start DLQ redrive" in SQS's console, which the runbook tells of. */
  private ofQueuesAndTable({ queues, table }: BridgeResources): readonly PolicyStatement[] {
    const all = Object.values(queues);
    const live = all.map(({ queue }) => queue.queueArn);
    const dead = all.map((one) => one.dead.queueArn);
    return [
      allow(['cloudformation:ListStackResources'], [Stack.of(this).stackId]),
      allow(['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:UpdateItem', 'dynamodb:Query'], [table.tableArn]),
      allow(['dynamodb:Query'], [`${table.tableArn}/index/${TABLE.listIndex}`]),
      allow(['sqs:GetQueueAttributes', 'sqs:SendMessage'], live),
      allow(
        [
          'sqs:GetQueueAttributes',
          'sqs:ReceiveMessage',
          'sqs:DeleteMessage',
          'sqs:ChangeMessageVisibility',
          'sqs:StartMessageMoveTask',
          'sqs:ListMessageMoveTasks',
        ],
        dead,
      ),
    ];
  }

  /** The dashboard, the alarms and the functions' logs. Names of both begin with the stack's. */
  private ofWatching(): readonly PolicyStatement[] {
    const alarms = this.arn('cloudwatch', 'alarm', `${Stack.of(this).stackName}-*`);
    const logs = this.arn('logs', 'log-group', `${Stack.of(this).stackName}-*`);
    return [
      allow(['cloudwatch:GetMetricData', 'cloudwatch:DescribeAlarms', 'cloudwatch:GetDashboard'], ['*']),
      allow(['cloudwatch:DescribeAlarmHistory', 'cloudwatch:SetAlarmState'], [alarms]),
      allow(['logs:StartQuery', 'logs:FilterLogEvents', 'logs:GetLogEvents'], [logs]),
      allow(['logs:DescribeLogGroups', 'logs:GetQueryResults', 'logs:StopQuery'], ['*']),
    ];
  }

  /** `preflight`. What it asks only to see whether a service is there may be refused. */
  private ofPreflight(topic: AlarmTopic): readonly PolicyStatement[] {
    const account = Arn.format(
      { service: 'apigateway', account: '', resource: '/account', arnFormat: ArnFormat.NO_RESOURCE_NAME },
      Stack.of(this),
    );
    return [
      allow(
        [
          'cloudformation:DescribeStacks',
          'lambda:GetAccountSettings',
          'lambda:GetEventSourceMapping',
          'secretsmanager:ListSecrets',
        ],
        ['*'],
      ),
      allow(['apigateway:GET'], [account]),
      allow(['sns:ListSubscriptionsByTopic'], [topic.topicArn]),
    ];
  }

  private arn(service: string, resource: string, resourceName: string): string {
    return Stack.of(this).formatArn({ service, resource, resourceName, arnFormat: ArnFormat.COLON_RESOURCE_NAME });
  }

  private acknowledgeStars(): void {
    const account = 'It is a question to the account, or about something that has a name only when it is asked for.';
    for (const policy of [this.operators, this.tokenKeepers])
      Validations.of(policy).acknowledge({ id: 'AwsSolutions-IAM5[Resource::*]', reason: account });
    for (const kind of [
      'cloudwatch:<AWS::Region>:<AWS::AccountId>:alarm',
      'logs:<AWS::Region>:<AWS::AccountId>:log-group',
    ])
      Validations.of(this.operators).acknowledge({
        id: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:${kind}:${Stack.of(this).stackName}-*]`,
        reason: 'CloudFormation makes these names, each of which begins with that of the stack.',
      });
  }
}
