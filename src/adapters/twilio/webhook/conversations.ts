import type { ChangeHint, ChatChanged } from '../../../core/model/event.ts';
import type { ConversationSid, ServiceSid } from '../../../core/model/sids.ts';
import { attributesIn, bodyIn } from '../message-fields.ts';
import type { Form } from './form.ts';
import { conversationMedia } from './media.ts';
import {
  countParameter,
  instantParameter,
  joinedIn,
  optionalParameter,
  requiredParameter,
  sidParameter,
} from './parameters.ts';
import { type EventReader, type Reading, skip } from './reading.ts';

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
    const change = changes.get(eventType);
    if (type === undefined && change === undefined) return skip(eventType, 'not_handled');
    if (form.has('ChatServiceSid') && sidParameter(form, 'ChatServiceSid', 'IS') !== service)
      return skip(eventType, 'other_service');

    const container = sidParameter(form, 'ConversationSid', 'CH');
    if (type === undefined) return change?.(form, eventType, container) ?? skip(eventType, 'not_handled');
    const messageSid = sidParameter(form, 'MessageSid', 'IM');
    const index = countParameter(form, 'Index');
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
          author: requiredParameter(form, 'Author'),
          body: bodyIn(optionalParameter(form, 'Body')),
          createdAt: instantParameter(form, 'DateCreated'),
          attributes: attributesIn(optionalParameter(form, 'Attributes')),
          media,
        },
      },
      dedupeBy: { subject: messageSid, occurs: type === 'message.updated' ? 'often' : 'once' },
      ...(flaw === undefined ? {} : { flaw }),
    };
  };

type ChangeReader = (form: Form, eventType: string, container: ConversationSid) => Reading;

const changed = (
  eventType: string,
  container: ConversationSid,
  hint: ChangeHint,
  subject: string,
  joined: Pick<ChatChanged, 'joined'> = {},
): Reading => ({
  kind: 'event',
  eventType,
  event: { type: 'chat.changed', side: 'frontline', container, hint, ...joined },
  dedupeBy: { subject, occurs: 'often' },
});

const memberOf = (form: Form): string => sidParameter(form, 'ParticipantSid', 'MB');

const participantAdded: ChangeReader = (form, eventType, container) =>
  changed(eventType, container, 'members', memberOf(form), joinedIn(form));

const participantRemoved: ChangeReader = (form, eventType, container) =>
  changed(eventType, container, 'members', memberOf(form));

/** Only here Twilio says whether a timer closed it. Any other change of state ends nothing. */
const state: ChangeReader = (form, eventType, container) => {
  if (requiredParameter(form, 'StateTo') !== 'closed') return skip(eventType, 'not_handled');
  const isTimer = optionalParameter(form, 'Reason') === 'TIMER';
  return changed(eventType, container, isTimer ? 'closed_by_timer' : 'closed', container);
};

const removed: ChangeReader = (_form, eventType, container) => changed(eventType, container, 'container', container);

const changes: ReadonlyMap<string, ChangeReader> = new Map([
  ['onParticipantAdded', participantAdded],
  ['onParticipantRemoved', participantRemoved],
  ['onConversationStateUpdated', state],
  ['onConversationRemoved', removed],
]);

const types: ReadonlyMap<string, 'message.added' | 'message.updated' | 'message.removed'> = new Map([
  ['onMessageAdded', 'message.added'],
  ['onMessageUpdated', 'message.updated'],
  ['onMessageRemoved', 'message.removed'],
]);
