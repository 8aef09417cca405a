/** https://www.twilio.com/docs/chat/rest/user-resource and /user-channel-resource */
import { createUser, findUser, updateUser } from '../chat/users.ts';
import type { ChatService, Container, User } from '../model.ts';
import { type Call, created, date, field, found, gone, ok, type RestRoute } from './call.ts';
import { chatService } from './chat-service.ts';
import { pageOf } from './paging.ts';

const render = (call: Call, service: ChatService, user: User) => {
  const url = `${call.base}/v2/Services/${service.sid}/Users/${user.sid}`;
  return {
    sid: user.sid,
    account_sid: service.account.sid,
    service_sid: service.sid,
    attributes: user.attributes,
    friendly_name: user.friendlyName ?? null,
    role_sid: service.roleSid,
    identity: user.identity,
    is_online: null,
    is_notifiable: null,
    date_created: date(call, user.dateCreated),
    date_updated: date(call, user.dateUpdated),
    joined_channels_count: user.joined.size,
    links: { user_channels: `${url}/Channels`, user_bindings: `${url}/Bindings` },
    url,
  };
};

const renderChannel = (call: Call, user: User, channel: Container) => {
  const url = `${call.base}/v2/Services/${channel.service.sid}`;
  const member = [...channel.members.values()].find(({ identity }) => identity === user.identity);
  return {
    account_sid: channel.account.sid,
    service_sid: channel.service.sid,
    channel_sid: channel.sid,
    user_sid: user.sid,
    member_sid: member?.sid ?? null,
    status: 'joined',
    last_consumed_message_index: member?.lastRead ?? null,
    unread_messages_count: null,
    notification_level: 'default',
    url: `${url}/Users/${user.sid}/Channels/${channel.sid}`,
    links: {
      channel: `${url}/Channels/${channel.sid}`,
      member: `${url}/Channels/${channel.sid}/Members/${member?.sid}`,
    },
  };
};

const collection = '/v2/Services/{ServiceSid}/Users';
const one = `${collection}/{Sid}`;
const both = (call: Call): readonly [ChatService, User] => {
  const service = chatService(call);
  return [service, found(call, findUser(service, call.at.Sid ?? call.at.UserSid ?? ''))];
};

export const chatUserRoutes: readonly RestRoute[] = [
  {
    method: 'GET',
    pattern: collection,
    name: 'chat.users',
    answer: (call) => {
      const service = chatService(call);
      return ok(pageOf(call, 'users', [...service.users.values()], (user) => render(call, service, user)));
    },
  },
  {
    method: 'POST',
    pattern: collection,
    name: 'chat.users',
    answer: (call) => {
      const service = chatService(call);
      const draft = {
        identity: field(call, 'Identity') ?? '',
        friendlyName: field(call, 'FriendlyName'),
        attributes: field(call, 'Attributes'),
      };
      return created(render(call, service, createUser(call.world, service, draft)));
    },
  },
  { method: 'GET', pattern: one, name: 'chat.user', answer: (call) => ok(render(call, ...both(call))) },
  {
    method: 'POST',
    pattern: one,
    name: 'chat.user',
    answer: (call) => {
      const [service, user] = both(call);
      updateUser(call.world, user, {
        friendlyName: field(call, 'FriendlyName'),
        attributes: field(call, 'Attributes'),
      });
      return ok(render(call, service, user));
    },
  },
  {
    method: 'DELETE',
    pattern: one,
    name: 'chat.user',
    answer: (call) => {
      const [service, user] = both(call);
      service.users.delete(user.identity);
      return gone;
    },
  },
  {
    method: 'GET',
    pattern: '/v2/Services/{ServiceSid}/Users/{UserSid}/Channels',
    name: 'chat.userchannels',
    answer: (call) => {
      const [service, user] = both(call);
      const channels = [...user.joined].flatMap((sid) => service.containers.get(sid) ?? []);
      return ok(pageOf(call, 'channels', channels, (channel) => renderChannel(call, user, channel)));
    },
  },
];
