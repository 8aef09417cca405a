/**
 * An accepted chat is linked: a conversation is made for its channel, the customer joins it, what was said is copied,
 * and the agent joins last, on both sides. Every step may be repeated; the pair remembers how far it came.
 */
import type { BridgeDeps } from '../deps.ts';
import { addAcceptToBacklog } from '../jobs/backlog.ts';
import type { Run } from '../jobs/run.ts';
import { sendAgree, sendStart } from '../jobs/send.ts';
import type { Accepted } from '../model/event.ts';
import { decodeIdentity } from '../model/identity.ts';
import { deferred, lookAgain, type Outcome, pairMovedOn, retry, retryTwilio, skipped } from '../model/outcome.ts';
import type { ChannelSid, ConversationSid } from '../model/sids.ts';
import { LOOK_AGAIN_SECONDS, LOOKS, ORIGIN_LOOKS, WEBHOOK_WITHIN_MS } from '../model/times.ts';
import { TwilioError } from '../model/twilio-error.ts';
import type { Container, Member } from '../ports/chat.ts';
import { reconcile } from '../reconcile/reconcile.ts';
import { pairId } from '../state/items.ts';
import { modesNow } from '../state/modes.ts';
import { hasBothContainers, isFullyLinked, type LinkedPair, loadPair, type Pair } from '../state/pair.ts';
import {
  beginPair,
  finishLink,
  isEarlierAccept,
  rememberAgents,
  startGeneration,
  stopLinking,
  writeAlias,
} from '../state/pair-writes.ts';
import { loadStart } from '../state/starts.ts';
import { createCounterpart, isOfDeployment } from './counterpart.ts';
import { noteWhoJoinedEarlier } from './joined-earlier.ts';
import { agentToAdd } from './late-joins.ts';
import { parkLink } from './park-link.ts';
import { addParticipant, agentsAmong, customerAmong, customerParticipant, isRefusal } from './participants.ts';
import { hasEndedReservation } from './served.ts';
import { counterpartName, originNamedBy } from './unique-name.ts';

/**
 * @param again a participant whom Twilio kept out is tried once more.
 * @throws TwilioError when a side could not be read or written; repeating is safe.
 */
export const link = async (deps: BridgeDeps, event: Accepted, run: Run, again = false): Promise<Outcome> => {
  const id = pairId('flex', event.container);
  const known = await loadPair(deps.store, id);
  const done = again ? known !== undefined && isFullyLinked(known) : known?.linked;
  if (done && known?.reservation === event.reservation) return skipped('already');
  if (known?.state === 'ending') {
    if (known.reservation === event.reservation) return skipped('closed');
    await addAcceptToBacklog(deps, event);
    return deferred('draining');
  }
  if (known?.state === 'linking' && known.startedIn !== undefined) return linkStarted(deps, known.startedIn, event);
  if (known?.state === 'closed') return linkNextChat(deps, known, event, run);
  // He goes, though his reservation may stand until his task is closed.
  if (known?.leaving.some(({ reservation }) => reservation === event.reservation)) return skipped('handed_over');
  if (mayBeHandedOver(event, known) && (await hasEndedReservation(deps, event))) return skipped('handed_over');
  return linkAs(deps, event, known, run);
};

/**
 * Its agent has begun it in Frontline, and its own job makes the rest of it. Who has accepted another task of the same
 * channel comes in when that is through.
 */
const linkStarted = async (deps: BridgeDeps, startedIn: ConversationSid, event: Accepted): Promise<Outcome> => {
  await sendStart(deps, startedIn);
  const known = await loadStart(deps.store, startedIn);
  if (known?.is === 'begun' && known.start.task === event.task) return skipped('passed_on');
  // Also where that task is not noted yet: it is known again then, and needs nothing.
  await addAcceptToBacklog(deps, event);
  return deferred('starting');
};

/** Heard late: who has handed the chat on meanwhile is not let in, to be taken out again. */
const mayBeHandedOver = (event: Accepted, known: Pair | undefined): boolean =>
  known !== undefined &&
  known.reservation !== event.reservation &&
  ((known.state === 'open' && known.linked) || isEarlierAccept(event, known));

/** Flex takes a channel up again for its customer's next chat: that chat gets a conversation of its own. */
const linkNextChat = async (deps: BridgeDeps, closed: Pair, event: Accepted, run: Run): Promise<Outcome> => {
  // An accept that comes late, of the chat that has ended, begins nothing.
  if (closed.reservation === event.reservation || (await hasEndedReservation(deps, event))) return skipped('closed');
  const next = await startGeneration(deps, closed, event);
  return next === undefined ? pairMovedOn() : linkAs(deps, event, next, run);
};

