import type { ChannelSid, ServiceSid } from '../../../core/model/sids.ts';
import { attributes, count, instant, optional, required, sid } from './fields.ts';
import type { Form } from './form.ts';
import { chatMedia } from './media.ts';
import { type Reading, skip, type Work } from './reading.ts';

/**
 * Programmable Chat's post-event webhooks. Those that Flex's own webhook lives on are marked for forwarding.
 * @param service the chat service that the bridge serves; the account may have others.
 * @throws {Malformed}
 * @see https://www.twilio.com/docs/chat/webhook-events
 */
export const readChat =
  (service: ServiceSid) =>
  (eventType: string, form: Form): Reading => {
    const read = readers.get(eventType);
    if (read === undefined) return skip(eventType, 'not_handled');
    if (sid(form, 'InstanceSid', 'IS') !== service) return skip(eventType, 'other_service');
    return { kind: 'work', eventType, ...read(form, { service, container: sid(form, 'ChannelSid', 'CH') }) };
  };

type Place = { readonly service: ServiceSid; readonly container: ChannelSid };
type Reader = (form: Form, place: Place) => Omit<Work, 'kind' | 'eventType'>;

type MessageEvent = 'message.added' | 'message.updated' | 'message.removed';

const message =
  (type: MessageEvent, how: 'happens' | 'changes', media: typeof chatMedia, forwarded: 'forwarded' | 'kept'): Reader =>
  (form, place) => {
    const messageSid = sid(form, 'MessageSid', 'IM');
    const files = media(form);
    return {
      event: {
        type,
        side: 'flex',
        ...place,
        message: {
          sid: messageSid,
          index: count(form, 'Index'),
          author: required(form, 'From'),
          body: optional(form, 'Body') ?? '',
          createdAt: instant(form, 'DateCreated'),
          attributes: attributes(form),
          media: files.media,
        },
      },
      once: { to: messageSid, how },
      ...(forwarded === 'forwarded' ? { forward: { container: place.container, about: messageSid } } : {}),
      ...(files.flaw === undefined ? {} : { flaw: files.flaw }),
    };
  };

const channel =
  (how: 'happens' | 'changes'): Reader =>
  (_form, { container }) => ({ forward: { container, about: container }, once: { to: container, how } });

const noMedia: typeof chatMedia = () => ({ media: [] });

/** Whether Flex's own webhook takes onMediaMessageSent is not known; it is documented to live on the three. */
const readers: ReadonlyMap<string, Reader> = new Map([
  ['onMessageSent', message('message.added', 'happens', noMedia, 'forwarded')],
  ['onMediaMessageSent', message('message.added', 'happens', chatMedia, 'kept')],
  ['onMessageUpdated', message('message.updated', 'changes', noMedia, 'kept')],
  ['onMessageRemoved', message('message.removed', 'happens', noMedia, 'kept')],
  ['onChannelUpdated', channel('changes')],
  ['onChannelDestroyed', channel('happens')],
]);
