import type { BridgeDeps } from '../deps.ts';
import type { Side } from '../model/event.ts';
import type { StandingMember } from '../ports/chat.ts';
import type { LinkedPair } from '../state/pair.ts';

/** Who is in a chat, on either side. */
export type Members = Readonly<Record<Side, readonly StandingMember[]>>;

/** @throws TwilioError */
export const readMembers = async (deps: BridgeDeps, pair: LinkedPair): Promise<Members> => {
  const [flex, frontline] = await Promise.all([deps.flex.members(pair.flex), deps.frontline.members(pair.frontline)]);
  return { flex, frontline };
};
