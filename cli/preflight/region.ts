import { GetAccountCommand } from '@aws-sdk/client-api-gateway';
import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { GetAccountSettingsCommand } from '@aws-sdk/client-lambda';
import { ListSecretsCommand } from '@aws-sdk/client-secrets-manager';
import { ListTopicsCommand } from '@aws-sdk/client-sns';
import { ListQueuesCommand } from '@aws-sdk/client-sqs';
import { Unreachable } from '../command.ts';
import { type AwsAccount, isNotAllowed, isNotThere, unreachable } from './account.ts';
import { type Checked, well, wrong } from './checked.ts';

/** One read of each service, the cheapest that it has. */
const questions: readonly (readonly [service: string, ask: (account: AwsAccount) => Promise<unknown>])[] = [
  ['CloudFormation', ({ cloudFormation }) => cloudFormation.send(new DescribeStacksCommand({}))],
  ['Lambda', ({ lambda }) => lambda.send(new GetAccountSettingsCommand({}))],
  ['API Gateway', ({ apiGateway }) => apiGateway.send(new GetAccountCommand({}))],
  ['SQS', ({ sqs }) => sqs.send(new ListQueuesCommand({ MaxResults: 1 }))],
  ['DynamoDB', ({ dynamo }) => dynamo.send(new ListTablesCommand({ Limit: 1 }))],
  ['Secrets Manager', ({ secretsManager }) => secretsManager.send(new ListSecretsCommand({ MaxResults: 1 }))],
  ['CloudWatch', ({ cloudWatch }) => cloudWatch.send(new DescribeAlarmsCommand({ MaxRecords: 1 }))],
  ['SNS', ({ sns }) => sns.send(new ListTopicsCommand({}))],
];

/** Whoever is refused has reached the service. */
const isThere = async (asked: Promise<unknown>): Promise<boolean> => {
  try {
    await asked;
    return true;
  } catch (error) {
    if (isNotAllowed(error)) return true;
    if (isNotThere(error)) return false;
    throw unreachable(error);
  }
};

/**
 * Whether the region has the services that the stack is made of.
 * @throws Unreachable when it has none of them, or AWS answers otherwise than with a yes or a refusal.
 */
export const checkRegion = async (account: AwsAccount): Promise<readonly Checked[]> => {
  const there = await Promise.all(questions.map(([, ask]) => isThere(ask(account))));
  const absent = questions.filter((_, n) => there[n] === false).map(([service]) => service);
  if (absent.length === questions.length)
    throw new Unreachable(`${account.region} is no region of AWS, or this machine has no network: look at AWS_REGION`);
  return absent.length === 0
    ? [well('Region', `${account.region} has the services that the stack needs`)]
    : [
        wrong(
          'Region',
          `${account.region} has no ${absent.join(', no ')}, which the stack needs: set AWS_REGION to another region and deploy there`,
        ),
      ];
};
