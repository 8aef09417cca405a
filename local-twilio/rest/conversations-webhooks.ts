/** https://www.twilio.com/docs/conversations/api/service-configuration-resource and .../configuration-resource */
import type { ConversationsWebhookConfig } from '../model.ts';
import { type Call, field, ok, type RestRoute } from './call.ts';
import { conversationService } from './conversations-service.ts';

export const noWebhooks = (): ConversationsWebhookConfig => ({
  preWebhookUrl: undefined,
  postWebhookUrl: undefined,
  filters: [],
  method: 'POST',
});

const update = (call: Call, config: ConversationsWebhookConfig): void => {
  const url = (name: string, old: string | undefined): string | undefined => {
    const sent = field(call, name);
    if (sent === undefined) return old;
    return sent === '' ? undefined : sent;
  };
  config.preWebhookUrl = url('PreWebhookUrl', config.preWebhookUrl);
  config.postWebhookUrl = url('PostWebhookUrl', config.postWebhookUrl);
  config.method = field(call, 'Method') ?? config.method;
  if (call.form.has('Filters')) config.filters = call.form.getAll('Filters').filter((name) => name !== '');
};

const render = (config: ConversationsWebhookConfig) => ({
  pre_webhook_url: config.preWebhookUrl ?? null,
  post_webhook_url: config.postWebhookUrl ?? null,
  filters: config.filters,
  method: config.method,
});

const ofService = (call: Call) => {
  const service = conversationService(call);
  return {
    account_sid: call.account.sid,
    chat_service_sid: service.sid,
    ...render(service.conversationsWebhooks ?? noWebhooks()),
    url: `${call.base}${call.path}`,
  };
};

const ofAccount = (call: Call) => ({
  account_sid: call.account.sid,
  ...render(call.account.conversationsWebhooks),
  target: 'webhook',
  url: `${call.base}${call.path}`,
});

const service = '/v1/Services/{ChatServiceSid}/Configuration/Webhooks';
const account = '/v1/Configuration/Webhooks';

export const conversationWebhookRoutes: readonly RestRoute[] = [
  { method: 'GET', pattern: service, name: 'conversations.webhooks', answer: (call) => ok(ofService(call)) },
  {
    method: 'POST',
    pattern: service,
    name: 'conversations.webhooks',
    answer: (call) => {
      const its = conversationService(call);
      its.conversationsWebhooks ??= noWebhooks();
      update(call, its.conversationsWebhooks);
      return ok(ofService(call));
    },
  },
  { method: 'GET', pattern: account, name: 'conversations.webhooks', answer: (call) => ok(ofAccount(call)) },
  {
    method: 'POST',
    pattern: account,
    name: 'conversations.webhooks',
    answer: (call) => {
      update(call, call.account.conversationsWebhooks);
      return ok(ofAccount(call));
    },
  },
  {
    method: 'GET',
    pattern: '/v1/Configuration',
    name: 'conversations.configuration',
    answer: (call) => {
      const url = `${call.base}/v1/Configuration`;
      return ok({
        account_sid: call.account.sid,
        default_chat_service_sid: call.account.defaultServiceSid ?? null,
        default_messaging_service_sid: null,
        default_inactive_timer: null,
        default_closed_timer: null,
        url,
        links: { webhooks: `${url}/Webhooks` },
      });
    },
  },
  {
    method: 'GET',
    pattern: '/v1/Services/{Sid}',
    name: 'conversations.service',
    answer: (call) => {
      const its = conversationService({ ...call, at: { ChatServiceSid: call.at.Sid ?? '' } });
      const url = `${call.base}/v1/Services/${its.sid}`;
      return ok({
        account_sid: its.account.sid,
        sid: its.sid,
        friendly_name: its.friendlyName,
        date_created: new Date(its.dateCreated).toISOString(),
        date_updated: new Date(its.dateUpdated).toISOString(),
        url,
        links: { conversations: `${url}/Conversations`, users: `${url}/Users`, configuration: `${url}/Configuration` },
      });
    },
  },
];
