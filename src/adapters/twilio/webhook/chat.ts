import type { ChangeHint, ChatChanged } from '../../../core/model/event.ts';
import { textField } from '../../../core/model/json.ts';
import type { ChannelSid, ServiceSid } from '../../../core/model/sids.ts';
import { attributesIn, bodyIn } from '../message-fields.ts';
import type { Form } from './form.ts';
import { chatMedia } from './media.ts';
import {
  countParameter,
  instantParameter,
  joinedIn,
  optionalParameter,
  requiredParameter,
  sidParameter,
} from './parameters.ts';
import { type EventReader, type ReadEvent, skip } from './reading.ts';

/**
 * Programmable Chat's post-event webhooks. Those that Flex's own webhook needs are marked for forwarding.
 * @param service the chat service that the bridge serves; the account may have others.
 * @throws {Malformed}
 * @see https://www.twilio.com/docs/chat/webhook-events
 */
export const readChat =
  (service: ServiceSid): EventReader =>
  (eventType, form) => {
    const read = readers.get(eventType);
    if (read === undefined) return skip(eventType, 'not_handled');
    if (sidParameter(form, 'InstanceSid', 'IS') !== service) return skip(eventType, 'other_service');
    return { kind: 'event', eventType, ...read(form, { service, container: sidParameter(form, 'ChannelSid', 'CH') }) };
  };

type Place = { readonly service: ServiceSid; readonly container: ChannelSid };
type Occurs = ReadEvent['dedupeBy']['occurs'];
type Reader = (form: Form, place: Place) => Omit<ReadEvent, 'kind' | 'eventType'>;

type MessageEvent = 'message.added' | 'message.updated' | 'message.removed';

const message =
  (type: MessageEvent, occurs: Occurs, media: typeof chatMedia, forwarded: 'forwarded' | 'kept'): Reader =>
  (form, place) => {
    const messageSid = sidParameter(form, 'MessageSid', 'IM');
    const files = media(form);
    return {
      event: {
        type,
        side: 'flex',
        ...place,
        message: {
          sid: messageSid,
          index: countParameter(form, 'Index'),
          author: requiredParameter(form, 'From'),
          body: bodyIn(optionalParameter(form, 'Body')),
          createdAt: instantParameter(form, 'DateCreated'),
          attributes: attributesIn(optionalParameter(form, 'Attributes')),
          media: files.media,
        },
      },
      dedupeBy: { subject: messageSid, occurs },
      ...(forwarded === 'forwarded' ? { forward: { container: place.container, about: messageSid } } : {}),
      ...(files.flaw === undefined ? {} : { flaw: files.flaw }),
    };
  };

const changed = (container: ChannelSid, hint: ChangeHint) =>
  ({ type: 'chat.changed', side: 'flex', container, hint }) as const;

/** Flex marks the end of a chat by the channel's status, and takes it away when the chat is taken up again. */
const saysInactive = (form: Form): boolean =>
  textField(attributesIn(optionalParameter(form, 'Attributes')), 'status') === 'INACTIVE';

const channel =
  (occurs: Occurs): Reader =>
  (form, { container }) => ({
    ...(occurs === 'once' || saysInactive(form) ? { event: changed(container, 'container') } : {}),
    forward: { container, about: container },
    dedupeBy: { subject: container, occurs },
  });

const member = (form: Form, { container }: Place, joined: Pick<ChatChanged, 'joined'> = {}): ReturnType<Reader> => ({
  event: { ...changed(container, 'members'), ...joined },
  dedupeBy: { subject: sidParameter(form, 'MemberSid', 'MB'), occurs: 'often' },
});

const memberAdded: Reader = (form, place) => member(form, place, joinedIn(form));

/** Twilio does not say that other events name a file; one that does is read alike. */
const mediaIfAny: typeof chatMedia = (form) => (form.has('MediaSid') ? chatMedia(form) : { media: [] });

/** Flex's own webhook is documented to need three of these. Whether it takes onMediaMessageSent is not known. */
const readers: ReadonlyMap<string, Reader> = new Map([
  ['onMessageSent', message('message.added', 'once', mediaIfAny, 'forwarded')],
  ['onMediaMessageSent', message('message.added', 'once', chatMedia, 'kept')],
  ['onMessageUpdated', message('message.updated', 'often', mediaIfAny, 'kept')],
  ['onMessageRemoved', message('message.removed', 'once', mediaIfAny, 'kept')],
  ['onMemberAdded', memberAdded],
  ['onMemberRemoved', member],
  ['onChannelUpdated', channel('often')],
  ['onChannelDestroyed', channel('once')],
]);
