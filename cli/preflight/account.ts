/** The AWS account and region that are looked at, through AWS's own clients. */
import { APIGatewayClient } from '@aws-sdk/client-api-gateway';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { Unreachable } from '../command.ts';
import { type Checked, wrong } from './checked.ts';

export type AwsAccount = {
  readonly region: string;
  readonly cloudFormation: CloudFormationClient;
  readonly lambda: LambdaClient;
  readonly apiGateway: APIGatewayClient;
  readonly secretsManager: SecretsManagerClient;
  readonly cloudWatch: CloudWatchClient;
  readonly sns: SNSClient;
  readonly sqs: SQSClient;
  readonly dynamo: DynamoDBClient;
};

/** A host that is not there is asked for once more, not for long: a region has a service or not. */
const PATIENCE = { maxAttempts: 2 } as const;

/** @throws Unreachable when no region is named. */
export const openAccount = async (): Promise<AwsAccount> => {
  const cloudFormation = new CloudFormationClient(PATIENCE);
  const region = await cloudFormation.config.region().catch(() => {
    throw new Unreachable('No region is named: set AWS_REGION, or region in the profile of AWS_PROFILE');
  });
  return {
    region,
    cloudFormation,
    lambda: new LambdaClient(PATIENCE),
    apiGateway: new APIGatewayClient(PATIENCE),
    secretsManager: new SecretsManagerClient(PATIENCE),
    cloudWatch: new CloudWatchClient(PATIENCE),
    sns: new SNSClient(PATIENCE),
    sqs: new SQSClient(PATIENCE),
    dynamo: new DynamoDBClient(PATIENCE),
  };
};

export const closeAccount = ({ region: _, ...clients }: AwsAccount): void => {
  for (const client of Object.values(clients)) client.destroy();
};

/** As the services spell it, each in its own way. */
const REFUSED = new Set(['AccessDenied', 'AccessDeniedException', 'AuthorizationError', 'AuthorizationErrorException']);

export const isNotAllowed = (error: unknown): boolean => error instanceof Error && REFUSED.has(error.name);

/** The service has no host in the region. */
export const isNotThere = (error: unknown): boolean =>
  error instanceof Error && (error as NodeJS.ErrnoException).code === 'ENOTFOUND';

/**
 * Asks for something that AWS may not let these credentials see.
 * @param permission as IAM calls it
 * @returns what was found, or what to do so that it can be looked at.
 * @throws Unreachable when AWS answers neither.
 */
export const lookAt = async (
  about: Checked['about'],
  permission: string,
  look: () => Promise<readonly Checked[]>,
): Promise<readonly Checked[]> => {
  try {
    return await look();
  } catch (error) {
    if (isNotAllowed(error))
      return [
        wrong(
          about,
          `not looked at, for these credentials lack ${permission}: attach the policies that the stack's outputs OperatorPolicy and TokenPolicy name, or ask who may`,
        ),
      ];
    // The check of the region says which service is not there.
    if (isNotThere(error)) return [];
    throw unreachable(error);
  }
};

/** AWS's own words: that a token has expired, that a key is not known. */
export const unreachable = (error: unknown): Unreachable =>
  error instanceof Unreachable
    ? error
    : new Unreachable(error instanceof Error ? `${error.name}: ${error.message}` : 'AWS cannot be reached');
