/** The consumer of both event queues: every delivery ends with a named outcome, or comes again. */

import { link, rememberedAccept } from './chats/link.ts';
import type { BridgeDeps } from './deps.ts';
import { forwardHoles } from './forward/holes.ts';
import { hasLeftBacklog, removeFromBacklog } from './jobs/backlog.ts';
import { decodeEnvelope, type Work } from './jobs/envelope.ts';
import { newTally, type Run } from './jobs/run.ts';
import { writeTicket } from './jobs/tickets.ts';
import { applyEdit } from './messages/edit.ts';
import { writeNotice } from './messages/notice.ts';
import { redriveMessage } from './messages/redrive.ts';
import { replicate } from './messages/replicate.ts';
import type { BridgeEvent, Lane } from './model/event.ts';
import { type Outcome, retry, skipped } from './model/outcome.ts';
import { retryDelay } from './model/retry-delay.ts';
import type { ChannelSid } from './model/sids.ts';
import { describeTwilioError, TwilioError } from './model/twilio-error.ts';
import { deferWhenExhausted } from './patience.ts';
import type { Entry } from './ports/journal.ts';
import type { Consumer, Disposition } from './ports/queues.ts';
import { reconcile } from './reconcile/reconcile.ts';
import type { PairId } from './state/items.ts';
import { isFullyLinked, laneFrom, loadPair, type Pair } from './state/pair.ts';
import { createPairIds, type PairIds } from './state/pair-ids.ts';

export const createReplicator = (deps: BridgeDeps): Consumer => {
  const pairs = createPairIds(deps.store);
  return async (delivery) => {
    const envelope = decodeEnvelope(delivery.body);
    if (envelope === undefined) {
      deps.journal({ step: 'parked', type: 'unreadable', reason: 'unreadable', sids: [delivery.group] });
      return { verdict: 'park', reason: 'unreadable' };
    }
    const { work } = envelope;
    const tally = newTally();
    const run: Run = { deadline: delivery.deadline, attempts: delivery.attempts, tally };
    const first = await act(deps, pairs, work, run).catch((error: unknown) => afterTrouble(deps, work, error, run));
    const outcome = await deferWhenExhausted(deps, pairs, work, first, delivery);
    if (outcome.end !== 'retry' && outcome.end !== 'deferred') await removeFromBacklog(deps, work);
    await writeTicket(deps, work, outcome, tally);
    deps.journal(entryOf(deps, work, outcome, envelope.receivedAt));
    return verdictOf(outcome);
  };
};

const act = async (deps: BridgeDeps, pairs: PairIds, work: Work, run: Run): Promise<Outcome> => {
  if (await hasLeftBacklog(deps, work)) return skipped('already');
  switch (work.kind) {
    case 'event':
      return onEvent(deps, pairs, work.event, run);
    case 'reconcile':
      return reconcile(deps, work.pair, work.lane, { ...run, full: work.full ?? false });
    case 'link':
      return resumeLink(deps, work.pair, run);
    case 'notice':
      return writeNotice(deps, work.pair, work.about, run);
    case 'forward':
    case 'parked':
      return Promise.resolve(skipped('not_handled'));
    case 'redrive':
      return redriveMessage(deps, work, run);
    default:
      return work satisfies never;
  }
};

const onEvent = async (deps: BridgeDeps, pairs: PairIds, event: BridgeEvent, run: Run): Promise<Outcome> => {
  switch (event.type) {
    case 'message.added':
      return replicate(deps, pairs, event, run);
    case 'reservation.accepted':
      return link(deps, event, run);
    case 'message.updated':
    case 'message.removed':
      return applyEdit(deps, pairs, event, run);
    default:
      return event satisfies never;
  }
};

/** A link that stopped half-way, from what its pair remembers. */
const resumeLink = async (deps: BridgeDeps, id: PairId, run: Run): Promise<Outcome> => {
  const pair = await loadPair(deps.store, id);
  if (pair === undefined || isFullyLinked(pair)) return skipped('already');
  const again = rememberedAccept(pair);
  if (again === undefined) return skipped('not_a_chat');
  await forwardMeanwhile(deps, pair, again.container);
  return link(deps, again, run, true);
};

/** The sweep compares linked pairs; the customer's SMS does not wait until this one is. */
const forwardMeanwhile = async (deps: BridgeDeps, { customer, begunAt }: Pair, channel: ChannelSid): Promise<void> => {
  if (!deps.settings.forwards || customer === undefined) return;
  const { messages } = await deps.flex.listMessages(channel, 'desc');
  await forwardHoles(deps, { sid: channel, customer, since: begunAt }, messages);
};

/** Trouble becomes a retry; what nobody foresaw is reported by its name and tried again too, never swallowed. */
const afterTrouble = async (deps: BridgeDeps, work: Work, error: unknown, run: Run): Promise<Outcome> => {
  if (error instanceof TwilioError) {
    const why = describeTwilioError(error);
    return { ...retry(error.retryAfter ?? retryDelay(run.attempts), why), gone: error.remedy === 'wait' };
  }
  const reason = error instanceof Error ? `${error.name}: ${firstFrame(error)}` : typeof error;
  deps.journal({ step: 'failed', type: typeOf(work), reason, sids: sidsOf(work) });
  return retry(retryDelay(run.attempts), 'failed');
};

/** Where it was thrown; its message could quote what people wrote. */
const firstFrame = (error: Error): string =>
  error.stack
    ?.split('\n')
    .find((line) => /^\s+at /.test(line))
    ?.trim() ?? '';

const verdictOf = (outcome: Outcome): Disposition =>
  outcome.end === 'retry' ? { verdict: 'retry', afterSeconds: outcome.after } : { verdict: 'done' };

const laneOf = (work: Work): Lane | undefined => {
  if (work.kind === 'reconcile' || work.kind === 'redrive') return work.lane;
  return work.kind === 'event' ? laneFrom(work.event.side) : undefined;
};

const typeOf = (work: Work): string => (work.kind === 'event' ? work.event.type : work.kind);

const sidsOf = (work: Work): readonly string[] => {
  switch (work.kind) {
    case 'event': {
      const { event } = work;
      if (event.type === 'reservation.accepted') return [event.reservation, event.task, event.worker, event.container];
      return [event.message.sid, event.container];
    }
    case 'forward':
      return [work.forward.about, work.forward.container];
    case 'parked':
      return [work.parked.sid, work.parked.pair];
    case 'redrive':
      return [work.sid, work.pair];
    default:
      return [work.pair];
  }
};

const entryOf = (deps: BridgeDeps, work: Work, outcome: Outcome, receivedAt: number): Entry => {
  const sids = sidsOf(work);
  const entry = { type: typeOf(work), lane: laneOf(work), ms: deps.clock.now() - receivedAt, sids };
  switch (outcome.end) {
    case 'replicated':
    case 'linked':
      return { ...entry, step: outcome.end, sids: [...sids, ...outcome.copies] };
    case 'reconciled':
      return { ...entry, step: 'reconciled', count: outcome.repaired };
    case 'retry':
      return { ...entry, step: 'retried', reason: outcome.why };
    case 'forwarded':
      return { ...entry, step: 'forwarded' };
    case 'parked':
      return { ...entry, step: 'parked', reason: outcome.reason, code: outcome.code };
    default:
      return { ...entry, step: outcome.end, reason: outcome.reason };
  }
};
