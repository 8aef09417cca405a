/** The consumer of both event queues: every delivery ends with a named outcome, or comes again. */

import { type Agents, createAgents } from './agents/agents.ts';
import { heardBySystem } from './agents/heard-by-system.ts';
import { notifyAgent } from './agents/notify-agent.ts';
import { onOfferEnded, onOfferMade, onOffersJob, sendOffersJob } from './agents/offers.ts';
import { onActivity, onPresenceJob } from './agents/presence.ts';
import { agree, onChatChanged } from './chats/agree.ts';
import { listedIn, noteDrained } from './chats/end.ts';
import { link, rememberedAccept } from './chats/link.ts';
import { customerAmong } from './chats/participants.ts';
import { deferWhenExhausted } from './defer-exhausted.ts';
import type { BridgeDeps } from './deps.ts';
import { forwardHoles } from './forward/holes.ts';
import { hasLeftBacklog, removeFromBacklog } from './jobs/backlog.ts';
import { aboutWork, createConsumer } from './jobs/consumer.ts';
import { directionsOf } from './jobs/directions.ts';
import type { Work } from './jobs/envelope.ts';
import type { Run } from './jobs/run.ts';
import { applyEdit } from './messages/edit.ts';
import { writeNotice } from './messages/notice.ts';
import { redriveMessage } from './messages/redrive.ts';
import { replicate } from './messages/replicate.ts';
import type { Accepted, BridgeEvent } from './model/event.ts';
import { modeFor } from './model/mode.ts';
import { type Outcome, retry, skipped } from './model/outcome.ts';
import type { ChannelSid } from './model/sids.ts';
import { TwilioError } from './model/twilio-error.ts';
import type { Decided } from './ports/journal.ts';
import type { Consumer } from './ports/queues.ts';
import { reconcile } from './reconcile/reconcile.ts';
import { decidedBy, rehearsalOf } from './rehearse.ts';
import { heardOfStart, onStartJob } from './starts/start.ts';
import type { PairId } from './state/items.ts';
import { markStale } from './state/lane/waiting-marks.ts';
import { modesNow } from './state/modes.ts';
import { isFullyLinked, loadPair, type Pair } from './state/pair.ts';
import { createPairIds, type PairIds } from './state/pair-ids.ts';
import { guardWrites, whileNotOn } from './while-not-on.ts';

export const createReplicator = (unguarded: BridgeDeps): Consumer => {
  const deps = guardWrites(unguarded);
  const pairs = createPairIds(deps.store);
  const agents = createAgents(deps);
  const known = { pairs, agents };
  return createConsumer(deps, {
    takes: (work): work is Work => true,
    handle: async (work, delivery, tally) => {
      const { deadline, attempts } = delivery;
      const mode = modeFor(await modesNow(deps), directionsOf(work));
      if (mode === 'on') return act(deps, known, work, { deadline, attempts, tally });
      if (work.kind === 'link') await forwardMeanwhile(deps, await loadPair(deps.store, work.pair));
      return whileNotOn(deps, pairs, work, mode, delivery, {
        act: () => act(deps, known, work, { deadline, attempts }),
        rehearse: () => rehearse(deps, pairs, work, { deadline, attempts }),
        about: aboutWork(work),
      });
    },
    settle: async (work, outcome, delivery) => {
      const settled = await deferWhenExhausted(deps, pairs, work, outcome, delivery);
      if (settled.end !== 'retry' && settled.end !== 'deferred') await removeFromBacklog(deps, work);
      // Whoever asked by a ticket hears of it; what a comparison has sent waits for the next one.
      if (settled.end === 'deferred' && work.kind === 'redrive' && work.ticket === undefined)
        await markStale(deps, work.pair, work.lane, work.sid);
      return settled;
    },
  });
};

/** What a process remembers. */
type Known = { readonly pairs: PairIds; readonly agents: Agents | undefined };

const rehearse = (deps: BridgeDeps, pairs: PairIds, work: Work, run: Run): Promise<Decided> => {
  const rehearsal = rehearsalOf(deps);
  return decidedBy(act(rehearsal, { pairs, agents: createAgents(rehearsal) }, work, run));
};

