/** What the account lets all that runs in it do, against what the bridge needs. */
import { type APIGatewayClient, GetAccountCommand } from '@aws-sdk/client-api-gateway';
import { GetAccountSettingsCommand, GetEventSourceMappingCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { QUEUES } from '../../src/contract.ts';
import type { StackPart } from '../stack.ts';
import { type Checked, well, wrong } from './checked.ts';

/** Executions at a time for webhooks, callbacks and the sweep while the queues take all they may. */
const DOOR = 50;

/** What a contact centre asks for. */
const ENOUGH = { executions: 1_000, requests: 10_000 };

/** https://docs.aws.amazon.com/general/latest/gr/lambda-service.html#limits_lambda */
const ASK_LAMBDA = `aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value ${ENOUGH.executions}`;

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html */
const ASK_API_GATEWAY = `aws service-quotas request-service-quota-increase --service-code apigateway --quota-code L-8A5B8E43 --desired-value ${ENOUGH.requests}`;

/** Executions at a time that the mappings of the stack's queues may take; before it is deployed, what they will. */
const takenByQueues = async (
  client: LambdaClient,
  parts: readonly StackPart[],
  consumersAtOnce: number,
): Promise<number> => {
  const mappings = parts.filter(({ type }) => type === 'AWS::Lambda::EventSourceMapping');
  if (mappings.length === 0) return QUEUES.length * consumersAtOnce;
  const each = await Promise.all(
    mappings.map(async ({ physicalId }) => {
      const { ScalingConfig } = await client.send(new GetEventSourceMappingCommand({ UUID: physicalId }));
      return ScalingConfig?.MaximumConcurrency ?? consumersAtOnce;
    }),
  );
  return each.reduce((sum, one) => sum + one, 0);
};

/**
 * A new account may have ten executions at a time, which all functions of the region share.
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 * @param consumersAtOnce what each queue will take, as long as the stack is not deployed
 */
export const checkLambda = async (
  client: LambdaClient,
  parts: readonly StackPart[],
  consumersAtOnce: number,
): Promise<readonly Checked[]> => {
  const { AccountLimit } = await client.send(new GetAccountSettingsCommand({}));
  const all = AccountLimit?.ConcurrentExecutions ?? 0;
  const free = AccountLimit?.UnreservedConcurrentExecutions ?? all;
  const queues = await takenByQueues(client, parts, consumersAtOnce);
  const reserved = all === free ? '' : `, ${all - free} of them reserved for single functions`;
  const has = `${all} functions at a time in this account and region${reserved}; the bridge's queues may take ${queues}`;
  return free >= queues + DOOR
    ? [well('Lambda', has)]
    : [
        wrong(
          'Lambda',
          `${has}, and webhooks would be turned away, which Conversations never sends again: ask for ${ENOUGH.executions} with ${ASK_LAMBDA}`,
        ),
      ];
};

/**
 * All APIs of the account share its limit in a region, HTTP APIs among them.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html
 * @param webhooksPerSecond what one route of the bridge may take
 */
export const checkApiGateway = async (
  client: APIGatewayClient,
  webhooksPerSecond: number,
): Promise<readonly Checked[]> => {
  const { throttleSettings } = await client.send(new GetAccountCommand({}));
  const { rateLimit = 0, burstLimit = 0 } = throttleSettings ?? {};
  const has = `${rateLimit} requests a second, ${burstLimit} at once, by all APIs of this account and region`;
  return rateLimit >= webhooksPerSecond && burstLimit >= webhooksPerSecond / 2
    ? [well('API Gateway', has)]
    : [
        wrong(
          'API Gateway',
          `${has} are less than one route may take (WEBHOOKS_PER_SECOND, ${webhooksPerSecond} and half of it), so that a flood of one stops all webhooks: set fewer, or ask for more with ${ASK_API_GATEWAY}`,
        ),
      ];
};
