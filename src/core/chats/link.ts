import type { BridgeDeps } from '../deps.ts';
import { addAcceptToBacklog } from '../jobs/backlog.ts';
import { encodeEnvelope, eventsQueue } from '../jobs/envelope.ts';
import type { Run } from '../jobs/run.ts';
import type { Accepted } from '../model/event.ts';
import { decodeIdentity } from '../model/identity.ts';
import { textField } from '../model/json.ts';
import { LOOKS, lookAgain, type Outcome, type Parked, retry, skipped } from '../model/outcome.ts';
import type { ChannelSid } from '../model/sids.ts';
import { TwilioError } from '../model/twilio-error.ts';
import type { Container, Member } from '../ports/chat.ts';
import { reconcile } from '../reconcile/reconcile.ts';
import { pairId } from '../state/items.ts';
import { isFullyLinked, loadPair, type Pair } from '../state/pair.ts';
import { beginPair, finishLink, nextGeneration, stopLinking, writeAlias } from '../state/pair-writes.ts';
import { adopt, openWithAlias } from './adopt.ts';
import { counterpartName, originNamedBy } from './unique-name.ts';

/**
 * @param again whoever could not be let in is tried once more.
 * @throws TwilioTrouble when a side could not be read or written; repeating is safe.
 */
export const link = async (deps: BridgeDeps, event: Accepted, run: Run, again = false): Promise<Outcome> => {
  const id = pairId('flex', event.container);
  const known = await loadPair(deps.store, id);
  const done = again ? known !== undefined && isFullyLinked(known) : known?.linked;
  if (done && known?.reservation === event.reservation) return skipped('already');
  if (known?.state === 'closed') return skipped('closed');
  // An earlier accept is not served yet, and from here on the pair remembers this one: that one waits by itself.
  const before =
    known?.due && !known.linked && known.reservation !== event.reservation ? rememberedAccept(known) : undefined;
  if (before !== undefined) await addAcceptToBacklog(deps, before);

  const outcome = await linkChat(deps, event, known, run).catch((error: unknown) =>
    refusedBeforeConversation(deps, event, error),
  );
  if (outcome.end === 'parked' || outcome.end === 'skipped') await stopLinking(deps, id, event.reservation);
  return outcome;
};

/** What Twilio refuses for good before there is a conversation: nothing is lost, and an operator may try it again. */
const refusedBeforeConversation = async (deps: BridgeDeps, event: Accepted, error: unknown): Promise<Outcome> => {
  if (!isRefusal(error)) throw error;
  const pair = await beginPair(deps, event);
  if (pair?.state !== 'linking') throw error;
  return parkLink(deps, event, 'refused', error.code);
};

const isRefusal = (error: unknown): error is TwilioError => error instanceof TwilioError && error.remedy === 'park';

/** What a pair remembers of the accept that began it, so that a link which stopped half-way can be finished. */
export const rememberedAccept = (pair: Pair): Accepted | undefined => {
  const { flex, workspace, task, reservation, worker, workerIdentity } = pair;
  if (!flex || !workspace || !task || !reservation || !worker || !workerIdentity) return undefined;
  const of = { workspace, task, reservation, worker, workerIdentity };
  return { type: 'reservation.accepted', side: 'flex', container: flex, customerName: '', ...of };
};

const linkChat = async (deps: BridgeDeps, event: Accepted, known: Pair | undefined, run: Run): Promise<Outcome> => {
  const channel = await deps.flex.container(event.container);
  if (channel === undefined) {
    // A look at one channel may be behind by seconds.
    const young =
      known === undefined ? run.attempts <= LOOKS : deps.clock.now() < known.begunAt + deps.settings.settleMs;
    return young ? lookAgain() : skipped('removed');
  }
  const origin = originNamedBy(channel.uniqueName);
  if (origin !== undefined) return nameOrigin(deps, origin, event.container, run);
  const agent = decodeIdentity(event.workerIdentity);
  const twin = await deps.frontline.hasUser(agent);
  // Once people talk across, what was begun for this accept is finished, though its agent cannot be there.
  const halfWay = known?.state === 'open' && !isFullyLinked(known) && known.reservation === event.reservation;
  if (!twin && !halfWay) return skipped('no_twin');

  const members = await deps.flex.members(event.container);
  const customer = customerAmong(members, event.workerIdentity);
  const begun = known ?? (await beginPair(deps, event));
  if (begun === undefined) return skipped('counterpart');
  const linked = begun.state === 'linking' ? await createCounterpart(deps, begun, event, channel, customer) : begun;
  if ('end' in linked) return linked;
  if (linked.state !== 'open' || linked.frontline === undefined) return skipped('closed');

  const refusals: TwilioError[] = [];
  if (!isFullyLinked(linked)) {
    if (customer !== undefined)
      await addParticipant(
        deps.frontline.join(linked.frontline, customerParticipant(customer.identity, event, channel)),
        refusals,
      );
    const history = await reconcile(deps, linked.id, 'toFrontline', run);
    // No mark of the pair stands for an accept that it does not remember.
    if (history.end === 'deferred' && linked.reservation !== event.reservation) await addAcceptToBacklog(deps, event);
    if (history.end !== 'reconciled') return history;
  }
  if (twin)
    await addParticipant(deps.frontline.join(linked.frontline, { identity: agent, attributes: '{}' }), refusals);
  if (!members.some((member) => member.identity === event.workerIdentity))
    await addParticipant(
      deps.flex.join(event.container, { identity: event.workerIdentity, attributes: '{"member_type":"agent"}' }),
      refusals,
    );
  const [refusal] = refusals;
  const parked = refusal && (await parkLink(deps, event, 'refused', refusal.code));
  if (!(await finishLink(deps, linked, event, refusal !== undefined))) return skipped('closed');
  if (parked !== undefined) return parked;
  return twin ? { end: 'linked', copies: [linked.frontline] } : skipped('no_twin');
};

