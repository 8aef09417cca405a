import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { SQSClient } from '@aws-sdk/client-sqs';
import { createDynamoClient } from '../src/adapters/dynamodb/client.ts';
import { createDynamoStore } from '../src/adapters/dynamodb/store.ts';
import { sqsDeployment } from '../src/adapters/sqs/deployment.ts';
import { readOldest } from '../src/adapters/sqs/oldest.ts';
import { createSqsQueues } from '../src/adapters/sqs/queues.ts';
import type { DeploymentAccess } from '../src/core/operate/operator.ts';
import { systemClock } from '../src/runtime/system-clock.ts';
import { Unreachable } from './command.ts';
import { findStack } from './stack.ts';

/** @throws Unreachable when the stack is not there, or AWS does not let us look. */
export const reachStack = async (
  stack: string,
): Promise<DeploymentAccess & { readonly close: () => Promise<void> }> => {
  const cloudFormation = new CloudFormationClient();
  const { tableName, live, dead } = await findStack(cloudFormation, stack)
    .catch((error: unknown) => {
      throw error instanceof Unreachable
        ? error
        : new Unreachable(error instanceof Error ? error.message : 'AWS cannot be reached');
    })
    .finally(() => cloudFormation.destroy());
  const dynamo = createDynamoClient();
  const client = new SQSClient();
  const cloudWatch = new CloudWatchClient();
  const oldest = () => readOldest(cloudWatch, live, systemClock.now());
  return {
    store: createDynamoStore({ client: dynamo, tableName }),
    queues: createSqsQueues({ client, urls: live, deadUrls: dead }),
    ...sqsDeployment({ client, urls: live, deadUrls: dead, oldest }),
    close: async () => {
      dynamo.destroy();
      client.destroy();
      cloudWatch.destroy();
    },
  };
};
