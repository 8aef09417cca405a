/** Proxy: what joins a customer's phone to a Flex channel. https://www.twilio.com/docs/proxy/api/session */
import type { Interaction, ProxyService, ProxySession } from '../model.ts';
import { newSid } from '../sid.ts';
import type { TwilioWorld } from '../world.ts';

export const openSession = (
  world: TwilioWorld,
  proxy: ProxyService,
  about: {
    readonly channelSid: string;
    readonly customerIdentity: string;
    readonly customerPhone: string;
    readonly twilioNumber: string;
  },
): ProxySession => {
  const now = world.now();
  const session: ProxySession = {
    sid: newSid(world.random, 'KC'),
    uniqueName: about.channelSid,
    ...about,
    status: 'open',
    dateCreated: now,
    dateUpdated: now,
    interactions: [],
  };
  proxy.sessions.set(session.sid, session);
  return session;
};

/** Carries a message between phone and channel; what goes out lands on the customer's phone. */
export const interact = (
  world: TwilioWorld,
  proxy: ProxyService,
  session: ProxySession,
  what: Pick<Interaction, 'body' | 'direction' | 'messageSid'>,
): void => {
  const at = world.now();
  const smsSid = newSid(world.random, 'SM');
  session.interactions.push({ ...what, sid: newSid(world.random, 'KI'), smsSid, at });
  session.dateUpdated = at;
  if (what.direction === 'in') return;
  const phone = proxy.phones.get(session.customerPhone) ?? [];
  phone.push({ sid: smsSid, from: session.twilioNumber, body: what.body, at, messageSid: what.messageSid });
  proxy.phones.set(session.customerPhone, phone);
};

export const closeSession = (world: TwilioWorld, session: ProxySession): void => {
  session.status = 'closed';
  session.dateUpdated = world.now();
};
