/** Programmable Chat's webhooks: https://www.twilio.com/docs/chat/webhook-events */
import { iso, type Params, present } from './form.ts';
import type { Happening, HappeningKind } from './happening.ts';

const messageEvent = { added: 'onMessageSent', updated: 'onMessageUpdated', removed: 'onMessageRemoved' } as const;
const memberEvent = { added: 'onMemberAdded', updated: 'onMemberUpdated', removed: 'onMemberRemoved' } as const;
const channelEvent = { added: 'onChannelAdded', updated: 'onChannelUpdated', removed: 'onChannelDestroyed' } as const;

const after = (change: HappeningKind, at: number, by: string | undefined): Params => {
  if (change === 'updated') return { ModifiedBy: by, DateUpdated: iso(at) };
  if (change === 'removed') return { RemovedBy: by, DateRemoved: iso(at) };
  return {};
};

const messageParams = (happening: Extract<Happening, { about: 'message' }>): Params => {
  const { message, change, at, by } = happening;
  const media = message.media[0];
  return {
    EventType: change === 'added' && media !== undefined ? 'onMediaMessageSent' : messageEvent[change],
    MessageSid: message.sid,
    Index: message.index,
    Body: message.body,
    Attributes: message.attributes,
    From: message.author,
    DateCreated: iso(message.dateCreated),
    ...after(change, at, by.identity ?? 'system'),
    ...(media !== undefined && {
      MediaFilename: media.filename,
      MediaContentType: media.contentType,
      MediaSid: media.sid,
      MediaSize: media.size,
    }),
  };
};

const memberParams = (happening: Extract<Happening, { about: 'member' }>): Params => {
  const { member, change, at, by } = happening;
  const himself = by.source === 'SDK' && by.identity === member.identity;
  const { ModifiedBy: _, RemovedBy: __, ...dates } = after(change, at, undefined);
  return {
    EventType: memberEvent[change],
    MemberSid: member.sid,
    Identity: member.identity,
    RoleSid: member.roleSid,
    Attributes: change === 'added' ? undefined : member.attributes,
    Reason: { added: himself ? 'JOINED' : 'ADDED', removed: himself ? 'LEFT' : 'REMOVED', updated: undefined }[change],
    LastConsumedMessageIndex: change === 'updated' ? member.lastRead : undefined,
    DateCreated: iso(member.dateCreated),
    ...dates,
  };
};

const channelParams = (happening: Extract<Happening, { about: 'container' }>): Params => {
  const { container, change, at } = happening;
  return {
    EventType: channelEvent[change],
    Attributes: container.attributes,
    DateCreated: iso(container.dateCreated),
    CreatedBy: container.createdBy,
    FriendlyName: container.friendlyName,
    UniqueName: container.uniqueName,
    ChannelType: container.type,
    DateUpdated: change === 'added' ? undefined : iso(container.dateUpdated),
    DateDestroyed: change === 'removed' ? iso(at) : undefined,
  };
};

const particular = (happening: Happening): Params | undefined => {
  switch (happening.about) {
    case 'message':
      return messageParams(happening);
    case 'member':
      return memberParams(happening);
    case 'container':
      return channelParams(happening);
    case 'state':
      return undefined;
  }
};

/** The parameters but for RetryCount; undefined when Programmable Chat has no event for it. */
export const chatForm = (happening: Happening): Record<string, string> | undefined => {
  const params = particular(happening);
  if (params === undefined) return undefined;
  const { container, by } = happening;
  return present({
    AccountSid: container.account.sid,
    InstanceSid: container.service.sid,
    ChannelSid: container.sid,
    Source: by.source === 'SDK' ? 'SDK' : 'API',
    ClientIdentity: by.source === 'SDK' ? by.identity : undefined,
    ...params,
  });
};
