/** `bridge preflight` against the emulator: before the deployment, after it, and with an alarm that is rung. */
import { ListSubscriptionsByTopicCommand, ListTopicsCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { Checks } from './checks.ts';
import { bridge } from './programs.ts';

type Flown = {
  readonly check: Checks['check'];
  readonly equal: (what: string, actual: unknown, expected: unknown) => void;
  readonly stack: string;
  readonly env: NodeJS.ProcessEnv;
  readonly emulator: { readonly url: string };
};
type Said = { readonly about: string; readonly state: string; readonly says: string };

/** An SQS queue waits so long for a message at most. */
const LONGEST_WAIT_SECONDS = 20;

const preflight = async ({ stack, env }: Flown, ...args: readonly string[]) => {
  const { code, output } = await bridge(['preflight', '--stack', stack, '--json', ...args], env);
  // The first line: the AWS client warns on stderr of an emulator's queue addresses.
  const { checks } = JSON.parse(output.split('\n')[0] ?? '') as { readonly checks: readonly Said[] };
  return { code, checks, wrong: checks.filter(({ state }) => state === 'wrong') };
};

export const preflown = (flown: Flown): Promise<boolean> =>
  flown.check('bridge preflight before the deployment finds nothing in its way', async () => {
    const { code, checks } = await preflight(flown);
    flown.equal('exit code', code, 0);
    const states = checks.map(({ about, state }) => `${about} ${state}`);
    flown.equal('checks', states, [
      'Region well',
      'Stack later',
      'Lambda well',
      'API Gateway well',
      'Secret later',
      'Alarms later',
    ]);
  });

export const preflightNamesWhatIsMissing = (flown: Flown): Promise<boolean> =>
  flown.check('bridge preflight after it names the tokens that are missing, and alarms that nobody hears', async () => {
    const { code, wrong } = await preflight(flown);
    flown.equal('exit code', code, 1);
    const [secret, alarms, ...more] = wrong.map(({ says }) => says);
    flown.equal('secret', secret?.startsWith('AUTH_TOKEN is missing, FRONTLINE_AUTH_TOKEN is missing:'), true);
    flown.equal('alarms', [alarms?.startsWith('nobody hears of '), more], [true, []]);
  });

/** The emulator carries a message, but notes in no history that it did: there the command finds nothing. */
export const alarmArrives = (flown: Flown): Promise<boolean> =>
  flown.check("bridge preflight --ring: an alarm's message arrives at a subscriber", async () => {
    const aws = {
      ...{ endpoint: flown.emulator.url, region: 'eu-central-1' },
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    };
    const [sns, sqs] = [new SNSClient(aws), new SQSClient(aws)];
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'alarmed' }));
    const asked = { QueueUrl, AttributeNames: ['QueueArn' as const] };
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand(asked));
    const { Topics = [] } = await sns.send(new ListTopicsCommand({}));
    flown.equal('topics', Topics.length, 1);
    const TopicArn = Topics[0]?.TopicArn;
    const Endpoint = Attributes?.QueueArn;
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint }));
    const { Subscriptions = [] } = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
    flown.equal('subscriptions', Subscriptions.length, 1);
    const { checks } = await preflight(flown, '--ring');
    flown.equal('heard', checks.filter(({ about, state }) => about === 'Alarms' && state === 'well').length, 1);
    const waited = { QueueUrl, WaitTimeSeconds: LONGEST_WAIT_SECONDS };
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand(waited));
    flown.equal('message', Messages[0]?.Body?.includes('npx bridge preflight --ring: does this reach anybody?'), true);
    await sqs.send(new DeleteQueueCommand({ QueueUrl }));
    sns.destroy();
    sqs.destroy();
  });
