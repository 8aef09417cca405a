/** Flex's own post-event webhook: it sends the customer's SMS and ends the session when the chat ends. */
import webhooks from 'twilio/lib/webhooks/webhooks.js';
import type { Account, Container, ProxyService, ProxySession } from '../model.ts';
import { problems } from '../problem.ts';
import type { TwilioWorld } from '../world.ts';
import { closeSession, guestIn, interact } from './sessions.ts';

/** What Proxy reads in a channel's attributes (error 80619 names them). */
const needed = ['twilioNumber', 'serviceNumber', 'status', 'proxySession'] as const;

const attributesOf = (text: string): Readonly<Record<string, unknown>> => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
};

const sessionOf = (proxy: ProxyService, attributes: Readonly<Record<string, unknown>>): ProxySession => {
  if (needed.some((name) => attributes[name] === undefined)) throw problems.proxyAttributes();
  const session = proxy.sessions.get(String(attributes.proxySession));
  if (session === undefined) throw problems.proxyAttributes();
  return session;
};

const passOn = (
  world: TwilioWorld,
  session: ProxySession,
  customer: string | undefined,
  params: Readonly<Record<string, string>>,
): void => {
  const { Body: body = '', MessageSid: messageSid = '', From: from } = params;
  if (from === customer) return;
  if (session.status === 'closed') throw problems.sessionClosed();
  const sent = session.interactions.some((one) => one.direction === 'out' && one.messageSid === messageSid);
  if (sent && world.switches.proxyIdempotent) return;
  interact(world, session, { body, direction: 'out', messageSid });
};

const find = (account: Account, channelSid: string): Container | undefined =>
  [...account.services.values()].map((service) => service.containers.get(channelSid)).find((one) => one !== undefined);

export type ChatEvent = {
  /** As it was signed for. */
  readonly url: string;
  readonly signature: string | undefined;
  readonly form: URLSearchParams;
};

/**
 * Takes one event of the chat service.
 * @throws TwilioProblem 80625 for a bad signature, 80619 for a channel that is none of Proxy's, 80607 after the end
 */
export const takeChatEvent = (world: TwilioWorld, account: Account, proxy: ProxyService, event: ChatEvent): void => {
  const params = Object.fromEntries(event.form);
  if (!webhooks.validateRequest(account.authToken, event.signature ?? '', event.url, params))
    throw problems.proxySignature();
  const channel = find(account, params.ChannelSid ?? '');
  const ends = params.EventType === 'onChannelDestroyed';
  const text = channel?.attributes ?? (ends ? params.Attributes : undefined) ?? '{}';
  const session = sessionOf(proxy, attributesOf(text));
  switch (params.EventType) {
    case 'onMessageSent':
      passOn(world, session, channel && guestIn(channel), params);
      return;
    case 'onChannelUpdated':
      if (attributesOf(params.Attributes ?? '{}').status === 'INACTIVE') closeSession(world, session);
      return;
    case 'onChannelDestroyed':
      closeSession(world, session);
      return;
    default:
  }
};
