/** https://www.twilio.com/docs/chat/rest/message-resource */
import { addMessage, removeMessage, updateMessage } from '../chat/messages.ts';
import type { Container, Message } from '../model.ts';
import { type Call, created, date, dateField, field, found, gone, ok, type RestRoute, restWay } from './call.ts';
import { channelOf } from './chat-channels.ts';
import { mediaField } from './media.ts';
import { pageOfMessages } from './paging.ts';
import { visibleMessage, visibleMessages } from './visible.ts';

const render = (call: Call, channel: Container, message: Message) => {
  const media = message.media[0];
  return {
    sid: message.sid,
    account_sid: channel.account.sid,
    attributes: message.attributes,
    service_sid: channel.service.sid,
    to: channel.sid,
    channel_sid: channel.sid,
    date_created: date(call, message.dateCreated),
    date_updated: date(call, message.dateUpdated),
    last_updated_by: message.lastUpdatedBy ?? null,
    was_edited: message.lastUpdatedBy !== undefined,
    from: message.author,
    body: message.body ?? null,
    index: message.index,
    type: media === undefined ? 'text' : 'media',
    media:
      media === undefined
        ? null
        : {
            sid: media.sid,
            filename: media.filename ?? null,
            content_type: media.contentType,
            size: media.size,
          },
    url: `${call.base}/v2/Services/${channel.service.sid}/Channels/${channel.sid}/Messages/${message.sid}`,
  };
};

const collection = '/v2/Services/{ServiceSid}/Channels/{ChannelSid}/Messages';
const one = `${collection}/{Sid}`;

const both = (call: Call): readonly [Container, Message] => {
  const channel = channelOf(call);
  return [channel, found(call, channel.messages.get(call.at.Sid ?? ''))];
};

export const chatMessageRoutes: readonly RestRoute[] = [
  {
    method: 'GET',
    pattern: collection,
    name: 'chat.messages',
    answer: (call) => {
      const channel = channelOf(call);
      const visible = visibleMessages(call, channel, 'GET chat.messages');
      return ok(pageOfMessages(call, visible, (message) => render(call, channel, message)));
    },
  },
  {
    method: 'POST',
    pattern: collection,
    name: 'chat.messages',
    answer: (call) => {
      const channel = channelOf(call);
      const draft = {
        author: field(call, 'From') ?? 'system',
        body: field(call, 'Body'),
        attributes: field(call, 'Attributes'),
        dateCreated: dateField(call, 'DateCreated'),
        media: mediaField(call),
      };
      return created(render(call, channel, addMessage(call.world, channel, draft, restWay(call, 'chat'))));
    },
  },
  {
    method: 'GET',
    pattern: one,
    name: 'chat.message',
    answer: (call) => {
      const channel = channelOf(call);
      return ok(render(call, channel, visibleMessage(call, channel, 'GET chat.message')));
    },
  },
  {
    method: 'POST',
    pattern: one,
    name: 'chat.message',
    answer: (call) => {
      const [channel, message] = both(call);
      const change = { body: field(call, 'Body'), attributes: field(call, 'Attributes') };
      updateMessage(call.world, channel, message, change, restWay(call, 'chat'));
      return ok(render(call, channel, message));
    },
  },
  {
    method: 'DELETE',
    pattern: one,
    name: 'chat.message',
    answer: (call) => {
      removeMessage(call.world, ...both(call), restWay(call, 'chat'));
      return gone;
    },
  },
];
