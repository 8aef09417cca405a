import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { Dashboard } from 'aws-cdk-lib/aws-cloudwatch';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { AVAILABILITY, DEPLOYMENT_OUTPUT, TWILIO_EVENTS } from '../src/contract.ts';
import { AlarmTopic } from './constructs/alarm-topic.ts';
import { bridgeDashboard } from './constructs/bridge-dashboard.ts';
import { BridgeFunction, type SharedProps } from './constructs/bridge-function.ts';
import { BridgeSecret } from './constructs/bridge-secret.ts';
import { EventQueue } from './constructs/event-queue.ts';
import { OperatorPolicies } from './constructs/operator-policies.ts';
import { RequiredSettings } from './constructs/required-settings.ts';
import type { BridgeResources } from './constructs/resources.ts';
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
    const topic = new AlarmTopic(this, 'Alarms');
    const secret = new BridgeSecret(this, 'Secrets', stage);
    const table = new StateTable(this, 'State', stage);
    table.alarmOnThrottles(topic);
    const queues = this.addQueues(stage, topic);
    const { values: settings } = new RequiredSettings(this, 'Settings', stage);
    const resources = { secret, table, queues };
    const functions = this.addFunctions({ stage, settings, resources, topic });
    const policies = new OperatorPolicies(this, 'People', { resources, topic });
    sweepEveryMinute(this, 'EveryMinute', functions.Sweep);
    const api = new WebhookApi(this, 'Api', {
      ...{ webhook: functions.Webhook, callbacks: functions.Callbacks, stage, topic },
    });
    new SyncAlarms(this, 'Sync', { stage, topic });
    const dashboard = bridgeDashboard(this, 'Dashboard', { stage, api, queues, functions, table });
    this.addWebhookAddresses(api);
    this.addCallbackAddresses(api);
    this.addOutput(DEPLOYMENT_OUTPUT, stage.settings.DEPLOYMENT_ID, 'The name of this bridge in all that it writes');
    this.addOperatorOutputs(secret, topic, dashboard);
    this.addOutput('OperatorPolicy', policies.operators.managedPolicyArn, 'Attach to those who operate the bridge');
    this.addOutput('TokenPolicy', policies.tokenKeepers.managedPolicyArn, 'Attach to those who set its tokens, too');
  }

  private addQueues(stage: Stage, topic: Topic): BridgeResources['queues'] {
    const flex = new EventQueue(this, 'FlexEvents', {
      queue: 'flex-events',
      stage,
      lateHarm: 'Agents in Frontline get messages from Flex chats more than 20 minutes late.',
      deadHarm: 'An agent in Frontline is missing something from a Flex chat: a message, an edit, or the chat itself.',
      topic,
    });
    const frontline = new EventQueue(this, 'FrontlineEvents', {
      queue: 'frontline-events',
      stage,
      lateHarm: 'Customers get what agents write in Frontline more than 20 minutes late.',
      deadHarm: 'A customer did not get a message or an edit that an agent wrote in Frontline.',
      topic,
    });
    const defaultWebhook = new EventQueue(this, 'DefaultWebhook', {
      queue: 'default-webhook',
      stage,
      lateHarm: 'Customers on SMS get messages more than 5 minutes late.',
      deadHarm: 'A customer on SMS did not get a message.',
      topic,
    });
    return { 'flex-events': flex, 'frontline-events': frontline, 'default-webhook': defaultWebhook };
  }

  private addFunctions(shared: SharedProps): Readonly<Record<FunctionName, BridgeFunction>> {
    const add = (name: FunctionName) => new BridgeFunction(this, name, { ...FUNCTIONS[name], ...shared });
    return {
      Webhook: add('Webhook'),
      Callbacks: add('Callbacks'),
      ReplicateFlex: add('ReplicateFlex'),
      ReplicateFrontline: add('ReplicateFrontline'),
      Forward: add('Forward'),
      Sweep: add('Sweep'),
    };
  }

  /** What the operator enters in Twilio, and where: addresses, and which events are sent there. */
  private addWebhookAddresses(api: WebhookApi): void {
    const { chat, conversations, flexTaskRouter, frontlineTaskRouter } = TWILIO_EVENTS;
    this.addOutput('ChatWebhook', api.url('/chat-to-frontline'), 'Flex account: PostWebhookUrl of the Chat service');
    this.addOutput('ChatEvents', chat.join(','), 'WebhookFilters of that service');
    this.addOutput(
      'ConversationsWebhook',
      api.url('/frontline-to-chat'),
      'Frontline account: post-event URL of the Conversations service',
    );
    this.addOutput('ConversationsEvents', conversations.join(','), 'Filters of that webhook');
    this.addOutput(
      'TaskRouterWebhook',
      `${api.url('/taskrouter-handler')}${RETRY_ALL}`,
      'Both accounts: EventCallbackUrl of the TaskRouter workspace',
    );
    this.addOutput('FlexTaskRouterEvents', flexTaskRouter.join(','), 'Flex account: EventsFilter of the workspace');
    this.addOutput(
      'FrontlineTaskRouterEvents',
      frontlineTaskRouter.join(','),
      'Frontline account: EventsFilter of the workspace',
    );
  }

  /** The addresses that the operator enters in Frontline's console, and the one that a web page calls. */
  private addCallbackAddresses(api: WebhookApi): void {
    this.addOutput('CrmCallback', api.url('/frontline/crm'), 'Frontline account: CRM callback');
    this.addOutput('OutgoingCallback', api.url('/frontline/outgoing'), 'Frontline account: outgoing conversations');
    this.addOutput('TemplatesCallback', api.url('/frontline/templates'), 'Frontline account: templates callback');
    this.addOutput('Availability', api.url(AVAILABILITY), 'For the web pages of AVAILABILITY_ORIGINS');
  }

  /** What the operator sets, subscribes to and looks at. */
  private addOperatorOutputs(secret: BridgeSecret, topic: Topic, { dashboardName }: Dashboard): void {
    const cloudWatch = `https://${this.region}.console.aws.amazon.com/cloudwatch/home?region=${this.region}`;
    this.addOutput('SecretArn', secret.secretArn, 'Set its fields by: npx bridge secrets --stack STACK');
    this.addOutput('AlarmTopic', topic.topicArn, 'Subscribe the operators who are to hear of alarms');
    this.addOutput('DashboardLink', `${cloudWatch}#dashboards:name=${dashboardName}`, 'What the bridge is doing');
  }

  private addOutput(name: string, value: string, description: string): void {
    new CfnOutput(this, name, { value, description });
  }
}
