import type { ServiceSid } from '../../../core/model/sids.ts';
import { attributes, count, instant, optional, required, sid } from './fields.ts';
import { conversationMedia } from './media.ts';
import { type EventReader, skip } from './reading.ts';

/**
 * Conversations' post-event webhooks. Only `Author` says who wrote: ClientIdentity is absent for what came by SMS.
 * @param service the conversation service that the bridge serves. Not every documented event lists ChatServiceSid;
 *   where it is absent, the conversation is taken to be of this one, and has no pair if it is not.
 * @throws {Malformed}
 * @see https://www.twilio.com/docs/conversations/conversations-webhooks
 */
export const readConversations =
  (service: ServiceSid): EventReader =>
  (eventType, form) => {
    const type = types.get(eventType);
    if (type === undefined) return skip(eventType, 'not_handled');
    if (form.has('ChatServiceSid') && sid(form, 'ChatServiceSid', 'IS') !== service)
      return skip(eventType, 'other_service');

    const container = sid(form, 'ConversationSid', 'CH');
    const messageSid = sid(form, 'MessageSid', 'IM');
    const index = count(form, 'Index');
    const place = { side: 'frontline', service, container } as const;

    const { media, flaw } = conversationMedia(form);
    return {
      kind: 'event',
      eventType,
      event: {
        type,
        ...place,
        message: {
          sid: messageSid,
          index,
          author: required(form, 'Author'),
          body: optional(form, 'Body') ?? '',
          createdAt: instant(form, 'DateCreated'),
          attributes: attributes(form),
          media,
        },
      },
      dedupeBy: { subject: messageSid, occurs: type === 'message.updated' ? 'often' : 'once' },
      ...(flaw === undefined ? {} : { flaw }),
    };
  };

const types: ReadonlyMap<string, 'message.added' | 'message.updated' | 'message.removed'> = new Map([
  ['onMessageAdded', 'message.added'],
  ['onMessageUpdated', 'message.updated'],
  ['onMessageRemoved', 'message.removed'],
]);
