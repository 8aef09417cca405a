/** https://www.twilio.com/docs/conversations/api/conversation-participant-resource */
import { addMember, findMember, removeMember, updateMember } from '../chat/members.ts';
import type { Binding, Container, Member } from '../model.ts';
import {
  type Call,
  created,
  date,
  dateField,
  field,
  found,
  gone,
  integerField,
  ok,
  type RestRoute,
  restWay,
} from './call.ts';
import { bothForms, conversationService, conversationUrl, listedConversation } from './conversations-service.ts';
import { pageOf } from './paging.ts';
import { visibleMembers } from './visible.ts';

const renderBinding = (binding: Binding | undefined) =>
  binding === undefined
    ? null
    : { type: binding.type, address: binding.address, proxy_address: binding.proxyAddress ?? null };

const render = (call: Call, conversation: Container, member: Member) => ({
  sid: member.sid,
  account_sid: conversation.account.sid,
  chat_service_sid: conversation.service.sid,
  conversation_sid: conversation.sid,
  identity: member.identity ?? null,
  attributes: member.attributes,
  messaging_binding: renderBinding(member.binding),
  role_sid: member.roleSid,
  date_created: date(call, member.dateCreated),
  date_updated: date(call, member.dateUpdated),
  last_read_message_index: member.lastRead ?? null,
  last_read_timestamp: null,
  url: `${conversationUrl(call, conversation)}/Participants/${member.sid}`,
});

const renderConversationOf = (call: Call, conversation: Container, member: Member) => ({
  account_sid: conversation.account.sid,
  chat_service_sid: conversation.service.sid,
  participant_sid: member.sid,
  participant_user_sid: conversation.service.users.get(member.identity ?? '')?.sid ?? null,
  participant_identity: member.identity ?? null,
  participant_messaging_binding: renderBinding(member.binding),
  conversation_sid: conversation.sid,
  conversation_unique_name: conversation.uniqueName ?? null,
  conversation_friendly_name: conversation.friendlyName ?? null,
  conversation_attributes: conversation.attributes,
  conversation_date_created: date(call, conversation.dateCreated),
  conversation_date_updated: date(call, conversation.dateUpdated),
  conversation_created_by: conversation.createdBy,
  conversation_state: conversation.state,
  conversation_timers: {},
  links: { conversation: conversationUrl(call, conversation) },
});

const bindingField = (call: Call): Binding | undefined => {
  const address = field(call, 'MessagingBinding.Address');
  if (address === undefined) return undefined;
  const type = address.startsWith('whatsapp:') ? 'whatsapp' : 'sms';
  return { type, address, proxyAddress: field(call, 'MessagingBinding.ProxyAddress') };
};

const both = (call: Call): readonly [Container, Member] => {
  const conversation = listedConversation(call);
  return [conversation, found(call, findMember(conversation, call.at.Sid ?? ''))];
};

const one = '/Conversations/{ConversationSid}/Participants/{Sid}';
const collection = '/Conversations/{ConversationSid}/Participants';

export const conversationParticipantRoutes = bothForms([
  {
    method: 'GET',
    pattern: collection,
    name: 'conversations.participants',
    answer: (call) => {
      const conversation = listedConversation(call);
      const members = visibleMembers(call, conversation, 'conversations.participants');
      return ok(pageOf(call, 'participants', members, (member) => render(call, conversation, member)));
    },
  },
  {
    method: 'POST',
    pattern: collection,
    name: 'conversations.participants',
    answer: (call) => {
      const conversation = listedConversation(call);
      const draft = {
        identity: field(call, 'Identity'),
        binding: bindingField(call),
        attributes: field(call, 'Attributes'),
        dateCreated: dateField(call, 'DateCreated'),
      };
      const member = addMember(call.world, conversation, draft, restWay(call, 'conversations'));
      return created(render(call, conversation, member));
    },
  },
  {
    method: 'GET',
    pattern: one,
    name: 'conversations.participant',
    answer: (call) => ok(render(call, ...both(call))),
  },
  {
    method: 'POST',
    pattern: one,
    name: 'conversations.participant',
    answer: (call) => {
      const [conversation, member] = both(call);
      const change = { attributes: field(call, 'Attributes'), lastRead: integerField(call, 'LastReadMessageIndex') };
      updateMember(call.world, conversation, member, change, restWay(call, 'conversations'));
      return ok(render(call, conversation, member));
    },
  },
  {
    method: 'DELETE',
    pattern: one,
    name: 'conversations.participant',
    answer: (call) => {
      removeMember(call.world, ...both(call), restWay(call, 'conversations'));
      return gone;
    },
  },
  {
    method: 'GET',
    pattern: '/ParticipantConversations',
    name: 'conversations.participantconversations',
    answer: (call) => {
      const identity = call.query.get('Identity');
      const address = call.query.get('Address');
      const rows = [...conversationService(call).containers.values()]
        .flatMap((conversation) =>
          [...conversation.members.values()]
            .filter((member) =>
              identity !== null ? member.identity === identity : member.binding?.address === address,
            )
            .map((member) => ({ conversation, member })),
        )
        .toSorted((a, b) => (a.conversation.sid < b.conversation.sid ? -1 : 1));
      return ok(
        pageOf(call, 'conversations', rows, (row) => renderConversationOf(call, row.conversation, row.member), 50),
      );
    },
  },
] satisfies readonly RestRoute[]);
