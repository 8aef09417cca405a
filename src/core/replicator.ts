/** The consumer of both event queues: every delivery ends with a named outcome, or comes again. */
import { backoff } from './deliver.ts';
import type { BridgeDeps } from './deps.ts';
import { type BridgeEvent, decodeEnvelope, type Lane, type Work } from './event.ts';
import { forwardHoles } from './forward/holes.ts';
import { createHomeKeys, type HomeKeys } from './home-keys.ts';
import { defer, markStale } from './lane/marks.ts';
import { type Accepted, link } from './link.ts';
import { notice } from './notice.ts';
import { dropNotice, keepNotice } from './notices.ts';
import { writeTicket } from './operate/tickets.ts';
import { deferred, type Outcome, retry, skipped } from './outcome.ts';
import { type Home, laneFrom, pairKey, readHome } from './pair.ts';
import { begin } from './pair-writes.ts';
import type { Consumer, Delivery, Entry, Verdict } from './ports.ts';
import { type Run, reconcile } from './reconcile.ts';
import { redriveMessage } from './redrive.ts';
import { renew } from './renew.ts';
import { replicate } from './replicate.ts';
import { newTally } from './tally.ts';
import { TwilioTrouble } from './trouble.ts';

/** What only needs time is tried for so long; then its lane is marked dirty and the chat's queue goes on. */
export const PATIENCE_MS = 15 * 60_000;

export const createReplicator = (deps: BridgeDeps): Consumer => {
  const homes = createHomeKeys(deps.store);
  return async (delivery) => {
    const envelope = decodeEnvelope(delivery.body);
    if (envelope === undefined) {
      deps.journal({ step: 'parked', type: 'unreadable', reason: 'unreadable', sids: [delivery.group] });
      return { verdict: 'park', reason: 'unreadable' };
    }
    const { work } = envelope;
    const tally = newTally();
    const run: Run = { deadline: delivery.deadline, attempts: delivery.attempts, tally };
    const first = await act(deps, homes, work, run).catch((error: unknown) => afterTrouble(deps, work, error, run));
    const outcome = await outOfPatience(deps, homes, work, first, delivery);
    if (work.kind === 'notice' && work.kept && outcome.end !== 'retry' && outcome.end !== 'deferred')
      await dropNotice(deps, work.home, work.about);
    await writeTicket(deps, work, outcome, tally);
    deps.journal(entryOf(deps, work, outcome, envelope.receivedAt));
    return verdictOf(outcome);
  };
};

const act = (deps: BridgeDeps, homes: HomeKeys, work: Work, run: Run): Promise<Outcome> => {
  switch (work.kind) {
    case 'event':
      return onEvent(deps, homes, work.event, run);
    case 'reconcile':
      return reconcile(deps, { pk: work.home, sk: 'pair' }, work.lane, { ...run, full: work.full ?? false });
    case 'link':
      return linkAgain(deps, work.home, run);
    case 'notice':
      return notice(deps, { pk: work.home, sk: 'pair' }, work.about, run);
    case 'forward':
    case 'parked':
      return Promise.resolve(skipped('not_handled'));
    case 'redrive':
      return redriveMessage(deps, work, run);
    default:
      return work satisfies never;
  }
};

const onEvent = async (deps: BridgeDeps, homes: HomeKeys, event: BridgeEvent, run: Run): Promise<Outcome> => {
  switch (event.type) {
    case 'message.added':
      return replicate(deps, homes, event, run);
    case 'reservation.accepted':
      return link(deps, event, run);
    case 'message.updated':
    case 'message.removed':
      return renew(deps, homes, event, run);
    default:
      return event satisfies never;
  }
};

/** A link that stopped half-way, from what its pair remembers. */
const linkAgain = async (deps: BridgeDeps, home: string, run: Run): Promise<Outcome> => {
  const pair = readHome(await deps.store.get({ pk: home, sk: 'pair' }));
  const { flex, workspace, task, reservation, worker, workerIdentity } = pair ?? {};
  if (pair === undefined || pair.linked) return skipped('already');
  if (!flex || !workspace || !task || !reservation || !worker || !workerIdentity) return skipped('not_a_chat');
  await forwardMeanwhile(deps, pair, flex);
  const again: Accepted = {
    type: 'reservation.accepted',
    side: 'flex',
    container: flex,
    customerName: '',
    ...{ workspace, task, reservation, worker, workerIdentity },
  };
  return link(deps, again, run);
};

