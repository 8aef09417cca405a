/** Who is in the conversation and serves the chat not yet. Pure. */
import { decodeIdentity } from '../model/identity.ts';
import { SURELY_VISIBLE_MS } from '../model/times.ts';
import type { StandingMember } from '../ports/chat.ts';
import type { Pair } from '../state/pair.ts';

export type Newcomer = {
  /** In Frontline. */
  readonly identity: string;
  /** He served the chat a moment ago: the list may only be behind. */
  readonly mayBeGone: boolean;
};

/** @param participants of the conversation. Customers, and those who serve the chat, are none. */
export const newcomersAmong = (
  pair: Pick<Pair, 'agents' | 'customer' | 'wentAt'>,
  participants: readonly Pick<StandingMember, 'identity'>[],
  now: number,
): readonly Newcomer[] => {
  const serve = new Set(pair.agents.map(({ identity }) => decodeIdentity(identity)));
  const went = new Map([...pair.wentAt].map(([identity, at]) => [decodeIdentity(identity), at]));
  return participants
    .filter(({ identity }) => identity !== '' && identity !== pair.customer && !serve.has(identity))
    .map(({ identity }) => ({
      identity,
      mayBeGone: now - (went.get(identity) ?? Number.NEGATIVE_INFINITY) < SURELY_VISIBLE_MS,
    }));
};
