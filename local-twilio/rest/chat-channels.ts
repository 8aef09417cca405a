/** https://www.twilio.com/docs/chat/rest/channel-resource */
import { createContainer, findContainer, removeContainer, updateContainer } from '../chat/containers.ts';
import type { Container } from '../model.ts';
import { problems } from '../problem.ts';
import { type Call, created, date, dateField, field, found, gone, ok, type RestRoute, restWay } from './call.ts';
import { chatService } from './chat-service.ts';
import { pageOf } from './paging.ts';
import { visibleContainer } from './visible.ts';

const render = (call: Call, channel: Container) => {
  const url = `${call.base}/v2/Services/${channel.service.sid}/Channels/${channel.sid}`;
  return {
    sid: channel.sid,
    account_sid: channel.account.sid,
    service_sid: channel.service.sid,
    friendly_name: channel.friendlyName ?? null,
    unique_name: channel.uniqueName ?? null,
    attributes: channel.attributes,
    type: channel.type,
    date_created: date(call, channel.dateCreated),
    date_updated: date(call, channel.dateUpdated),
    created_by: channel.createdBy,
    members_count: channel.members.size,
    messages_count: channel.messages.size,
    url,
    links: {
      members: `${url}/Members`,
      messages: `${url}/Messages`,
      invites: `${url}/Invites`,
      webhooks: `${url}/Webhooks`,
      last_message: null,
    },
  };
};

/** The channel itself: unknown is 20404. */
const bySid = (call: Call): Container => found(call, findContainer(chatService(call), call.at.Sid ?? ''));

/** A channel that something is asked of: unknown is 50300. */
export const channelOf = (call: Call): Container => {
  const channel = findContainer(chatService(call), call.at.ChannelSid ?? '');
  if (channel === undefined) throw problems.channelNotFound();
  return channel;
};

/** Names of channels hold 64 characters. */
const name = (call: Call, parameter: string): string | undefined => {
  const text = field(call, parameter);
  if (text !== undefined && text.length > 64) throw problems.invalid(parameter);
  return text;
};

const collection = '/v2/Services/{ServiceSid}/Channels';
const one = `${collection}/{Sid}`;

export const chatChannelRoutes: readonly RestRoute[] = [
  {
    method: 'GET',
    pattern: collection,
    name: 'chat.channels',
    answer: (call) =>
      ok(pageOf(call, 'channels', [...chatService(call).containers.values()], (channel) => render(call, channel))),
  },
  {
    method: 'POST',
    pattern: collection,
    name: 'chat.channels',
    answer: (call) => {
      const draft = {
        friendlyName: name(call, 'FriendlyName'),
        uniqueName: name(call, 'UniqueName'),
        attributes: field(call, 'Attributes'),
        type: field(call, 'Type') ?? 'public',
        createdBy: field(call, 'CreatedBy'),
        dateCreated: dateField(call, 'DateCreated'),
      };
      return created(render(call, createContainer(call.world, chatService(call), draft, restWay(call, 'chat'))));
    },
  },
  {
    method: 'GET',
    pattern: one,
    name: 'chat.channel',
    answer: (call) => ok(render(call, visibleContainer(call, bySid(call), 'GET chat.channel'))),
  },
  {
    method: 'POST',
    pattern: one,
    name: 'chat.channel',
    answer: (call) => {
      const channel = bySid(call);
      const change = {
        friendlyName: name(call, 'FriendlyName'),
        uniqueName: name(call, 'UniqueName'),
        attributes: field(call, 'Attributes'),
      };
      updateContainer(call.world, channel, change, restWay(call, 'chat'));
      return ok(render(call, channel));
    },
  },
  {
    method: 'DELETE',
    pattern: one,
    name: 'chat.channel',
    answer: (call) => {
      removeContainer(call.world, bySid(call), restWay(call, 'chat'));
      return gone;
    },
  },
];