const act = async (deps: BridgeDeps, known: Known, work: Work, run: Run): Promise<Outcome> => {
  if (await hasLeftBacklog(deps, work)) return skipped('already');
  switch (work.kind) {
    case 'event':
      return onEvent(deps, known, work.event, run);
    case 'presence':
      return onPresenceJob(deps, known.agents, work, run);
    case 'reconcile':
      return reconcileLane(deps, work, run);
    case 'link':
      return resumeLink(deps, work.pair, run);
    case 'notice':
      return writeNotice(deps, work.pair, work.about, run);
    case 'forward':
    case 'parked':
      return Promise.resolve(skipped('not_handled'));
    case 'agree':
      return agree(deps, work, run);
    case 'start':
      return onStartJob(deps, known.agents, work.conversation, run);
    case 'offers':
      return onOffersJob(deps, work, run);
    case 'redrive':
      return redriveMessage(deps, work, run);
    case 'notify_agent':
      return notifyAgent(deps, work.worker, run);
    default:
      return work satisfies never;
  }
};

/** What has no pair may be a chat that an agent has just begun. */
const onEvent = async (deps: BridgeDeps, known: Known, event: BridgeEvent, run: Run): Promise<Outcome> =>
  heardOfStart(deps, known.agents, event, await onEventOfPair(deps, known, event, run));

const onEventOfPair = async (
  deps: BridgeDeps,
  { pairs, agents }: Known,
  event: BridgeEvent,
  run: Run,
): Promise<Outcome> => {
  switch (event.type) {
    case 'message.added':
      return heardBySystem(deps, event, await replicate(deps, pairs, event, run));
    case 'reservation.accepted':
      await toldToAgent(deps, event, run);
      return link(deps, event, run);
    case 'chat.changed':
      return onChatChanged(deps, pairs, event, run);
    case 'worker.activity':
      return onActivity(deps, agents, event, run);
    case 'reservation.created':
      return onOfferMade(deps, event, run);
    case 'reservation.ended':
      return onOfferEnded(deps, event, run);
    case 'message.updated':
    case 'message.removed':
      return heardBySystem(deps, event, await applyEdit(deps, pairs, event, run));
    default:
      return event satisfies never;
  }
};

const reconcileLane = async (
  deps: BridgeDeps,
  { pair, lane, because, full = false }: Extract<Work, { kind: 'reconcile' }>,
  run: Run,
): Promise<Outcome> => {
  const early = because === 'ending' ? await listedIn(deps, pair) : 0;
  // Nothing is in its way that the sweep would have to wait for: it only comes too early.
  if (early > 0) return retry(Math.ceil(early / 1_000), 'list_behind', true);
  const outcome = await reconcile(deps, pair, lane, { ...run, full });
  if (because === 'ending' && lane === 'toFlex' && outcome.end === 'reconciled') await noteDrained(deps, { id: pair });
  return outcome;
};

/** What was accepted was offered: that is over, too. Of a link that is tried again the first try has told it. */
const toldToAgent = async (deps: BridgeDeps, { worker, reservation }: Accepted, { attempts }: Run): Promise<void> => {
  if (deps.tasks === undefined || attempts > 1) return;
  await sendOffersJob(deps, worker, { is: 'ended', reservation, how: 'accepted' });
};

/** A link that stopped half-way, from what its pair remembers. */
const resumeLink = async (deps: BridgeDeps, id: PairId, run: Run): Promise<Outcome> => {
  const pair = await loadPair(deps.store, id);
  if (pair === undefined || isFullyLinked(pair)) return skipped('already');
  const again = rememberedAccept(pair);
  if (again === undefined) return skipped('not_a_chat');
  await forwardMeanwhile(deps, pair);
  return link(deps, again, run, true);
};

/**
 * The sweep compares linked pairs; the customer's SMS does not wait until this one is. Of a channel that is gone
 * nothing is to be forwarded, and the link finds that out.
 */
const forwardMeanwhile = async (deps: BridgeDeps, pair: Pair | undefined): Promise<void> => {
  if (!deps.settings.forwards || pair?.flex === undefined || isFullyLinked(pair)) return;
  try {
    await forwardUnlinked(deps, pair, pair.flex);
  } catch (error) {
    if (!(error instanceof TwilioError) || !error.containerGone) throw error;
  }
};

const forwardUnlinked = async (deps: BridgeDeps, pair: Pair, channel: ChannelSid): Promise<void> => {
  const customer = pair.customer ?? (await customerOf(deps, channel, pair.workerIdentity));
  if (customer === undefined) return;
  const { messages } = await deps.flex.listMessages(channel, 'desc');
  await forwardHoles(deps, { sid: channel, customer, since: pair.begunAt }, messages);
};

/** Of a chat that has no conversation yet. */
const customerOf = async (
  deps: BridgeDeps,
  channel: ChannelSid,
  agent: string | undefined,
): Promise<string | undefined> =>
  agent === undefined ? undefined : customerAmong(await deps.flex.members(channel), agent)?.identity;
