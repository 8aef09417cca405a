import { CfnOutput, Stack } from 'aws-cdk-lib';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { TIMES } from '../src/contract.ts';
import { bridgeDashboard } from './constructs/bridge-dashboard.ts';
import { BridgeFunction, type BridgeFunctionProps, type FunctionEnvironment } from './constructs/bridge-function.ts';
import { BridgeSecret } from './constructs/bridge-secret.ts';
import { consume } from './constructs/consumer.ts';
import { EventQueue } from './constructs/event-queue.ts';
import { RequiredSettings } from './constructs/required-settings.ts';
import { StateTable } from './constructs/state-table.ts';
import { sweepEveryMinute } from './constructs/sweep-schedule.ts';
import { SyncAlarms } from './constructs/sync-alarms.ts';
import { WebhookApi } from './constructs/webhook-api.ts';
import { MEMORY_MB } from './memory.ts';
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
    const environment: FunctionEnvironment = {
      ...new RequiredSettings(this, 'Settings', stage).values,
      SECRET_ARN: secret.secretArn,
      TABLE_NAME: table.tableName,
      FLEX_EVENTS_QUEUE_URL: flex.queue.queueUrl,
      FRONTLINE_EVENTS_QUEUE_URL: frontline.queue.queueUrl,
      DEFAULT_WEBHOOK_QUEUE_URL: forwards.queue.queueUrl,
      FLEX_EVENTS_DEAD_URL: flex.dead.queueUrl,
      FRONTLINE_EVENTS_DEAD_URL: frontline.dead.queueUrl,
      DEFAULT_WEBHOOK_DEAD_URL: forwards.dead.queueUrl,
    };
    const make = (
      name: string,
      props: Omit<BridgeFunctionProps, 'memoryMb' | 'environment' | 'stage' | 'topic'>,
    ): BridgeFunction =>
      new BridgeFunction(this, name, { ...props, memoryMb: MEMORY_MB[props.code], environment, stage, topic });

    const webhook = make('Webhook', {
      code: 'webhook',
      description: 'Verifies webhooks and stores them on their queues',
      timeoutSeconds: 5, // it answers within 4; Twilio itself waits no longer than 5
      harm: 'Webhooks are lost; customers and agents may miss messages until the sweep repairs their chats.',
      runbook: 'The webhook function fails',
    });
    const toFrontline = make('ReplicateFlex', {
      code: 'replicate',
      description: 'Carries Flex chats to Frontline',
      timeoutSeconds: TIMES.functionTimeout,
      harm: 'Some Flex chats stand still on Frontline for minutes at a time.',
      runbook: 'The function that replicates from Flex fails',
    });
    const toFlex = make('ReplicateFrontline', {
      code: 'replicate',
      description: 'Carries Frontline conversations to Flex',
      timeoutSeconds: TIMES.functionTimeout,
      harm: 'What agents write in Frontline reaches some customers minutes late.',
      runbook: 'The function that replicates from Frontline fails',
    });
    const forward = make('Forward', {
      code: 'forward',
      description: 'Posts events to the webhook of Flex itself, which sends the SMS of the customer',
      timeoutSeconds: TIMES.functionTimeout,
      harm: 'Customers on SMS get their messages minutes late.',
      runbook: 'The forward function fails',
    });
    const sweep = make('Sweep', {
      code: 'sweep',
      description: 'Looks every minute for chats that need repair',
      timeoutSeconds: TIMES.sweepTimeout, // two may run side by side: only one of them compares pairs, by its lease
      harm: 'Chats that lost a webhook or an answer stay incomplete.',
      runbook: 'The sweep fails',
    });

    for (const { queue } of [flex, frontline, forwards]) queue.grantSendMessages(webhook);
    consume(toFrontline, flex);
    consume(toFlex, frontline);
    consume(forward, forwards);
    for (const fn of [toFrontline, toFlex, sweep])
      for (const { queue } of [flex, frontline]) queue.grantSendMessages(fn); // jobs for the other lane
    flex.queue.grantSendMessages(forward); // notices of what did not reach the customer
    for (const fn of [toFrontline, toFlex, forward, sweep]) table.grantState(fn);
    for (const fn of [toFrontline, toFlex, sweep]) table.grantLookingThrough(fn);
    for (const fn of [toFrontline, toFlex, sweep]) table.grantListing(fn);
    forwards.queue.grantSendMessages(sweep); // what was never forwarded, composed anew
    for (const fn of [webhook, toFrontline, toFlex, forward, sweep]) secret.grantRead(fn);
    sweepEveryMinute(this, 'EveryMinute', sweep);

    const api = new WebhookApi(this, 'Api', { webhook, stage, topic });
    new SyncAlarms(this, 'Sync', { stage, topic });
    const functions = { webhook, 'Flex -> Frontline': toFrontline, 'Frontline -> Flex': toFlex, forward, sweep };
    const queues = { 'flex-events': flex, 'frontline-events': frontline, 'default-webhook': forwards };
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
