/** What Twilio would have sent, for a message or an end whose webhook was lost. Pure. */

import type { Forward } from '../jobs/envelope.ts';
import type { Message } from '../model/event.ts';
import { textField } from '../model/json.ts';
import type { AccountSid, ChannelSid, MessageSid, ServiceSid } from '../model/sids.ts';
import type { Container } from '../ports/chat.ts';

export type ChannelAddress = {
  readonly account: AccountSid;
  readonly service: ServiceSid;
  readonly channel: ChannelSid;
};

const CONTENT_TYPE = 'application/x-www-form-urlencoded; charset=UTF-8';

/**
 * The forward of a new message, which Proxy sends as an SMS; what else goes on to Flex's own webhook is about the
 * channel.
 */
export const isMessageSent = (forward: Forward): forward is Forward & { readonly about: MessageSid } =>
  forward.eventType === 'onMessageSent';

/** As the message's own webhook names it, so that whichever comes second finds it done. */
export const messageKey = (sid: MessageSid): string => `onMessageSent:${sid}`;

/** Byte for byte as it came, but for a text or attributes that were changed since. */
export const asItStands = (forward: Forward, { body, attributes }: Message): Forward => {
  const form = new URLSearchParams(forward.body);
  if (form.get('Body') === body && form.get('Attributes') === attributes) return forward;
  form.set('Body', body);
  form.set('Attributes', attributes);
  return { ...forward, body: form.toString() };
};

/**
 * The message as it is now. Lists do not say whether a client or a program wrote it, so it says `API`, and no
 * ClientIdentity, which only clients have.
 * @see https://www.twilio.com/docs/chat/webhook-events
 */
export const composeMessageSent = (message: Message, { account, service, channel }: ChannelAddress): Forward => ({
  eventType: 'onMessageSent',
  container: channel,
  about: message.sid,
  key: messageKey(message.sid),
  contentType: CONTENT_TYPE,
  body: new URLSearchParams({
    EventType: 'onMessageSent',
    AccountSid: account,
    InstanceSid: service,
    ChannelSid: channel,
    Source: 'API',
    RetryCount: '0',
    MessageSid: message.sid,
    Index: String(message.index),
    Body: message.body,
    Attributes: message.attributes,
    From: message.author,
    // Lists may give whole seconds; webhooks have milliseconds.
    DateCreated: new Date(message.createdAt).toISOString(),
  }).toString(),
});

/** Whether the channel is over by this event: Flex ends the customer's session then. */
export const saysChannelEnded = ({ eventType, body }: Forward): boolean => {
  if (eventType === 'onChannelDestroyed') return true;
  const attributes = eventType === 'onChannelUpdated' ? new URLSearchParams(body).get('Attributes') : null;
  return textField(attributes ?? '', 'status') === 'INACTIVE';
};

/**
 * The end of a channel as it is now: INACTIVE, or gone. Where it is gone nobody knows its attributes any more, by which
 * Proxy finds the session.
 * @param since milliseconds since 1970, by which this end is told from a later one of the same channel.
 * @see https://www.twilio.com/docs/chat/webhook-events
 */
export const composeChannelEnd = (
  container: Container | undefined,
  { account, service, channel }: ChannelAddress,
  since: number,
  now: number,
): Forward => {
  const of = { AccountSid: account, InstanceSid: service, ChannelSid: channel, Source: 'API', RetryCount: '0' };
  const about = { container: channel, about: channel, contentType: CONTENT_TYPE };
  if (container === undefined) {
    const eventType = 'onChannelDestroyed';
    const body = new URLSearchParams({ EventType: eventType, ...of, DateDestroyed: new Date(now).toISOString() });
    return { ...about, eventType, key: `${eventType}:${channel}`, body: body.toString() };
  }
  const eventType = 'onChannelUpdated';
  const { attributes, friendlyName, uniqueName } = container;
  const body = new URLSearchParams({
    EventType: eventType,
    ...of,
    Attributes: attributes,
    FriendlyName: friendlyName,
    ...(uniqueName === undefined ? {} : { UniqueName: uniqueName }),
    DateUpdated: new Date(since).toISOString(),
  });
  return { ...about, eventType, key: `${eventType}:${channel}:ended-${since}`, body: body.toString() };
};
