/** Who serves the chat: the agents of both sides are made the same. Nobody is taken out before another is in. */
import type { BridgeDeps } from '../deps.ts';
import type { Run } from '../jobs/run.ts';
import type { Side } from '../model/event.ts';
import { decodeIdentity } from '../model/identity.ts';
import { deferred, type Outcome, pairMovedOn } from '../model/outcome.ts';
import { BEHIND_MS, SUCCESSOR_WITHIN_MS } from '../model/times.ts';
import type { StandingMember } from '../ports/chat.ts';
import { noteAgreement, noteDisagreement, noteLeaving } from '../state/agreed.ts';
import { hasBothContainers, isFullyLinked, type LinkedPair, type Pair, type Serving } from '../state/pair.ts';
import { decideMembers, type MemberStep } from './decide-members.ts';
import { handOver } from './handover.ts';
import { agentToAdd, lateJoins, takeOutLate } from './late-joins.ts';
import { finishLeaving } from './leaving.ts';
import { newcomersAmong } from './newcomers.ts';
import type { Members } from './read-members.ts';
import { hasEndedReservation } from './served.ts';

const identities = (members: readonly StandingMember[]): ReadonlySet<string> =>
  new Set(members.map(({ identity }) => identity));

/** What is to be done by the members as they are now; nothing when both sides have the same agents. */
export const stepsFor = ({ clock }: BridgeDeps, pair: LinkedPair, members: Members): readonly MemberStep[] => {
  const now = clock.now();
  const cameLately = [...pair.cameAt].filter(([, at]) => now - at < BEHIND_MS).map(([identity]) => identity);
  return decideMembers(
    pair.agents,
    pair.workerIdentity,
    { flex: identities(members.flex), frontline: identities(members.frontline) },
    new Set(cameLately),
  );
};

/** Whether both sides have other agents, as far as members tell. */
export const differ = (deps: BridgeDeps, pair: LinkedPair, members: Members): boolean =>
  stepsFor(deps, pair, members).length > 0 ||
  newcomersAmong(pair, members.frontline, deps.clock.now()).length > 0 ||
  lateJoins(deps, pair, members, 'flex').length > 0;

type Served = Pick<
  Pair,
  'state' | 'linked' | 'hasRefusedParticipant' | 'agents' | 'disagreesSince' | 'handover' | 'leaving'
>;

/**
 * That he comes in changes nothing: by what both sides agreed on he serves the chat, and nobody beside him. Flex's
 * interface puts an agent in a moment after his accept, which spares each accept a look at both sides. Of who has gone
 * meanwhile another webhook tells, or the sweep.
 * @param identity as that side spells it
 */
export const servesAlone = (pair: Served, side: Side, identity: string): boolean =>
  pair.state === 'open' &&
  isFullyLinked(pair) &&
  [pair.disagreesSince, pair.handover, pair.leaving[0]].every((open) => open === undefined) &&
  pair.agents.length === 1 &&
  pair.agents.every((agent) => spelledFor(side, agent) === identity);

/** Who has come in in Frontline comes into Flex; then those who have gone on one side go on the other. */
export const agreeOnAgents = async (
  deps: BridgeDeps,
  pair: LinkedPair,
  members: Members,
  run: Run,
): Promise<Outcome> => {
  const settled = await finishLeaving(deps, pair, members);
  if (settled === undefined) return pairMovedOn();
  const meant = await takeOutLate(deps, settled.pair, settled.members);
  if (meant === undefined) return pairMovedOn();
  const handed = await handOver(deps, settled.pair, meant, run);
  if ('end' in handed) return handed;
  const outcome = await agreeOnMembers(deps, handed.pair, handed.members, handed.by);
  return handed.by !== undefined && outcome.end === 'agreed' ? { end: 'agreed', reason: 'agents' } : outcome;
};

