/**
 * Who must join or leave which side so that both have the same agents. Pure. Agents come in by the accept of a
 * reservation (link.ts), also those who come in in Frontline (handover.ts); what is compared here is who has gone.
 */

import type { Side } from '../model/event.ts';
import { decodeIdentity } from '../model/identity.ts';
import type { Serving } from '../state/pair.ts';

export type Present = {
  /** Identities as Flex spells them. */
  readonly flex: ReadonlySet<string>;
  /** Identities as Frontline has them. */
  readonly frontline: ReadonlySet<string>;
};

export type MemberStep =
  /** He has gone on one side; others serve the chat, so he goes on the other. */
  | { readonly do: 'leave'; readonly side: Side; readonly agent: Serving }
  /** He is on neither side any more, and others serve the chat. */
  | { readonly do: 'forget'; readonly agent: Serving }
  /** He is on neither side any more, nor is anybody: while his reservation stands the chat is his. */
  | { readonly do: 'miss'; readonly agent: Serving }
  /** A list does not show him, but he came a moment ago, and it may only be behind. */
  | { readonly do: 'doubt'; readonly agent: Serving }
  /** He has gone on one side, and nobody has come in his place yet: the chat is not left without an agent. */
  | { readonly do: 'wait'; readonly side: Side; readonly agent: Serving }
  /** He stands on both sides, but another has accepted since: whether his reservation stands decides. */
  | { readonly do: 'ask'; readonly agent: Serving };

/**
 * @param current the identity of who accepted last.
 * @param mayBeUnlisted those who came a moment ago.
 */
export const decideMembers = (
  agents: readonly Serving[],
  current: string | undefined,
  present: Present,
  mayBeUnlisted: ReadonlySet<string> = new Set(),
): readonly MemberStep[] => {
  const stands = (agent: Serving) => ({
    flex: present.flex.has(agent.identity),
    frontline: present.frontline.has(decodeIdentity(agent.identity)),
  });
  const whole = agents.filter((agent) => stands(agent).flex && stands(agent).frontline);
  return agents.flatMap((agent): readonly MemberStep[] => {
    const { flex, frontline } = stands(agent);
    const others = whole.some(({ identity }) => identity !== agent.identity);
    if (others && !(flex && frontline) && mayBeUnlisted.has(agent.identity)) return [{ do: 'doubt', agent }];
    if (!flex && !frontline) return [{ do: others ? 'forget' : 'miss', agent }];
    if (flex && frontline) return others && agent.identity !== current ? [{ do: 'ask', agent }] : [];
    const side: Side = flex ? 'flex' : 'frontline';
    return [{ do: others ? 'leave' : 'wait', side, agent }];
  });
};
