/**
 * Twilio may carry out a join of the bridge when its agent has gone again: no answer came, it was made once more, and
 * he did not stay long. In Frontline he would seem to have taken the chat. The bridge's own joins bear a mark, so he
 * is known: a person who comes back joins anew, without one.
 */
import type { BridgeDeps } from '../deps.ts';
import { otherSide, type Side } from '../model/event.ts';
import { decodeIdentity } from '../model/identity.ts';
import type { Member, StandingMember } from '../ports/chat.ts';
import { type LinkedPair, loadPair } from '../state/pair.ts';
import { isOfDeployment } from './counterpart.ts';
import type { Members } from './read-members.ts';

type Settings = Pick<BridgeDeps, 'settings'>;

/** An agent as the bridge adds him. @param identity as that side spells it */
export const agentToAdd = ({ settings }: Settings, side: Side, identity: string): Member => ({
  identity,
  attributes: JSON.stringify({
    ...(side === 'flex' ? { member_type: 'agent' } : {}),
    bridgeDeployment: settings.deployment,
  }),
});

const namesOf = (side: Side, people: readonly { readonly identity: string }[]): readonly string[] =>
  people.map(({ identity }) => (side === 'flex' ? decodeIdentity(identity) : identity));

/** Whom the bridge has added, who stands on this side alone, and does not serve the chat. */
export const lateJoins = (
  deps: Settings,
  { agents, handover, leaving }: Pick<LinkedPair, 'agents' | 'handover' | 'leaving'>,
  members: Members,
  side: Side,
): readonly StandingMember[] => {
  const other = otherSide(side);
  // Who is still to leave the channel has a step of his own.
  const going = side === 'flex' ? leaving : [];
  const meant = [...agents, ...going, ...(handover === undefined ? [] : [handover])];
  const known = new Set([...namesOf('flex', meant), ...namesOf(other, members[other])]);
  return members[side].filter(
    (one) => isOfDeployment(deps, one) && namesOf(side, [one]).every((name) => !known.has(name)),
  );
};

/**
 * Just before, the pair is read once more: to a run that has slept, whoever took the chat over meanwhile is a stranger.
 * @returns who is there then; undefined when another run has begun. @throws TwilioError; repeating is safe.
 */
export const takeOutLate = async (
  deps: BridgeDeps,
  pair: LinkedPair,
  members: Members,
): Promise<Members | undefined> => {
  const flex = lateJoins(deps, pair, members, 'flex');
  const frontline = lateJoins(deps, pair, members, 'frontline');
  if (flex.length === 0 && frontline.length === 0) return members;
  const now = await loadPair(deps.store, pair.id);
  if (now?.agreeFence !== pair.agreeFence) return undefined;
  for (const { sid } of flex) await deps.flex.leave(pair.flex, sid);
  for (const { sid } of frontline) await deps.frontline.leave(pair.frontline, sid);
  return {
    flex: members.flex.filter((one) => !flex.includes(one)),
    frontline: members.frontline.filter((one) => !frontline.includes(one)),
  };
};
