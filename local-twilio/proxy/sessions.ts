/**
 * Proxy: what joins a customer's phone to a Flex channel. One of a session's two participants is the channel, named by
 * its SID, the other the phone. https://www.twilio.com/docs/proxy/api/session
 */
import type { Container, Interaction, ProxyParticipant, ProxyService, ProxySession } from '../model.ts';
import { sendSms } from '../phone.ts';
import { problems } from '../problem.ts';
import { newSid } from '../sid.ts';
import type { TwilioWorld } from '../world.ts';

/** @throws TwilioProblem 80603 when there is one of this name, open or closed */
export const openSession = (world: TwilioWorld, proxy: ProxyService, uniqueName: string): ProxySession => {
  if (findSession(proxy, uniqueName) !== undefined) throw problems.sessionExists();
  const now = world.now();
  const session: ProxySession = {
    sid: newSid(world.random, 'KC'),
    uniqueName,
    participants: [],
    status: 'open',
    dateCreated: now,
    dateUpdated: now,
    interactions: [],
  };
  proxy.sessions.set(session.sid, session);
  return session;
};

/** By SID or unique name. */
export const findSession = (proxy: ProxyService, key: string): ProxySession | undefined =>
  proxy.sessions.get(key) ?? [...proxy.sessions.values()].find(({ uniqueName }) => uniqueName === key);

/**
 * @throws TwilioProblem 80607 after the end, 80103 when it is in the session, 80604 when it speaks through this number
 *   in another session that is open
 */
export const joinSession = (
  world: TwilioWorld,
  proxy: ProxyService,
  session: ProxySession,
  who: Pick<ProxyParticipant, 'identifier' | 'proxyIdentifier'>,
): ProxyParticipant => {
  if (session.status === 'closed') throw problems.sessionClosed();
  const isHe = ({ identifier }: ProxyParticipant): boolean => identifier === who.identifier;
  if (session.participants.some(isHe)) throw problems.alreadyInSession();
  for (const other of proxy.sessions.values())
    if (
      other.status === 'open' &&
      other.participants.some((one) => isHe(one) && one.proxyIdentifier === who.proxyIdentifier)
    )
      throw problems.proxyIdentifierInUse();
  const participant = { ...who, sid: newSid(world.random, 'KP'), dateCreated: world.now() };
  session.participants.push(participant);
  return participant;
};

const isPhone = ({ identifier }: ProxyParticipant): boolean => identifier.startsWith('+');

/** Who writes in the channel as the person with the phone. */
export const guestIn = (channel: Container): string | undefined =>
  [...channel.members.values()].find(({ attributes }) => attributes.includes('"guest"'))?.identity;

/** Carries a message between phone and channel; what goes out lands on the customer's phone. */
export const interact = (
  world: TwilioWorld,
  session: ProxySession,
  what: Pick<Interaction, 'body' | 'direction' | 'messageSid'>,
): void => {
  const phone = session.participants.find(isPhone);
  const channel = session.participants.find((one) => !isPhone(one));
  if (phone === undefined || channel === undefined) throw problems.noPartner();
  const at = world.now();
  const { body, messageSid } = what;
  const smsSid =
    what.direction === 'in'
      ? newSid(world.random, 'SM')
      : sendSms(world, phone.identifier, { from: channel.proxyIdentifier, body, messageSid });
  session.interactions.push({ ...what, sid: newSid(world.random, 'KI'), smsSid, at });
  session.dateUpdated = at;
};

export const closeSession = (world: TwilioWorld, session: ProxySession): void => {
  session.status = 'closed';
  session.dateUpdated = world.now();
};
