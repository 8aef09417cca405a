/** The customer's phone is joined to the channel: what is written there goes out by Flex's own number. */
import { jsonObject, textField } from '../model/json.ts';
import { retry } from '../model/outcome.ts';
import type { ChannelSid, SessionSid } from '../model/sids.ts';
import { gaveUp, noted, phoneOf, type StartDeps, type StartStep, withoutPhone } from './made-so-far.ts';
import { channelMade } from './reach-channel.ts';

/** A customer without a phone reads in an app of the company's own. */
export const joinPhone: StartStep = async (deps, start, scene) => {
  if (start.messenger === 'chat' || start.session !== undefined) return start;
  const { outbound } = scene;
  const phone = phoneOf(start, scene)?.address;
  if (phone === undefined) return withoutPhone(deps, scene);
  const number = outbound?.number(start.messenger);
  if (outbound === undefined || number === undefined) return gaveUp('no_sender');
  const channel = channelMade(start);
  const { sid, isOpen } = await outbound.session(channel);
  // Its chat was ended in Flex before it began.
  if (!isOpen) return gaveUp('closed');
  // Before anybody is in it, who may be refused: what ends the channel ends the session that it names.
  if (!(await nameSession(deps, channel, sid, number))) return retry(1, 'list_behind');
  for (const one of [channel, phone])
    if ((await outbound.joinSession(sid, one, number)) === 'in_use') return gaveUp('chat_open');
  return noted(deps, start, { session: sid });
};

/**
 * Flex's own webhook reads these: https://www.twilio.com/docs/api/errors/80619. Nobody serves the chat yet, so nobody
 * else writes them.
 * @returns false when the channel does not show yet
 */
const nameSession = async (
  { flex }: StartDeps,
  channel: ChannelSid,
  session: SessionSid,
  number: string,
): Promise<boolean> => {
  const container = await flex.container(channel);
  if (container === undefined) return false;
  if (textField(container.attributes, 'proxySession') === session) return true;
  const numbers = { twilioNumber: number, serviceNumber: number };
  const attributes = { status: 'ACTIVE', ...numbers, ...jsonObject(container.attributes), proxySession: session };
  await flex.writeAttributes(channel, JSON.stringify(attributes));
  return true;
};