const linkAs = async (deps: BridgeDeps, event: Accepted, known: Pair | undefined, run: Run): Promise<Outcome> => {
  // An earlier accept is not linked yet, and from here on the pair remembers this one: the earlier one goes to the
  // backlog.
  const before =
    known?.due && !known.linked && known.reservation !== event.reservation ? rememberedAccept(known) : undefined;
  if (before !== undefined) await addAcceptToBacklog(deps, before);
  const noted = known && before ? await noteWhoJoinedEarlier(deps, known, before) : known;

  const outcome = await linkChat(deps, event, noted, run).catch((error: unknown) =>
    refusedBeforeConversation(deps, event, error).catch(goneAsOutcome),
  );
  if (outcome.end === 'skipped' && outcome.reason === 'removed') await closeUnnoted(deps, event);
  if (outcome.end === 'parked' || outcome.end === 'skipped')
    await stopLinking(deps, pairId('flex', event.container), event.reservation, outcome.end);
  if (isGone(outcome)) await askWhetherEnded(deps, event);
  return outcome;
};

/**
 * The channel is gone. A conversation may have been made for it, and no answer have told of that: nobody would end it.
 */
const closeUnnoted = async (deps: BridgeDeps, { container }: Accepted): Promise<void> => {
  const pair = await loadPair(deps.store, pairId('flex', container));
  if (pair?.state !== 'linking') return;
  const made = await deps.frontline.container(counterpartName('flex', container, pair.generation));
  if (made?.state === 'open' && isOfDeployment(deps, made)) await deps.frontline.close(made.sid);
};

/** A closed conversation refuses whoever is to join it. */
const goneAsOutcome = (error: unknown): Outcome => {
  if (error instanceof TwilioError && error.remedy === 'wait') return { ...retryTwilio(error, 1), gone: true };
  throw error;
};

const isGone = (outcome: Outcome): boolean =>
  (outcome.end === 'deferred' && outcome.reason === 'container_gone') ||
  (outcome.end === 'skipped' && outcome.reason === 'removed') ||
  (outcome.end === 'retry' && outcome.gone === true);

/**
 * A conversation that was closed before its link was finished is never joined, and a channel that is gone is never
 * linked: the pair's own job finds that, and ends the chat.
 */
const askWhetherEnded = async (deps: BridgeDeps, { container }: Accepted): Promise<void> => {
  const pair = await loadPair(deps.store, pairId('flex', container));
  if (pair !== undefined) await sendAgree(deps, pair, 'sweep');
};

/** What Twilio refuses for good before there is a conversation: nothing is lost, and an operator may try it again. */
const refusedBeforeConversation = async (deps: BridgeDeps, event: Accepted, error: unknown): Promise<Outcome> => {
  if (!isRefusal(error)) throw error;
  const pair = await beginPair(deps, event);
  if (pair?.state !== 'linking') throw error;
  return parkLink(deps, event, 'refused', error.code);
};

/** What a pair remembers of the accept that began it, so that a link which stopped half-way can be finished. */
export const rememberedAccept = (pair: Pair): Accepted | undefined => {
  const { flex, workspace, task, reservation, worker, workerIdentity, acceptedAt } = pair;
  if (!flex || !workspace || !task || !reservation || !worker || !workerIdentity) return undefined;
  const of = { workspace, task, reservation, worker, workerIdentity, acceptedAt };
  return { type: 'reservation.accepted', side: 'flex', container: flex, customerName: '', ...of };
};

/** A chat that can be linked, as Twilio tells it now. */
type Chat = {
  readonly event: Accepted;
  readonly channel: Container;
  readonly members: readonly Member[];
  readonly customer: Member | undefined;
  /** The agent's identity in Frontline; undefined when the worker has no user there. */
  readonly twin: string | undefined;
};

const linkChat = async (deps: BridgeDeps, event: Accepted, known: Pair | undefined, run: Run): Promise<Outcome> => {
  const chat = await readChat(deps, event, known, run);
  if ('end' in chat) return chat;
  const first = known ?? (await beginPair(deps, event));
  if (first === undefined) return skipped('counterpart');
  const begun = await rememberAgents(deps, first, agentsAmong(chat.members, event.workerIdentity));
  if (begun === undefined) return pairMovedOn();
  const { channel, customer } = chat;
  const pair = begun.state === 'linking' ? await createCounterpart(deps, begun, event, channel, customer) : begun;
  if ('end' in pair) return pair;
  if (pair.state !== 'open' || !hasBothContainers(pair)) return skipped('closed');
  return joinAndCopy(deps, pair, chat, run);
};

/** @returns how the event ends when there is no chat to link. */
const readChat = async (
  deps: BridgeDeps,
  event: Accepted,
  known: Pair | undefined,
  run: Run,
): Promise<Chat | Outcome> => {
  const channel = await deps.flex.container(event.container);
  if (channel === undefined) return channelGone(deps, known, run);
  const origin = originNamedBy(channel.uniqueName);
  if (origin !== undefined && known === undefined) return nameOrigin(deps, origin, event.container, run);
  const agent = decodeIdentity(event.workerIdentity);
  const hasTwin = await deps.frontline.hasUser(agent);
  // Once people talk across, what was begun for this accept is finished, though its agent cannot be there.
  const halfWay = known?.state === 'open' && !isFullyLinked(known) && known.reservation === event.reservation;
  if (!hasTwin && !halfWay) return skipped('no_twin');
  const members = await deps.flex.members(event.container);
  const customer = customerAmong(members, event.workerIdentity);
  // The list of a channel that is young may be behind.
  if (customer === undefined && run.attempts <= LOOKS) return lookAgain();
  return { event, channel, members, customer, twin: hasTwin ? agent : undefined };
};