/** Whom Twilio will never let in, for a limit, keeps nobody else out, and no message from crossing. */
const addParticipant = async (joined: Promise<void>, refusals: TwilioError[]): Promise<void> => {
  await joined.catch((error: unknown) => {
    if (!isRefusal(error)) throw error;
    refusals.push(error);
  });
};

/** Nothing of what people said stands in the dead letter; put back, it links the pair from what the pair remembers. */
const parkLink = async (deps: BridgeDeps, event: Accepted, reason: Parked, code?: number): Promise<Outcome> => {
  const pair = pairId('flex', event.container);
  await deps.queues.deadLetter(eventsQueue('flex'), {
    group: event.container,
    dedupe: `parked-${event.reservation}`,
    reason,
    body: encodeEnvelope({ receivedAt: deps.clock.now(), work: { kind: 'link', pair, because: 'parked' } }),
  });
  return { end: 'parked', reason, code };
};

/** So often, two seconds apart: after that it is the origin's own link, finished by its own sweep, that names the channel. */
const WAIT_FOR_ORIGIN = 10;

/** The channel is itself a counterpart, made by the bridge for a conversation: it only needs its name. */
const nameOrigin = async (
  deps: BridgeDeps,
  origin: NonNullable<ReturnType<typeof originNamedBy>>,
  container: ChannelSid,
  { attempts }: Run,
): Promise<Outcome> => {
  const pair = await loadPair(deps.store, pairId(origin.side, origin.container));
  if (pair !== undefined) await writeAlias(deps, 'flex', container, pair);
  else if (attempts < WAIT_FOR_ORIGIN) return retry(2, 'the pair is not begun yet');
  return skipped('counterpart');
};

/** Flex marks who is who in the members' attributes; where it does not, whoever is not the agent was there first. */
const customerAmong = (members: readonly Member[], agent: string): Member | undefined => {
  const type = (member: Member) => textField(member.attributes, 'member_type');
  return (
    members.find((member) => type(member) === 'guest') ??
    members.find((member) => member.identity !== agent && type(member) === undefined)
  );
};

/**
 * https://www.twilio.com/docs/frontline/conversations-webhooks: the app reads `customer_id` and `display_name`.
 */
const customerParticipant = (identity: string, event: Accepted, channel: Container): Member => ({
  identity,
  attributes: JSON.stringify({ customer_id: identity, display_name: customerName(event, channel) || identity }),
});

const customerName = (event: Accepted, channel: Container): string =>
  nameAtMost(event.customerName || textField(channel.attributes, 'from') || channel.friendlyName);

const createCounterpart = async (
  deps: BridgeDeps,
  begun: Pair,
  event: Accepted,
  channel: Container,
  customer: Member | undefined,
): Promise<Pair | Outcome> => {
  const adopted = await adopt(deps, begun, channel, customer);
  if (adopted !== undefined) return adopted;
  for (let pair = begun; ; ) {
    const uniqueName = counterpartName('flex', channel.sid, pair.generation);
    const created = await deps.frontline.createConversation({
      uniqueName,
      friendlyName: customerName(event, channel),
      attributes: birthAttributes(deps, event),
    });
    const conversation = created === 'taken' ? await deps.frontline.container(uniqueName) : created;
    if (conversation === undefined) return retry(1, 'counterpart not visible yet');
    if (textField(conversation.attributes, 'bridgeDeployment') !== deps.settings.deployment)
      return parkLink(deps, event, 'other_deployment');
    if (conversation.state === 'open') return openWithAlias(deps, pair, conversation.sid, customer);
    const next = await nextGeneration(deps, pair);
    if (next === undefined || next.state !== 'linking') return retry(1, 'the pair has moved on');
    pair = next;
  }
};

/** Written at birth and never again: from here anybody can find the other side. */
const birthAttributes = (deps: BridgeDeps, event: Accepted): string =>
  JSON.stringify({
    chatChannelSid: event.container,
    chatInstanceSid: deps.flex.service,
    WorkspaceSid: event.workspace,
    TaskSid: event.task,
    bridgeDeployment: deps.settings.deployment,
  });

/**
 * A name that somebody chose, as long as a container or a participant may have it: a longer one would be refused for good.
 * https://www.twilio.com/docs/conversations-classic/conversations-limits
 */
export const nameAtMost = (name: string, most = 256): string =>
  name.length <= most ? name : `${name.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, '')}\u2026`;
