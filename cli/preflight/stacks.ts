/** The stacks of the account's region: whether the name is free, and whether another bridge calls itself the same. */
import { type CloudFormationClient, paginateDescribeStacks } from '@aws-sdk/client-cloudformation';
import { DEPLOYMENT_OUTPUT } from '../../src/contract.ts';
import { type Checked, later, well, wrong } from './checked.ts';

export type SeenStack = {
  readonly name: string;
  readonly status: string;
  /** What its deployment calls itself; undefined when the stack is no bridge's, or one of an older release. */
  readonly deployment: string | undefined;
};

/** All that stand, or are about to. */
export const readStacks = async (client: CloudFormationClient): Promise<readonly SeenStack[]> => {
  const seen: SeenStack[] = [];
  // A change set that nobody has carried out: nothing of the stack is there yet.
  for await (const { Stacks = [] } of paginateDescribeStacks({ client }, {}))
    for (const { StackName: name = '', StackStatus: status = '', Outputs = [] } of Stacks)
      if (status !== 'REVIEW_IN_PROGRESS')
        seen.push({
          ...{ name, status },
          deployment: Outputs.find(({ OutputKey }) => OutputKey === DEPLOYMENT_OUTPUT)?.OutputValue,
        });
  return seen;
};

/** What CloudFormation can change no more. */
const BROKEN = ['ROLLBACK_COMPLETE', 'ROLLBACK_FAILED', 'CREATE_FAILED', 'DELETE_FAILED'];

/**
 * @param own the stack of that name, if there is one
 * @param isBridge whether it consists of what a bridge's stack does
 */
const checkName = (stack: string, own: SeenStack | undefined, isBridge: boolean): Checked => {
  if (own === undefined) return later('Stack', `${stack} is not deployed yet, and its name is free`);
  const { status } = own;
  if (BROKEN.includes(status))
    return wrong(
      'Stack',
      `${stack} is in ${status}, which no deployment can change: npx cdk destroy, see what is left of it in CloudFormation, and deploy again`,
    );
  if (status === 'UPDATE_ROLLBACK_FAILED')
    return wrong(
      'Stack',
      `${stack} is in ${status}: aws cloudformation continue-update-rollback --stack-name ${stack}, then deploy again`,
    );
  if (status.endsWith('_IN_PROGRESS'))
    return wrong('Stack', `${stack} is being changed (${status}): wait until that is over, and run this again`);
  return isBridge
    ? well('Stack', `${stack} is deployed (${status})`)
    : wrong('Stack', `${stack} stands in this region already and is no bridge: deploy with another STAGE`);
};

/** Two bridges of one DEPLOYMENT_ID take each other's messages for their own, and count into the same metrics. */
const checkDeployment = (own: { readonly stack: string; readonly deployment: string }, all: readonly SeenStack[]) =>
  all
    .filter(({ name, deployment }) => name !== own.stack && deployment === own.deployment)
    .map(({ name }) =>
      wrong(
        'Stack',
        `${name} calls itself ${own.deployment}, too, so that each would take the other's messages for its own: set another DEPLOYMENT_ID before ${own.stack} is deployed`,
      ),
    );

export const checkStacks = (
  own: { readonly stack: string; readonly deployment: string; readonly isBridge: boolean },
  all: readonly SeenStack[],
): readonly Checked[] => [
  checkName(
    own.stack,
    all.find(({ name }) => name === own.stack),
    own.isBridge,
  ),
  ...checkDeployment(own, all),
];
