import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { METRICS } from '../../src/contract.ts';
import type { Stage } from '../stage.ts';
import { BridgeAlarm } from './alarm.ts';
import { bridgeMetric, outcomeMetric, sideMetric } from './metrics.ts';

/** Minutes: twice what a lane waits before it is marked as not up to date. */
const LONG = 30;
/** A minute may have no figure: a run that leaves the work to another one, or two in one minute. */
const MOST_OF_LONG = 25;

/** Alarms for when the two sides may no longer be in sync: something waits, was given up, or was not compared. */
export class SyncAlarms extends Construct {
  constructor(scope: Construct, id: string, { stage, topic }: { readonly stage: Stage; readonly topic: ITopic }) {
    super(scope, id);
    new BridgeAlarm(this, 'Held', {
      metric: bridgeMetric(stage, METRICS.held),
      above: 0,
      minutes: 1,
      harm: "A customer and an agent do not see each other's new messages: their chat writes too fast, so it is held.",
      runbook: 'A chat is held',
      topic,
    });
    new BridgeAlarm(this, 'Parked', {
      metric: outcomeMetric(stage, 'parked'),
      above: 0,
      minutes: 1,
      harm: 'A customer or an agent did not get a message or an edit: Twilio would not take it, so it was given up.',
      runbook: 'Something was parked',
      topic,
    });
    new BridgeAlarm(this, 'Failed', {
      metric: outcomeMetric(stage, 'failed'),
      above: 0,
      minutes: 3,
      ofMinutes: 15,
      harm: 'Customers and agents may wait for messages: the bridge meets errors that it does not expect.',
      runbook: 'Something fails',
      topic,
    });
    // No side is down, and nothing that is late gets through and tells: an SMS would wait for a day unheard.
    new BridgeAlarm(this, 'Unauthorized', {
      metric: bridgeMetric(stage, METRICS.unauthorized),
      above: 0,
      minutes: 3,
      ofMinutes: 15,
      harm: "Customers and agents wait for messages: Twilio does not take the bridge's token, key or signature.",
      runbook: 'Twilio does not take a token',
      topic,
    });
    new BridgeAlarm(this, 'Waiting', {
      metric: bridgeMetric(stage, METRICS.dirtyLanes, Stats.MAXIMUM),
      above: 0,
      minutes: MOST_OF_LONG,
      ofMinutes: LONG,
      harm: 'Customers or agents have been waiting for messages in some chats for half an hour. Nothing is lost.',
      runbook: 'Chats are not up to date',
      topic,
    });
    new BridgeAlarm(this, 'NotOn', {
      metric: bridgeMetric(stage, METRICS.notOn, Stats.MAXIMUM),
      above: 0,
      minutes: LONG,
      harm: "Customers or agents do not see each other's messages: an operator has switched that off.",
      runbook: 'A direction is not on',
      topic,
    });
    new BridgeAlarm(this, 'SweepSilent', {
      metric: bridgeMetric(stage, METRICS.sweeps),
      below: 1,
      minutes: 5,
      harm: 'Customers and agents do not get messages that had to wait or lost their webhook: the sweep does not run.',
      runbook: 'The sweep is silent',
      topic,
    });
    new BridgeAlarm(this, 'NotCompared', {
      metric: bridgeMetric(stage, METRICS.notCompared),
      above: 0,
      minutes: MOST_OF_LONG,
      ofMinutes: LONG,
      harm: 'Customers or agents may miss messages unnoticed: for half an hour the sweep could not compare some chats.',
      runbook: 'Chats cannot be compared',
      topic,
    });
    for (const [side, name, harm] of [
      ['flex', 'FlexDown', 'Customers wait for what agents write in Frontline: calls to the Flex account fail.'],
      [
        'frontline',
        'FrontlineDown',
        'Agents in Frontline wait for messages from Flex chats: calls to the Frontline account fail.',
      ],
      [
        'default-webhook',
        'DefaultWebhookDown',
        "Customers on SMS wait for messages: calls to Flex's own webhook fail.",
      ],
    ] as const)
      new BridgeAlarm(this, name, {
        metric: sideMetric(stage, side),
        above: 0,
        minutes: 3,
        ofMinutes: 5,
        harm,
        runbook: 'A side is down',
        topic,
      });
  }
}
