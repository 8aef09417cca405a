/** What Twilio would have sent, for a message whose webhook was lost. Pure. */

import type { Forward } from '../jobs/envelope.ts';
import type { Message } from '../model/event.ts';
import type { AccountSid, ChannelSid, MessageSid, ServiceSid } from '../model/sids.ts';

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
