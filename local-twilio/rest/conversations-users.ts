/** https://www.twilio.com/docs/conversations/api/user-resource */
import { createUser, findUser, updateUser } from '../chat/users.ts';
import type { ChatService, User } from '../model.ts';
import { type Call, created, date, field, found, gone, ok, type RestRoute } from './call.ts';
import { bothForms, conversationService } from './conversations-service.ts';
import { pageOf } from './paging.ts';

const render = (call: Call, service: ChatService, user: User) => {
  const url = `${call.base}/v1/Services/${service.sid}/Users/${user.sid}`;
  return {
    sid: user.sid,
    account_sid: service.account.sid,
    chat_service_sid: service.sid,
    role_sid: service.roleSid,
    identity: user.identity,
    friendly_name: user.friendlyName ?? null,
    attributes: user.attributes,
    is_online: null,
    is_notifiable: null,
    date_created: date(call, user.dateCreated),
    date_updated: date(call, user.dateUpdated),
    url,
    links: { user_conversations: `${url}/Conversations` },
  };
};

const both = (call: Call): readonly [ChatService, User] => {
  const service = conversationService(call);
  return [service, found(call, findUser(service, call.at.Sid ?? ''))];
};

export const conversationUserRoutes = bothForms([
  {
    method: 'GET',
    pattern: '/Users',
    name: 'conversations.users',
    answer: (call) => {
      const service = conversationService(call);
      return ok(pageOf(call, 'users', [...service.users.values()], (user) => render(call, service, user)));
    },
  },
  {
    method: 'POST',
    pattern: '/Users',
    name: 'conversations.users',
    answer: (call) => {
      const service = conversationService(call);
      const draft = {
        identity: field(call, 'Identity') ?? '',
        friendlyName: field(call, 'FriendlyName'),
        attributes: field(call, 'Attributes'),
      };
      return created(render(call, service, createUser(call.world, service, draft)));
    },
  },
  {
    method: 'GET',
    pattern: '/Users/{Sid}',
    name: 'conversations.user',
    answer: (call) => ok(render(call, ...both(call))),
  },
  {
    method: 'POST',
    pattern: '/Users/{Sid}',
    name: 'conversations.user',
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
    pattern: '/Users/{Sid}',
    name: 'conversations.user',
    answer: (call) => {
      const [service, user] = both(call);
      service.users.delete(user.identity);
      return gone;
    },
  },
] satisfies readonly RestRoute[]);
