/** Conversations' webhooks: https://www.twilio.com/docs/conversations/conversations-webhooks */
import type { Binding, Container } from '../model.ts';
import { iso, type Params, present } from './form.ts';
import type { Happening } from './happening.ts';

const past = { added: 'Added', updated: 'Updated', removed: 'Removed' } as const;

/** Each service of the local Twilio sends by one messaging service of its own. */
export const messagingServiceSid = (container: Container): string => `MG${container.service.sid.slice(2)}`;

const mediaParam = (happening: Extract<Happening, { about: 'message' }>): string | undefined =>
  happening.message.media.length === 0
    ? undefined
    : JSON.stringify(
        happening.message.media.map((media) => ({
          Sid: media.sid,
          Filename: media.filename ?? null,
          ContentType: media.contentType,
          Size: media.size,
        })),
      );

const bindingParams = (binding: Binding | undefined): Params =>
  binding === undefined
    ? {}
    : {
        'MessagingBinding.ProxyAddress': binding.proxyAddress,
        'MessagingBinding.Address': binding.address,
        'MessagingBinding.Type': binding.type,
      };

const particular = (happening: Happening): Params => {
  const { container, at } = happening;
  switch (happening.about) {
    case 'message': {
      const { message, change } = happening;
      return {
        EventType: `onMessage${past[change]}`,
        MessagingServiceSid: messagingServiceSid(container),
        MessageSid: message.sid,
        Index: message.index,
        DateCreated: iso(message.dateCreated),
        DateUpdated: change === 'added' ? undefined : iso(message.dateUpdated),
        DateRemoved: change === 'removed' ? iso(at) : undefined,
        Body: message.body,
        Author: message.author,
        ParticipantSid: message.memberSid,
        Attributes: message.attributes,
        Media: mediaParam(happening),
      };
    }
    case 'member': {
      const { member, change } = happening;
      return {
        EventType: `onParticipant${past[change]}`,
        ParticipantSid: member.sid,
        DateCreated: iso(member.dateCreated),
        DateUpdated: change === 'added' ? undefined : iso(member.dateUpdated),
        DateRemoved: change === 'removed' ? iso(at) : undefined,
        Identity: member.identity,
        RoleSid: member.roleSid,
        Attributes: member.attributes,
        LastReadMessageIndex: change === 'added' ? undefined : member.lastRead,
        ...bindingParams(member.binding),
      };
    }
    case 'container': {
      const { change } = happening;
      return {
        EventType: `onConversation${past[change]}`,
        DateCreated: iso(container.dateCreated),
        DateUpdated: iso(container.dateUpdated),
        DateRemoved: change === 'removed' ? iso(at) : undefined,
        FriendlyName: container.friendlyName,
        UniqueName: container.uniqueName,
        Attributes: container.attributes,
        MessagingServiceSid: messagingServiceSid(container),
        State: container.state,
      };
    }
    case 'state':
      return {
        EventType: 'onConversationStateUpdated',
        MessagingServiceSid: messagingServiceSid(container),
        StateUpdated: iso(at),
        StateFrom: happening.from,
        StateTo: happening.to,
        Reason: happening.reason,
      };
  }
};

/** The parameters but for RetryCount. */
export const conversationsForm = (happening: Happening): Record<string, string> => {
  const { container, by } = happening;
  return present({
    AccountSid: container.account.sid,
    ChatServiceSid: container.service.sid,
    ConversationSid: container.sid,
    Source: by.source,
    ClientIdentity: by.source === 'SDK' ? by.identity : undefined,
    ...particular(happening),
  });
};
