/** https://www.twilio.com/docs/chat/rest/service-resource */
import type { ChatService } from '../model.ts';
import { type Call, date, field, found, integerField, ok, type RestRoute } from './call.ts';
import { pageOf } from './paging.ts';

export const chatService = (call: Call): ChatService =>
  found(call, call.account.services.get(call.at.ServiceSid ?? ''));

const render = (call: Call, service: ChatService) => {
  const url = `${call.base}/v2/Services/${service.sid}`;
  const { chatWebhooks: hooks, limits } = service;
  return {
    sid: service.sid,
    account_sid: service.account.sid,
    friendly_name: service.friendlyName,
    date_created: date(call, service.dateCreated),
    date_updated: date(call, service.dateUpdated),
    default_service_role_sid: service.roleSid,
    default_channel_role_sid: service.roleSid,
    default_channel_creator_role_sid: service.roleSid,
    read_status_enabled: true,
    reachability_enabled: true,
    typing_indicator_timeout: 5,
    consumption_report_interval: 10,
    limits: { channel_members: limits.channelMembers, user_channels: limits.userChannels },
    pre_webhook_url: hooks.preWebhookUrl ?? null,
    post_webhook_url: hooks.postWebhookUrl ?? null,
    webhook_method: hooks.method,
    webhook_filters: hooks.filters,
    pre_webhook_retry_count: hooks.preRetryCount,
    post_webhook_retry_count: hooks.postRetryCount,
    notifications: {},
    media: { size_limit_mb: 150, compatibility_message: 'new media message' },
    url,
    links: { channels: `${url}/Channels`, users: `${url}/Users`, roles: `${url}/Roles`, bindings: `${url}/Bindings` },
  };
};

const update = (call: Call, service: ChatService): void => {
  const hooks = service.chatWebhooks;
  const url = (name: string, old: string | undefined): string | undefined => {
    const sent = field(call, name);
    if (sent === undefined) return old;
    return sent === '' ? undefined : sent;
  };
  service.friendlyName = field(call, 'FriendlyName') ?? service.friendlyName;
  hooks.preWebhookUrl = url('PreWebhookUrl', hooks.preWebhookUrl);
  hooks.postWebhookUrl = url('PostWebhookUrl', hooks.postWebhookUrl);
  hooks.method = field(call, 'WebhookMethod') ?? hooks.method;
  if (call.form.has('WebhookFilters')) hooks.filters = call.form.getAll('WebhookFilters').filter((name) => name !== '');
  hooks.preRetryCount = integerField(call, 'PreWebhookRetryCount') ?? hooks.preRetryCount;
  hooks.postRetryCount = integerField(call, 'PostWebhookRetryCount') ?? hooks.postRetryCount;
  service.limits.channelMembers = integerField(call, 'Limits.ChannelMembers') ?? service.limits.channelMembers;
  service.limits.userChannels = integerField(call, 'Limits.UserChannels') ?? service.limits.userChannels;
  service.dateUpdated = call.world.now();
};

const bySid = (call: Call): ChatService => found(call, call.account.services.get(call.at.Sid ?? ''));

export const chatServiceRoutes: readonly RestRoute[] = [
  {
    method: 'GET',
    pattern: '/v2/Services',
    name: 'chat.services',
    answer: (call) => ok(pageOf(call, 'services', [...call.account.services.values()], (one) => render(call, one))),
  },
  {
    method: 'GET',
    pattern: '/v2/Services/{Sid}',
    name: 'chat.service',
    answer: (call) => ok(render(call, bySid(call))),
  },
  {
    method: 'POST',
    pattern: '/v2/Services/{Sid}',
    name: 'chat.service',
    answer: (call) => {
      const service = bySid(call);
      update(call, service);
      return ok(render(call, service));
    },
  },
];
