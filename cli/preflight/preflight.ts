/** All that is looked at, in the order in which it is said. */
import { STACK_PREFIX, STAGE_NAME } from '../../src/contract.ts';
import { partsAmong, readStackParts, type StackPart } from '../stack.ts';
import { plural } from '../words.ts';
import { type AwsAccount, lookAt } from './account.ts';
import { alarmNames, checkAlarms, readAlarms, readSubscribers, type Subscribers } from './alarms.ts';
import { type Checked, later, well } from './checked.ts';
import { checkApiGateway, checkLambda } from './limits.ts';
import { checkRegion } from './region.ts';
import { type Pause, ringOne } from './ring.ts';
import { checkSecret } from './secret.ts';
import { checkStacks, readStacks } from './stacks.ts';

export type PreflightAsked = {
  readonly stack: string;
  /** What the deployment calls itself, or will. */
  readonly deployment: string;
  /** Requests a second that each of its webhooks may get. */
  readonly webhooksPerSecond: number;
  /** Batches of each queue at a time. */
  readonly consumersAtOnce: number;
  /** Whether one alarm is to be rung. */
  readonly ring: boolean;
  readonly pause: Pause;
};

/** @returns undefined when it is not the name of a bridge's stack. */
export const stageOf = (stack: string): string | undefined => {
  const stage = stack.startsWith(STACK_PREFIX) ? stack.slice(STACK_PREFIX.length) : '';
  return new RegExp(`^${STAGE_NAME}$`).test(stage) ? stage : undefined;
};

const checkHearing = async (
  { cloudWatch, sns }: AwsAccount,
  parts: readonly StackPart[],
  { ring, pause }: PreflightAsked,
): Promise<readonly Checked[]> => {
  const names = alarmNames(parts);
  const alarms = await readAlarms(cloudWatch, names);
  const subscribers = new Map<string, Subscribers>();
  const unread = await lookAt('Alarms', 'sns:ListSubscriptionsByTopic', async () => {
    for (const topic of new Set(alarms.flatMap(({ topics }) => topics)))
      subscribers.set(topic, await readSubscribers(sns, topic));
    return [];
  });
  if (unread.length > 0) return unread;
  const found = checkAlarms(names, alarms, subscribers);
  const rung = ring
    ? await lookAt('Alarms', 'cloudwatch:SetAlarmState', () => ringOne(cloudWatch, alarms, subscribers, pause))
    : [];
  const heard = well('Alarms', `each of ${plural(names.length, 'alarm')} has somebody who hears it`);
  return [...(found.length === 0 ? [heard] : found), ...rung];
};

/**
 * Reads the account, and writes nothing but an alarm's state when that is asked for.
 * @throws Unreachable when AWS does not answer: no credentials, no such region.
 */
export const inspect = async (account: AwsAccount, asked: PreflightAsked): Promise<readonly Checked[]> => {
  const { stack, deployment } = asked;
  const region = await checkRegion(account);
  let parts: readonly StackPart[] = [];
  let [seen, deployed] = [false, false];
  const stacks = await lookAt('Stack', 'cloudformation:DescribeStacks and ListStackResources', async () => {
    const all = await readStacks(account.cloudFormation);
    if (all.some(({ name }) => name === stack)) parts = await readStackParts(account.cloudFormation, stack);
    deployed = partsAmong(parts) !== undefined;
    seen = true;
    return checkStacks({ stack, deployment, isBridge: deployed }, all);
  });
  const limits = [
    ...(await lookAt('Lambda', 'lambda:GetAccountSettings and GetEventSourceMapping', () =>
      checkLambda(account.lambda, parts, asked.consumersAtOnce),
    )),
    ...(await lookAt('API Gateway', 'apigateway:GET on /account', () =>
      checkApiGateway(account.apiGateway, asked.webhooksPerSecond),
    )),
  ];
  // What belongs to the stack cannot be told from what does not while its parts are not known.
  const own = seen
    ? [
        ...(await lookAt('Secret', 'secretsmanager:ListSecrets and GetSecretValue', () =>
          checkSecret(account.secretsManager, stack, deployed),
        )),
        ...(deployed
          ? await lookAt('Alarms', 'cloudwatch:DescribeAlarms', () => checkHearing(account, parts, asked))
          : [later('Alarms', 'they come with the stack; then somebody must subscribe to them')]),
      ]
    : [];
  return [...region, ...stacks, ...limits, ...own];
};
