/** https://www.twilio.com/docs/conversations/api/conversation-message-resource */
import { addMessage, removeMessage, updateMessage } from '../chat/messages.ts';
import type { Container, Message, Receipt } from '../model.ts';
import { type Call, created, date, dateField, field, found, gone, ok, type RestRoute, restWay } from './call.ts';
import { bothForms, conversationUrl, listedConversation } from './conversations-service.ts';
import { mediaField } from './media.ts';
import { pageOf, pageOfMessages } from './paging.ts';
import { visibleMessage, visibleMessages } from './visible.ts';

/** null when it was carried to no phone. */
const deliveryOf = ({ receipts }: Message) => {
  const total = receipts.length;
  if (total === 0) return null;
  return { total, sent: 'all', delivered: 'none', read: 'none', failed: 'none', undelivered: 'none' };
};

const render = (call: Call, conversation: Container, message: Message) => {
  const url = `${conversationUrl(call, conversation)}/Messages/${message.sid}`;
  return {
    sid: message.sid,
    account_sid: conversation.account.sid,
    chat_service_sid: conversation.service.sid,
    conversation_sid: conversation.sid,
    index: message.index,
    author: message.author,
    body: message.body ?? null,
    media:
      message.media.length === 0
        ? null
        : message.media.map((media) => ({
            sid: media.sid,
            size: media.size,
            content_type: media.contentType,
            filename: media.filename ?? null,
          })),
    attributes: message.attributes,
    participant_sid: message.memberSid ?? null,
    date_created: date(call, message.dateCreated),
    date_updated: message.lastUpdatedBy === undefined ? null : date(call, message.dateUpdated),
    delivery: deliveryOf(message),
    content_sid: null,
    url,
    links: { delivery_receipts: `${url}/Receipts` },
  };
};

const renderReceipt = (call: Call, conversation: Container, message: Message, receipt: Receipt) => ({
  sid: receipt.sid,
  account_sid: conversation.account.sid,
  chat_service_sid: conversation.service.sid,
  conversation_sid: conversation.sid,
  message_sid: message.sid,
  participant_sid: receipt.participantSid,
  channel_message_sid: receipt.channelMessageSid,
  status: 'sent',
  error_code: 0,
  date_created: date(call, receipt.at),
  date_updated: date(call, receipt.at),
  url: `${conversationUrl(call, conversation)}/Messages/${message.sid}/Receipts/${receipt.sid}`,
});

const collection = '/Conversations/{ConversationSid}/Messages';
const one = `${collection}/{Sid}`;

const both = (call: Call): readonly [Container, Message] => {
  const conversation = listedConversation(call);
  return [conversation, found(call, conversation.messages.get(call.at.Sid ?? ''))];
};

export const conversationMessageRoutes = bothForms([
  {
    method: 'GET',
    pattern: collection,
    name: 'conversations.messages',
    answer: (call) => {
      const conversation = listedConversation(call);
      const visible = visibleMessages(call, conversation, 'GET conversations.messages');
      return ok(pageOfMessages(call, visible, (message) => render(call, conversation, message)));
    },
  },
  {
    method: 'POST',
    pattern: collection,
    name: 'conversations.messages',
    answer: (call) => {
      const conversation = listedConversation(call);
      const draft = {
        author: field(call, 'Author') ?? 'system',
        body: field(call, 'Body'),
        attributes: field(call, 'Attributes'),
        dateCreated: dateField(call, 'DateCreated'),
        media: mediaField(call),
      };
      const message = addMessage(call.world, conversation, draft, restWay(call, 'conversations'));
      return created(render(call, conversation, message));
    },
  },
  {
    method: 'GET',
    pattern: one,
    name: 'conversations.message',
    answer: (call) => {
      const conversation = listedConversation(call);
      return ok(render(call, conversation, visibleMessage(call, conversation, 'GET conversations.message')));
    },
  },
  {
    method: 'POST',
    pattern: one,
    name: 'conversations.message',
    answer: (call) => {
      const [conversation, message] = both(call);
      const change = { body: field(call, 'Body'), attributes: field(call, 'Attributes') };
      updateMessage(call.world, conversation, message, change, restWay(call, 'conversations'));
      return ok(render(call, conversation, message));
    },
  },
  {
    method: 'GET',
    pattern: '/Conversations/{ConversationSid}/Messages/{MessageSid}/Receipts',
    name: 'conversations.receipts',
    answer: (call) => {
      const conversation = listedConversation(call);
      const message = found(call, conversation.messages.get(call.at.MessageSid ?? ''));
      const rows = message.receipts;
      return ok(pageOf(call, 'delivery_receipts', rows, (row) => renderReceipt(call, conversation, message, row)));
    },
  },
  {
    method: 'DELETE',
    pattern: one,
    name: 'conversations.message',
    answer: (call) => {
      removeMessage(call.world, ...both(call), restWay(call, 'conversations'));
      return gone;
    },
  },
] satisfies readonly RestRoute[]);
