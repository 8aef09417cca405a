/** https://www.twilio.com/docs/conversations/conversations-limits */
import type { Container } from '../model.ts';
import { problems } from '../problem.ts';
import type { TwilioWorld } from '../world.ts';
import { type ApiName, refusedWith, type Way } from './dialect.ts';

/** Bytes. */
export const LIMITS = { body: 32 * 1024, containerAttributes: 16 * 1024, attributes: 4 * 1024, name: 256 } as const;

const tooLong = (text: string, bytes: number): boolean =>
  text.length > bytes || (text.length * 3 > bytes && Buffer.byteLength(text) > bytes);

export const checkAttributes = (attributes: string, bytes: number): string => {
  if (tooLong(attributes, bytes)) throw problems.attributesTooLong();
  try {
    JSON.parse(attributes);
  } catch {
    throw problems.attributesNotJson();
  }
  return attributes;
};

/**
 * An empty text is one in a channel (https://www.twilio.com/docs/chat/rest/message-resource), none in a conversation.
 */
export const checkBody = (body: string | undefined, media: number, dialect: ApiName): string | undefined => {
  if ((body === undefined || (body === '' && dialect !== 'chat')) && media === 0) throw problems.bodyMissing();
  if (body !== undefined && tooLong(body, LIMITS.body)) throw problems.bodyTooLong();
  return body === '' ? undefined : body;
};

/**
 * Counts one of the 30 writes a second that a chat stands, or a service of chats made and taken away; what people do
 * counts too and is never refused. https://www.twilio.com/docs/conversations/conversations-limits
 */
export const countAction = (world: TwilioWorld, of: Pick<Container, 'actions'>, way: Way): void => {
  const limit = world.switches.actionsPerSecond;
  if (limit === undefined) return;
  const second = Math.floor(world.now() / 1000);
  if (of.actions.second !== second) of.actions = { second, count: 0 };
  if (of.actions.count >= limit && way.by.source === 'API') throw refusedWith[way.dialect].tooMany();
  of.actions.count += 1;
};
