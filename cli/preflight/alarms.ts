/** Whether anybody would be told when an alarm of the stack rings. */
import { type CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { paginateListSubscriptionsByTopic, type SNSClient } from '@aws-sdk/client-sns';
import type { StackPart } from '../stack.ts';
import { plural } from '../words.ts';
import { type Checked, wrong } from './checked.ts';

export type SeenAlarm = {
  readonly name: string;
  readonly state: string;
  /** Whether it tells anything to anybody. */
  readonly enabled: boolean;
  /** The topics that it tells when it rings. */
  readonly topics: readonly string[];
};

/**
 * Most names of one question.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
 */
const MOST_NAMES = 100;

export const alarmNames = (parts: readonly StackPart[]): readonly string[] =>
  parts
    .filter(({ type }) => type === 'AWS::CloudWatch::Alarm' || type === 'AWS::CloudWatch::CompositeAlarm')
    .map(({ physicalId }) => physicalId);

export const readAlarms = async (client: CloudWatchClient, names: readonly string[]): Promise<readonly SeenAlarm[]> => {
  const seen: SeenAlarm[] = [];
  for (let from = 0; from < names.length; from += MOST_NAMES) {
    const { MetricAlarms = [], CompositeAlarms = [] } = await client.send(
      new DescribeAlarmsCommand({
        AlarmNames: names.slice(from, from + MOST_NAMES),
        AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
        MaxRecords: MOST_NAMES,
      }),
    );
    for (const { AlarmName = '', StateValue = '', ActionsEnabled = false, AlarmActions = [] } of [
      ...MetricAlarms,
      ...CompositeAlarms,
    ])
      seen.push({
        ...{ name: AlarmName, state: StateValue, enabled: ActionsEnabled },
        topics: AlarmActions.filter((arn) => /^arn:[\w-]+:sns:/.test(arn)),
      });
  }
  return seen;
};

export type Subscribers = { readonly confirmed: number; readonly pending: number };

/** A subscription that nobody has confirmed has no ARN yet: `PendingConfirmation`; one that is gone: `Deleted`. */
export const readSubscribers = async (client: SNSClient, TopicArn: string): Promise<Subscribers> => {
  let [confirmed, pending] = [0, 0];
  for await (const { Subscriptions = [] } of paginateListSubscriptionsByTopic({ client }, { TopicArn }))
    for (const { SubscriptionArn = '' } of Subscriptions) {
      if (SubscriptionArn.startsWith('arn:')) confirmed += 1;
      if (SubscriptionArn === 'PendingConfirmation') pending += 1;
    }
  return { confirmed, pending };
};

const subscribe = (topic: string): string =>
  `aws sns subscribe --topic-arn ${topic} --protocol email --notification-endpoint you@example.com, and confirm it by the link in the mail`;

/** One line for each cause, however many alarms share it. */
export const checkAlarms = (
  names: readonly string[],
  alarms: readonly SeenAlarm[],
  subscribers: ReadonlyMap<string, Subscribers>,
): readonly Checked[] => {
  const heard = (topic: string): boolean => (subscribers.get(topic)?.confirmed ?? 0) > 0;
  const gone = names.filter((name) => !alarms.some((alarm) => alarm.name === name));
  const off = alarms.filter(({ enabled }) => !enabled).map(({ name }) => name);
  const silent = alarms.filter(({ topics }) => topics.length === 0).map(({ name }) => name);
  const unheard = alarms.filter(({ topics }) => topics.length > 0 && !topics.some(heard));
  return [
    ...named(gone, 'were deleted by hand, which no deployment puts right: delete the stack and deploy it again'),
    ...named(off, `are switched off: aws cloudwatch enable-alarm-actions --alarm-names ${off.join(' ')}`),
    ...named(silent, "tell nobody: enter the stack's output AlarmTopic as their action in CloudWatch's console"),
    ...[...new Set(unheard.flatMap(({ topics }) => topics))].map((topic) => {
      const pending = subscribers.get(topic)?.pending ?? 0;
      const waits = pending === 0 ? '' : ` (${plural(pending, 'subscription')} still to be confirmed)`;
      return wrong('Alarms', `nobody hears of ${plural(unheard.length, 'alarm')}${waits}: ${subscribe(topic)}`);
    }),
  ];
};

const named = (names: readonly string[], what: string): readonly Checked[] =>
  names.length === 0 ? [] : [wrong('Alarms', `${names.join(', ')} ${what}`)];