/** The sweep compares linked pairs; the customer's SMS does not wait until this one is. */
const forwardMeanwhile = async (deps: BridgeDeps, { customer, since }: Home, channel: string): Promise<void> => {
  if (!deps.settings.forwards || customer === undefined) return;
  const { messages } = await deps.flex.listMessages(channel, 'desc');
  await forwardHoles(deps, { sid: channel, customer, since }, messages);
};

/** Trouble becomes a retry; what nobody foresaw is reported by its name and tried again too, never swallowed. */
const afterTrouble = async (deps: BridgeDeps, work: Work, error: unknown, run: Run): Promise<Outcome> => {
  if (error instanceof TwilioTrouble) {
    const why = `twilio ${error.code ?? error.status ?? error.fate}`;
    return { ...retry(error.retryAfter ?? backoff(run.attempts), why), gone: error.remedy === 'wait' };
  }
  const reason = error instanceof Error ? `${error.name}: ${firstFrame(error)}` : typeof error;
  deps.journal({ step: 'failed', type: typeOf(work), reason, sids: sidsOf(work) });
  return retry(backoff(run.attempts), 'failed');
};

/** Where it was thrown; its message could quote what people wrote. */
const firstFrame = (error: Error): string =>
  error.stack
    ?.split('\n')
    .find((line) => /^\s+at /.test(line))
    ?.trim() ?? '';

/**
 * A job is not waited for: its lane is dirty and it comes again within a minute. An event is, for 15 minutes, or until
 * what is gone cannot only be behind any more; after that no queue limit, retention or receive count decides what becomes
 * of it, but the dirty mark.
 */
const outOfPatience = async (
  deps: BridgeDeps,
  homes: HomeKeys,
  work: Work,
  outcome: Outcome,
  delivery: Delivery,
): Promise<Outcome> => {
  if (outcome.end !== 'retry' || outcome.progress) return outcome;
  // Who asked by a ticket wants to hear how it ended.
  const asked = 'ticket' in work && work.ticket !== undefined;
  const ends = deferred(outcome.gone ? 'container_gone' : 'side_down');
  if ((work.kind === 'reconcile' && !asked) || work.kind === 'link') return ends;
  if (work.kind === 'notice' && work.kept) return ends;
  const patience = outcome.gone ? deps.settings.settleMs : PATIENCE_MS;
  if (deps.clock.now() - delivery.firstReceivedAt < patience) return outcome;
  if (work.kind === 'notice') {
    await keepNotice(deps, delivery.group, work.home, work.about);
    return ends;
  }
  // Who asked for it is told, and asks again: what it was about stands among the parked ones.
  if (work.kind !== 'event') return ends;
  return (await setAside(deps, homes, work.event)) ? ends : outcome;
};

/** @returns false when even that could not be stored: the event stays on its queue. */
const setAside = async (deps: BridgeDeps, homes: HomeKeys, event: BridgeEvent): Promise<boolean> => {
  try {
    if (event.type === 'reservation.accepted') return (await begin(deps, event)) !== undefined;
    const lane = laneFrom(event.side);
    const key = (await homes.find(event.side, event.container)) ?? pairKey(event.side, event.container);
    const { index, sid } = event.message;
    if (event.type !== 'message.added') return (await markStale(deps, key, lane, sid)).ok;
    const written = await defer(deps, key, lane, index);
    return written.ok || (written.home?.lanes[lane].dirty?.upTo ?? -1) >= index;
  } catch {
    deps.journal({ step: 'failed', type: event.type, reason: 'could not be deferred', sids: [event.container] });
    return false;
  }
};

const verdictOf = (outcome: Outcome): Verdict =>
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
      return [work.parked.sid, work.parked.home];
    case 'redrive':
      return [work.sid, work.home];
    default:
      return [work.home];
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
    default:
      return { ...entry, step: outcome.end, reason: outcome.reason };
  }
};