/** A look at one channel may be behind by seconds. */
const channelGone = (deps: BridgeDeps, known: Pair | undefined, { attempts }: Run): Outcome => {
  const isRecent = known === undefined ? attempts <= LOOKS : deps.clock.now() < known.begunAt + deps.settings.settleMs;
  return isRecent ? lookAgain() : skipped('removed');
};

/** The customer, what was said, and then the agent: he finds a whole chat. */
const joinAndCopy = async (deps: BridgeDeps, pair: LinkedPair, chat: Chat, run: Run): Promise<Outcome> => {
  const { event, channel, members, customer, twin } = chat;
  const { frontline } = pair;
  const refusals: Awaited<ReturnType<typeof addParticipant>>[] = [];
  if (!isFullyLinked(pair)) {
    if (customer !== undefined) {
      const participant = customerParticipant(customer.identity, event, channel);
      refusals.push(await addParticipant(deps.frontline.join(frontline, participant)));
    }
    const history = await reconcile(deps, pair.id, 'toFrontline', run);
    // No mark of the pair stands for an accept that it does not remember.
    if (history.end === 'deferred' && pair.reservation !== event.reservation) await addAcceptToBacklog(deps, event);
    if (history.end !== 'reconciled') return history;
    refusals.push(...(await joinThoseBeside(deps, pair, event)));
  }
  if (twin !== undefined && !(await hasPassedItOn(deps, pair, twin, customer, run)))
    refusals.push(await addParticipant(deps.frontline.join(frontline, agentToAdd(deps, 'frontline', twin))));
  if (!members.some((member) => member.identity === event.workerIdentity) && !(await hasGivenItAway(deps, event))) {
    const { toFlex } = await modesNow(deps);
    if (toFlex !== 'on') {
      if (pair.reservation !== event.reservation) await addAcceptToBacklog(deps, event);
      return deferred(toFlex);
    }
    const agent = agentToAdd(deps, 'flex', event.workerIdentity);
    refusals.push(await addParticipant(deps.flex.join(event.container, agent)));
  }
  const refusal = refusals.find((one) => one !== undefined);
  const parked = refusal && (await parkLink(deps, event, 'refused', refusal.code));
  if (!(await finishLink(deps, pair, event, refusal !== undefined))) return skipped('closed');
  if (parked !== undefined) return parked;
  return twin === undefined ? skipped('no_twin') : { end: 'linked', copies: [frontline] };
};

/** Who served the chat beside him in the conversation before (startGeneration) does so in this one. */
const joinThoseBeside = async (deps: BridgeDeps, { frontline, agents, linked }: LinkedPair, event: Accepted) => {
  const refusals: Awaited<ReturnType<typeof addParticipant>>[] = [];
  for (const agent of linked ? [] : agents) {
    if (agent.identity === event.workerIdentity || (await hasEndedReservation(deps, agent))) continue;
    const his = agentToAdd(deps, 'frontline', decodeIdentity(agent.identity));
    refusals.push(await addParticipant(deps.frontline.join(frontline, his)));
  }
  return refusals;
};

/**
 * An earlier run of the link may have put the agent in, and died before it noted that. When he is gone since, and
 * somebody stands there who is no agent of the chat yet, he has handed it over in the app: he is not put back here.
 */
const hasPassedItOn = async (
  deps: BridgeDeps,
  { frontline, agents, linked }: LinkedPair,
  twin: string,
  customer: Member | undefined,
  { attempts }: Run,
): Promise<boolean> => {
  if (linked || attempts === 1) return false;
  const present = (await deps.frontline.members(frontline)).map(({ identity }) => identity);
  const known = new Set([twin, customer?.identity, ...agents.map(({ identity }) => decodeIdentity(identity))]);
  return !present.includes(twin) && present.some((identity) => !known.has(identity));
};

/** In Flex, since he accepted: he serves it in Frontline alone then, until the next one accepts. */
const hasGivenItAway = async (deps: BridgeDeps, event: Accepted): Promise<boolean> => {
  const isHeardAtOnce = deps.clock.now() - (event.acceptedAt ?? 0) < WEBHOOK_WITHIN_MS;
  return !isHeardAtOnce && hasEndedReservation(deps, event);
};

/** The channel is itself a counterpart, made by the bridge for a conversation: it only needs its name. */
const nameOrigin = async (
  deps: BridgeDeps,
  origin: NonNullable<ReturnType<typeof originNamedBy>>,
  container: ChannelSid,
  { attempts }: Run,
): Promise<Outcome> => {
  const pair = await loadPair(deps.store, pairId(origin.side, origin.container));
  if (pair !== undefined) await writeAlias(deps, 'flex', container, pair);
  else if (attempts < ORIGIN_LOOKS) return retry(LOOK_AGAIN_SECONDS, 'pair_not_begun');
  return skipped('counterpart');
};
