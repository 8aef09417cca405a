/** One alarm is rung by hand, to see its message leave. */
import {
  type AlarmHistoryItem,
  type CloudWatchClient,
  DescribeAlarmHistoryCommand,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import { plural } from '../words.ts';
import type { SeenAlarm, Subscribers } from './alarms.ts';
import { type Checked, well, wrong } from './checked.ts';

export type Pause = (ms: number) => Promise<void>;

/** CloudWatch acts on the change within seconds. */
const LOOKS = 15;
const LOOK_EVERY_MS = 2_000;

const REASON = 'npx bridge preflight --ring: does this reach anybody?';

const actionsOf = async (client: CloudWatchClient, alarm: string): Promise<readonly AlarmHistoryItem[]> => {
  const asked = { AlarmName: alarm, HistoryItemType: 'Action', ScanBy: 'TimestampDescending' } as const;
  return (await client.send(new DescribeAlarmHistoryCommand(asked))).AlarmHistoryItems ?? [];
};

const key = ({ Timestamp, HistorySummary }: AlarmHistoryItem): string => `${Timestamp?.getTime()} ${HistorySummary}`;

/**
 * Sets an alarm to ALARM and waits until CloudWatch says what became of its action. The alarm goes back by itself with
 * its next figures, within minutes.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_SetAlarmState.html
 */
const actedUpon = async (
  client: CloudWatchClient,
  alarm: string,
  pause: Pause,
): Promise<AlarmHistoryItem | undefined> => {
  const before = new Set((await actionsOf(client, alarm)).map(key));
  await client.send(new SetAlarmStateCommand({ AlarmName: alarm, StateValue: 'ALARM', StateReason: REASON }));
  for (let look = 0; look < LOOKS; look += 1) {
    const acted = (await actionsOf(client, alarm)).find((item) => !before.has(key(item)));
    if (acted !== undefined) return acted;
    await pause(LOOK_EVERY_MS);
  }
  return undefined;
};

/** Why an action failed, in CloudWatch's words. */
const errorOf = ({ HistoryData = '', HistorySummary = '' }: AlarmHistoryItem): string => {
  try {
    const { error } = JSON.parse(HistoryData) as { readonly error?: unknown };
    if (typeof error === 'string') return error;
  } catch {
    // Then its summary says as much as there is.
  }
  return HistorySummary;
};

export const ringOne = async (
  client: CloudWatchClient,
  alarms: readonly SeenAlarm[],
  subscribers: ReadonlyMap<string, Subscribers>,
  pause: Pause,
): Promise<readonly Checked[]> => {
  const confirmed = ({ topics }: SeenAlarm): number =>
    topics.reduce((sum, topic) => sum + (subscribers.get(topic)?.confirmed ?? 0), 0);
  const alarm = alarms.find((one) => one.enabled && one.state !== 'ALARM' && confirmed(one) > 0);
  if (alarm === undefined)
    return [wrong('Alarms', 'none was rung, for each rings already or nobody would hear it: put that right first')];
  const acted = await actedUpon(client, alarm.name, pause);
  if (acted === undefined)
    return [
      wrong(
        'Alarms',
        `${alarm.name} was rung, and for half a minute CloudWatch noted nothing of a message: see aws cloudwatch describe-alarm-history --alarm-name ${alarm.name} --history-item-type Action`,
      ),
    ];
  return /^Successfully executed action/.test(acted.HistorySummary ?? '')
    ? [
        well(
          'Alarms',
          `${alarm.name} was rung, and its message left for ${plural(confirmed(alarm), 'subscriber')}: see that it came. It goes back by itself`,
        ),
      ]
    : [
        wrong(
          'Alarms',
          `${alarm.name} was rung, and its message did not leave (${errorOf(acted)}): the topic's policy was changed by hand, so deploy the stack again`,
        ),
      ];
};
