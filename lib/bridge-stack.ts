import { CfnOutput, Stack } from 'aws-cdk-lib';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { bridgeDashboard } from './constructs/bridge-dashboard.ts';
import { BridgeFunction } from './constructs/bridge-function.ts';
import { BridgeSecret } from './constructs/bridge-secret.ts';
import { EventQueue } from './constructs/event-queue.ts';
import { RequiredSettings } from './constructs/required-settings.ts';
import { StateTable } from './constructs/state-table.ts';
import { sweepEveryMinute } from './constructs/sweep-schedule.ts';
import { SyncAlarms } from './constructs/sync-alarms.ts';
import { WebhookApi } from './constructs/webhook-api.ts';
import { FUNCTIONS, type FunctionName } from './functions.ts';
import type { Stage } from './stage.ts';

/** Twilio's connection overrides for TaskRouter's callbacks: try five times, whatever went wrong. */
const RETRY_ALL = '#rc=5&rp=all';

/** Everything that one deployment of the bridge consists of. */
export class BridgeStack extends Stack {
  constructor(scope: Construct, id: string, stage: Stage) {
    super(scope, id, {
      description: 'Messaging bridge between a Twilio Flex account and a Twilio Frontline account',
      terminationProtection: stage.state === 'kept',
    });
    const topic = new Topic(this, 'Alarms', { enforceSSL: true });
    const secret = new BridgeSecret(this, 'Secrets', stage);
    const table = new StateTable(this, 'State', stage);
    const flex = new EventQueue(this, 'FlexEvents', {
      queue: 'flex-events',
      lateHarm: 'Agents on Frontline see messages of Flex chats late.',
      deadHarm: 'Something from a Flex chat is missing on Frontline.',
      topic,
    });
    const frontline = new EventQueue(this, 'FrontlineEvents', {
      queue: 'frontline-events',
      lateHarm: 'Customers wait for what agents wrote in Frontline.',
      deadHarm: 'Something written in Frontline never reached the customer.',
      topic,
    });
    const forwards = new EventQueue(this, 'DefaultWebhook', {
      queue: 'default-webhook',
      lateHarm: 'Customers on SMS get their messages late.',
      deadHarm: 'A customer on SMS did not get a message.',
      topic,
    });
    const queues = { 'flex-events': flex, 'frontline-events': frontline, 'default-webhook': forwards };
    const { values: settings } = new RequiredSettings(this, 'Settings', stage);
    const resources = { secret, table, queues };
    const make = (name: FunctionName): BridgeFunction =>
      new BridgeFunction(this, name, { ...FUNCTIONS[name], stage, settings, resources, topic });
    const webhook = make('Webhook');
    const toFrontline = make('ReplicateFlex');
    const toFlex = make('ReplicateFrontline');
    const forward = make('Forward');
    const sweep = make('Sweep');

    sweepEveryMinute(this, 'EveryMinute', sweep);

    const api = new WebhookApi(this, 'Api', { webhook, stage, topic });
    new SyncAlarms(this, 'Sync', { stage, topic });
    const functions = { webhook, 'Flex -> Frontline': toFrontline, 'Frontline -> Flex': toFlex, forward, sweep };
    const dashboard = bridgeDashboard(this, 'Dashboard', { stage, api, queues, functions, table });

    const said = (name: string, value: string, description: string) =>
      new CfnOutput(this, name, { value, description });
    said('ChatWebhook', api.url('/chat-to-frontline'), 'Flex account: PostWebhookUrl of the Chat service');
    said(
      'ConversationsWebhook',
      api.url('/frontline-to-chat'),
      'Frontline account: post-event URL of the Conversations service',
    );
    said(
      'TaskRouterWebhook',
      `${api.url('/taskrouter-handler')}${RETRY_ALL}`,
      'Both accounts: EventCallbackUrl of the TaskRouter workspace',
    );
    said('SecretArn', secret.secretArn, 'Set its fields by: npx bridge secrets --stack STACK');
    said('AlarmTopic', topic.topicArn, 'Subscribe whoever is to hear of alarms');
    said(
      'DashboardLink',
      `https://${this.region}.console.aws.amazon.com/cloudwatch/home?region=${this.region}#dashboards:name=${dashboard.dashboardName}`,
      'What the bridge is doing',
    );
  }
}