/** @param by the identity of who has just taken the chat over. */
const agreeOnMembers = async (
  deps: BridgeDeps,
  pair: LinkedPair,
  members: Members,
  by: string | undefined,
): Promise<Outcome> => {
  const steps = stepsFor(deps, pair, members);
  const leave = steps.filter((step) => step.do === 'leave' && step.side === 'flex').map(({ agent }) => agent);
  if (leave.length > 0) return letLeave(deps, pair, members, leave, by);
  const gone = new Set<string>();
  let waitsFor: 'no_successor' | 'list_behind' | undefined;
  for (const step of steps) {
    const { agent } = step;
    if (step.do === 'doubt') waitsFor ??= 'list_behind';
    if (step.do === 'wait' && !(await putBack(deps, pair, step.side, agent))) waitsFor = 'no_successor';
    if (step.do === 'miss') {
      if (await hasEndedReservation(deps, agent)) gone.add(agent.identity);
      else if (!(await putBackOnBoth(deps, pair, agent))) waitsFor = 'no_successor';
    }
    if (step.do === 'ask' && (await hasEndedReservation(deps, agent))) {
      await takeOut(deps, pair, members, 'frontline', agent);
      await takeOut(deps, pair, members, 'flex', agent);
      gone.add(agent.identity);
    }
    if (step.do === 'leave') await takeOut(deps, pair, members, step.side, agent);
    if (step.do === 'leave' || step.do === 'forget') gone.add(agent.identity);
  }
  if (waitsFor !== undefined)
    return (await noteDisagreement(deps, pair)) === undefined ? pairMovedOn() : deferred(waitsFor);
  if (gone.size === 0 && pair.disagreesSince === undefined) return { end: 'agreed', reason: 'same' };
  const left = pair.agents.filter(({ identity }) => !gone.has(identity));
  const current = left.some(({ identity }) => identity === pair.workerIdentity) ? undefined : left.at(-1);
  const agreed = await noteAgreement(deps, pair, left, current);
  return agreed === undefined ? pairMovedOn() : { end: 'agreed', reason: gone.size === 0 ? 'same' : 'agents' };
};

/** Those who have gone in Frontline go in Flex, and then the others are agreed on. */
const letLeave = async (
  deps: BridgeDeps,
  pair: LinkedPair,
  members: Members,
  agents: readonly Serving[],
  by: string | undefined,
): Promise<Outcome> => {
  const ended = await endedAmongOthers(deps, pair, members, agents, by);
  if (ended !== undefined) return serveNoMore(deps, pair, ended);
  const noted = await noteLeaving(deps, pair, agents);
  if (noted === undefined || !hasBothContainers(noted)) return pairMovedOn();
  const rest = await finishLeaving(deps, noted, members);
  if (rest === undefined) return pairMovedOn();
  const outcome = await agreeOnMembers(deps, rest.pair, rest.members, by);
  return outcome.end === 'agreed' ? { end: 'agreed', reason: 'agents' } : outcome;
};

/**
 * Who goes in Frontline may have come back in the meantime, and another gone whose task has ended since.
 * @returns the others on both sides, when none of them serves the chat; undefined when one does.
 */
const endedAmongOthers = async (
  deps: BridgeDeps,
  pair: LinkedPair,
  members: Members,
  agents: readonly Serving[],
  by: string | undefined,
): Promise<readonly Serving[] | undefined> => {
  const others = pair.agents.filter((one) => !agents.includes(one) && standsOnBoth(members, one));
  for (const one of others) if (one.identity === by || !(await hasEndedReservation(deps, one))) return undefined;
  return others;
};

const standsOnBoth = (members: Members, agent: Serving): boolean =>
  (['flex', 'frontline'] as const).every((side) =>
    members[side].some(({ identity }) => identity === spelledFor(side, agent)),
  );

/** They may come in again, and get a task of their own. */
const serveNoMore = async (deps: BridgeDeps, pair: LinkedPair, ended: readonly Serving[]): Promise<Outcome> => {
  const left = pair.agents.filter((one) => !ended.includes(one));
  const noted = await noteAgreement(deps, pair, left, left.at(-1));
  if (noted === undefined) return pairMovedOn();
  return (await noteDisagreement(deps, noted)) === undefined ? pairMovedOn() : deferred('no_successor');
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
 * Who serves the chat and has gone on a side comes back there, when nobody has taken his place within a minute: a chat
 * that is open has an agent on both sides. In Flex only while his reservation stands.
 * @param side on which he still counts as there: he joins the other one
 * @returns whether both sides have him now.
 */
const putBack = async (deps: BridgeDeps, pair: LinkedPair, side: Side, agent: Serving): Promise<boolean> => {
  const since = pair.disagreesSince;
  if (since === undefined || deps.clock.now() < since + SUCCESSOR_WITHIN_MS) return false;
  if (side === 'flex') {
    await deps.frontline.join(pair.frontline, agentToAdd(deps, 'frontline', spelledFor('frontline', agent)));
    return true;
  }
  if (deps.tasks === undefined || (await hasEndedReservation(deps, agent))) return false;
  await deps.flex.join(pair.flex, agentToAdd(deps, 'flex', agent.identity));
  return true;
};

/** First where his reservation decides. */
const putBackOnBoth = async (deps: BridgeDeps, pair: LinkedPair, agent: Serving): Promise<boolean> =>
  (await putBack(deps, pair, 'frontline', agent)) && putBack(deps, pair, 'flex', agent);
