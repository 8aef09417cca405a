import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { METRICS } from '../../src/contract.ts';
import type { Stage } from '../stage.ts';
import { BridgeAlarm } from './alarm.ts';
import { bridgeMetric, outcomeMetric, sideMetric } from './metrics.ts';

/** Minutes. Lanes wait for 15 before they are marked as not up to date. */
const LONG = 30;

/** Alarms for when the two sides may no longer be in sync: something waits, was given up, or was not compared. */
export class SyncAlarms extends Construct {
  constructor(scope: Construct, id: string, { stage, topic }: { readonly stage: Stage; readonly topic: ITopic }) {
    super(scope, id);
    new BridgeAlarm(this, 'Held', {
      metric: bridgeMetric(stage, METRICS.held),
      above: 0,
      minutes: 1,
      harm: 'A chat writes faster than people can and is held: its customer and agent do not see what is written now.',
      runbook: 'A chat is held',
      topic,
    });
    new BridgeAlarm(this, 'Parked', {
      metric: outcomeMetric(stage, 'parked'),
      above: 0,
      minutes: 1,
      harm: 'A message was given up: somebody, a customer perhaps, does not see what was written to them.',
      runbook: 'Something was parked',
      topic,
    });
    new BridgeAlarm(this, 'Waiting', {
      metric: bridgeMetric(stage, METRICS.dirtyLanes, Stats.MAXIMUM),
      above: 0,
      minutes: LONG,
      harm: 'Some chats have not been up to date for half an hour or more; what is missing there is kept, not lost.',
      runbook: 'Chats are not up to date',
      topic,
    });
    new BridgeAlarm(this, 'SweepSilent', {
      metric: bridgeMetric(stage, METRICS.sweeps),
      below: 1,
      minutes: 5,
      harm: 'Nobody looks for lost webhooks: chats that lost one stay incomplete, those that wait do not catch up.',
      runbook: 'The sweep is silent',
      topic,
    });
    new BridgeAlarm(this, 'NotCompared', {
      metric: bridgeMetric(stage, METRICS.notCompared),
      above: 0,
      minutes: LONG,
      harm: 'Some chats have not been compared for half an hour: if they lost a webhook, nobody would know.',
      runbook: 'Chats cannot be compared',
      topic,
    });
    for (const [side, name, harm] of [
      ['flex', 'FlexDown', 'What agents write in Frontline waits: Twilio does not take it on the Flex account.'],
      ['frontline', 'FrontlineDown', 'What is said in Flex waits: Twilio does not take it on the Frontline account.'],
      ['default webhook', 'DefaultWebhookDown', 'Customers on SMS wait: the webhook of Flex itself does not answer.'],
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
