/** Who serves the chat: the agents of both sides are made the same. Nobody is taken out before another is in. */
import type { BridgeDeps } from '../deps.ts';
import type { Side } from '../model/event.ts';
import { decodeIdentity } from '../model/identity.ts';
import { deferred, type Outcome, pairMovedOn } from '../model/outcome.ts';
import { SUCCESSOR_WITHIN_MS } from '../model/times.ts';
import type { StandingMember } from '../ports/chat.ts';
import { noteAgreement, noteDisagreement } from '../state/agreed.ts';
import type { LinkedPair, Serving } from '../state/pair.ts';
import { decideMembers, type MemberStep } from './decide-members.ts';
import { hasEndedReservation } from './served.ts';

type Members = Readonly<Record<Side, readonly StandingMember[]>>;

const identities = (members: readonly StandingMember[]): ReadonlySet<string> =>
  new Set(members.map(({ identity }) => identity));

export const readMembers = async (deps: BridgeDeps, pair: LinkedPair): Promise<Members> => {
  const [flex, frontline] = await Promise.all([deps.flex.members(pair.flex), deps.frontline.members(pair.frontline)]);
  return { flex, frontline };
};

/** What is to be done by the members as they are now; nothing when both sides have the same agents. */
export const stepsFor = (pair: LinkedPair, members: Members): readonly MemberStep[] =>
  decideMembers(pair.agents, pair.workerIdentity, {
    flex: identities(members.flex),
    frontline: identities(members.frontline),
  });

export const agreeOnMembers = async (deps: BridgeDeps, pair: LinkedPair, members: Members): Promise<Outcome> => {
  const gone = new Set<string>();
  let waits = false;
  for (const step of stepsFor(pair, members)) {
    const { agent } = step;
    if (step.do === 'wait') waits = !(await putBack(deps, pair, step.side, agent)) || waits;
    if (step.do === 'ask' && (await hasEndedReservation(deps, agent))) {
      await takeOut(deps, pair, members, 'frontline', agent);
      await takeOut(deps, pair, members, 'flex', agent);
      gone.add(agent.identity);
    }
    if (step.do === 'leave') await takeOut(deps, pair, members, step.side, agent);
    if (step.do === 'leave' || step.do === 'forget') gone.add(agent.identity);
  }
  if (waits) return (await noteDisagreement(deps, pair)) === undefined ? pairMovedOn() : deferred('no_successor');
  if (gone.size === 0 && pair.disagreesSince === undefined) return { end: 'agreed', reason: 'same' };
  const left = pair.agents.filter(({ identity }) => !gone.has(identity));
  const current = left.some(({ identity }) => identity === pair.workerIdentity) ? undefined : left.at(-1);
  const agreed = await noteAgreement(deps, pair, left, current);
  return agreed === undefined ? pairMovedOn() : { end: 'agreed', reason: gone.size === 0 ? 'same' : 'agents' };
};

const spelledFor = (side: Side, { identity }: Serving): string =>
  side === 'flex' ? identity : decodeIdentity(identity);

const takeOut = async (
  deps: BridgeDeps,
  pair: LinkedPair,
  members: Members,
  side: Side,
  agent: Serving,
): Promise<void> => {
  const member = members[side].find(({ identity }) => identity === spelledFor(side, agent));
  if (member !== undefined) await deps[side].leave(pair[side], member.sid);
};

/**
 * Who has gone in Frontline and serves the chat in Flex comes back, when nobody has taken his place within a minute: a
 * chat that is open has an agent on both sides. Who has gone in Flex is not put back: his reservation decides there.
 * @returns whether both sides have him now.
 */
const putBack = async (deps: BridgeDeps, pair: LinkedPair, side: Side, agent: Serving): Promise<boolean> => {
  const since = pair.disagreesSince;
  if (side !== 'flex' || since === undefined || deps.clock.now() < since + SUCCESSOR_WITHIN_MS) return false;
  await deps.frontline.join(pair.frontline, { identity: spelledFor('frontline', agent), attributes: '{}' });
  return true;
};
