import { setTimeout as pause } from 'node:timers/promises';
import { CONSUMERS_AT_ONCE, deploymentOf, STACK_PREFIX, WEBHOOKS_PER_SECOND } from '../src/contract.ts';
import { flag, Misunderstood, type Program, text } from '../src/runtime/options.ts';
import { common, EXIT_CODES } from './arguments.ts';
import { commandOf, EXIT } from './command.ts';
import { closeAccount, openAccount } from './preflight/account.ts';
import { checkedLines } from './preflight/checked.ts';
import { inspect, stageOf } from './preflight/preflight.ts';

const PREFLIGHT = {
  command: 'bridge preflight --stack NAME',
  about: `Looks at the AWS account and region of a stack, before it is deployed and after: whether the region has what the stack
needs and the name is free, how much Lambda and API Gateway let through, whether the secret is complete, and whether
somebody hears the alarms. It writes nothing, but with --ring.
${EXIT_CODES}`,
  options: {
    stack: text('NAME', `the stack, ${STACK_PREFIX}STAGE`),
    ring: flag(
      'ring one alarm, whose subscribers get a message, and see it leave; it goes back by itself within minutes',
    ),
    json: common.json,
  },
} as const satisfies Program;

/** Synthesis says which numbers it takes (lib/scale.ts); without one nothing can be compared. */
const scaleOf = (environment: NodeJS.ProcessEnv, name: string, otherwise: number): number => {
  const set = environment[name]?.trim() ?? '';
  if (set !== '' && !/^[1-9]\d*$/.test(set)) throw new Misunderstood(`${name} is not a whole number`);
  return Number(set || otherwise);
};

export const preflight = commandOf(PREFLIGHT, async ({ values }, { environment, print }) => {
  const { stack, ring, json } = values;
  if (stack === undefined) throw new Misunderstood('preflight takes --stack NAME');
  const stage = stageOf(stack);
  if (stage === undefined)
    throw new Misunderstood(
      `--stack takes ${STACK_PREFIX} and the name of a stage: a to z, digits and hyphens, at most 25`,
    );
  const deployment = environment.DEPLOYMENT_ID?.trim() || deploymentOf(stage);
  const webhooksPerSecond = scaleOf(environment, 'WEBHOOKS_PER_SECOND', WEBHOOKS_PER_SECOND);
  const consumersAtOnce = scaleOf(environment, 'CONSUMERS_AT_ONCE', CONSUMERS_AT_ONCE);
  const account = await openAccount();
  try {
    const checks = await inspect(account, {
      ...{ stack, deployment, webhooksPerSecond, consumersAtOnce, ring },
      pause: (ms) => pause(ms),
    });
    if (json) print(JSON.stringify({ stack, region: account.region, checks }));
    else for (const line of checkedLines(checks)) print(line);
    return checks.some(({ state }) => state === 'wrong') ? EXIT.wrong : EXIT.well;
  } finally {
    closeAccount(account);
  }
});
