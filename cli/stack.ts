/** Where the parts of a deployed stack are, from CloudFormation's own list of them. */
import { type CloudFormationClient, paginateListStackResources } from '@aws-sdk/client-cloudformation';
import type { QueueName } from '../src/contract.ts';
import type { QueueUrls } from '../src/runtime/resources.ts';
import { Unreachable } from './command.ts';

export type StackParts = { readonly tableName: string; readonly live: QueueUrls; readonly dead: QueueUrls };

export type StackPart = { readonly type: string; readonly logicalId: string; readonly physicalId: string };

/** How the stack names its queues; CDK appends a hash. */
const names: Readonly<Record<QueueName, string>> = {
  'flex-events': 'FlexEvents',
  'frontline-events': 'FrontlineEvents',
  'default-webhook': 'DefaultWebhook',
};

/** @returns undefined when the list lacks one of them: the stack is another program's. */
export const partsAmong = (parts: readonly StackPart[]): StackParts | undefined => {
  const table = parts.find(({ type }) => type === 'AWS::DynamoDB::Table')?.physicalId;
  const urls = (suffix: string): QueueUrls | undefined => {
    const found = Object.entries(names).map(([queue, name]) => {
      const pattern = new RegExp(`^${name}${suffix}[0-9A-F]{8}$`);
      const part = parts.find(({ type, logicalId }) => type === 'AWS::SQS::Queue' && pattern.test(logicalId));
      return [queue, part?.physicalId] as const;
    });
    return found.every(([, url]) => url !== undefined) ? (Object.fromEntries(found) as QueueUrls) : undefined;
  };
  const live = urls('Queue');
  const dead = urls('Dead');
  return table === undefined || live === undefined || dead === undefined ? undefined : { tableName: table, live, dead };
};

export const readStackParts = async (client: CloudFormationClient, stack: string): Promise<readonly StackPart[]> => {
  const parts: StackPart[] = [];
  for await (const page of paginateListStackResources({ client }, { StackName: stack }))
    for (const {
      ResourceType: type,
      LogicalResourceId: logicalId,
      PhysicalResourceId: physicalId,
      ResourceStatus: status,
    } of page.StackResourceSummaries ?? [])
      if (type !== undefined && logicalId !== undefined && physicalId !== undefined && status !== 'DELETE_COMPLETE')
        parts.push({ type, logicalId, physicalId });
  return parts;
};

/** @throws Unreachable when there is no such stack, or it is not a bridge's. */
export const findStack = async (client: CloudFormationClient, stack: string): Promise<StackParts> => {
  const found = partsAmong(await readStackParts(client, stack));
  if (found === undefined) throw new Unreachable(`The stack ${stack} holds no bridge of this release`);
  return found;
};
