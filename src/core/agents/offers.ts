/**
 * What TaskRouter offers to an agent: accepted at once where the settings say so, else told in his System conversation
 * and answered there. All of it is done in the group of his worker in Flex, one thing after the other; what a webhook
 * tells is a hint, and the sweep looks where none came.
 */
import type { BridgeDeps } from '../deps.ts';
import { encodeEnvelope, type OffersNews, type Work } from '../jobs/envelope.ts';
import type { Run } from '../jobs/run.ts';
import type { JobDeps } from '../jobs/send.ts';
import type { OfferEnded, OfferMade } from '../model/event.ts';
import { leaseLost, lookAgain, type Outcome, retry, skipped } from '../model/outcome.ts';
import type { ReservationSid, WorkerSid } from '../model/sids.ts';
import { LOOKS } from '../model/times.ts';
import type { QueueMessage } from '../ports/queues.ts';
import type { ReservationNow } from '../ports/tasks.ts';
import { addOffer, loadOffers, offerOf, saveOffers } from '../state/offers.ts';
import { passToHandover } from './handed-over.ts';
import type { OfferSession } from './offer-session.ts';
import { readAnswers } from './read-answers.ts';
import { endedBy, settleOffers } from './settle-offers.ts';
import { systemPlace } from './system-conversation.ts';

export type OffersJob = Extract<Work, { kind: 'offers' }>;

const dedupeOf = (about: OffersNews, nonce: string): string =>
  about.is === 'ended' ? `offers-${about.reservation}-${about.how}` : `offers-${nonce}`;

const offersMessage = (deps: Pick<JobDeps, 'clock' | 'nonce'>, worker: WorkerSid, about: OffersNews): QueueMessage => ({
  group: worker,
  dedupe: dedupeOf(about, deps.nonce()),
  body: encodeEnvelope({ receivedAt: deps.clock.now(), work: { kind: 'offers', worker, about } }),
});

export const sendOffersJob = (deps: JobDeps, worker: WorkerSid, about: OffersNews): Promise<void> =>
  deps.queues.send('flex-events', offersMessage(deps, worker, about));

/** In batches. @returns the workers whose job their queue did not take, each with why. */
export const sendSweptOffers = async (
  deps: BridgeDeps,
  found: ReadonlyMap<WorkerSid, readonly ReservationSid[]>,
): Promise<readonly { readonly worker: WorkerSid; readonly why: string }[]> => {
  const workerOf = new Map(
    [...found].map(([worker, open]) => [offersMessage(deps, worker, { is: 'swept', open }), worker]),
  );
  const notStored = await deps.queues.sendMany('flex-events', [...workerOf.keys()]);
  return notStored.flatMap(({ message, why }) => {
    const worker = workerOf.get(message);
    return worker === undefined ? [] : [{ worker, why }];
  });
};

export const onOfferMade = async (deps: BridgeDeps, event: OfferMade, run: Run): Promise<Outcome> => {
  const { tasks } = deps;
  if (tasks === undefined) return skipped('no_workspace');
  const { worker, reservation, madeFor, workerIdentity: flexIdentity } = event;
  if (madeFor !== undefined && (await passToHandover(deps, madeFor, worker))) return skipped('passed_on');
  const session = { tasks, worker, flexIdentity, names: new Map([[reservation, event.customerName]]) };
  if (deps.settings.acceptsOffers) return acceptAtOnce(session, [reservation], run);
  return (await noteOffer(deps, session, reservation, run)) ?? settleOffers(deps, session, run);
};

export const onOfferEnded = async (
  deps: BridgeDeps,
  { worker, reservation, how, madeFor }: OfferEnded,
  run: Run,
): Promise<Outcome> => {
  if (madeFor !== undefined && (await passToHandover(deps, madeFor, worker))) return skipped('passed_on');
  return onOffersJob(deps, { kind: 'offers', worker, about: { is: 'ended', reservation, how } }, run);
};

export const onOffersJob = async (deps: BridgeDeps, { worker, about }: OffersJob, run: Run): Promise<Outcome> => {
  const { tasks } = deps;
  if (tasks === undefined) return skipped('no_workspace');
  const session: OfferSession = { tasks, worker, flexIdentity: undefined, names: new Map() };
  const stopped = await takeIn(deps, session, about, run);
  return stopped ?? settleOffers(deps, session, run);
};

/** What is known now, before anything is said of it. @returns how it ends when nothing follows */
const takeIn = async (
  deps: BridgeDeps,
  session: OfferSession,
  about: OffersNews,
  run: Run,
): Promise<Outcome | undefined> => {
  switch (about.is) {
    case 'ended':
      return noteEnd(deps, session.worker, about);
    case 'heard':
      return readAnswers(deps, session, run, about.index);
    case 'swept':
      return sweptIn(deps, session, about.open, run);
    default:
      return about satisfies never;
  }
};

const sweptIn = async (
  deps: BridgeDeps,
  session: OfferSession,
  open: readonly ReservationSid[],
  run: Run,
): Promise<Outcome | undefined> => {
  if (deps.settings.acceptsOffers && open.length > 0) return acceptSwept(session, open, run);
  for (const reservation of open) {
    const stopped = await noteSwept(deps, session, reservation, run);
    if (stopped !== undefined && stopped.end !== 'skipped') return stopped;
  }
  // An answer counts before the end that it has brought about.
  return (await readAnswers(deps, session, run)) ?? lookAtOpen(deps, session);
};

/** Of what nobody told the sweep knows nothing but that it is open: a call may be, too. */
const isCall = async ({ tasks, names }: OfferSession, now: ReservationNow | undefined): Promise<boolean> => {
  if (now === undefined) return false;
  const name = await tasks.customerName(now.task);
  if (name !== undefined) names.set(now.reservation, name);
  return name === undefined;
};

const acceptSwept = async (session: OfferSession, open: readonly ReservationSid[], run: Run): Promise<Outcome> => {
  const { tasks, worker } = session;
  const chats: ReservationSid[] = [];
  for (const reservation of open)
    if (!(await isCall(session, await tasks.reservation(worker, reservation)))) chats.push(reservation);
  return chats.length === 0 ? skipped('not_a_chat') : acceptAtOnce(session, chats, run);
};

const noteSwept = async (
  deps: BridgeDeps,
  session: OfferSession,
  reservation: ReservationSid,
  run: Run,
): Promise<Outcome | undefined> => {
  const { tasks, worker } = session;
  if (offerOf(await loadOffers(deps, worker), reservation) !== undefined) return undefined;
  const now = await tasks.reservation(worker, reservation);
  if (await isCall(session, now)) return skipped('not_a_chat');
  const of = now && (await tasks.whole(now.task));
  const channel = of?.mark === undefined ? undefined : of.chat?.container;
  if (now !== undefined && channel !== undefined && (await passToHandover(deps, { channel, task: now.task }, worker)))
    return skipped('passed_on');
  return noteOffer(deps, session, reservation, run);
};

/** Repeating is harmless: who answers it a second time finds it answered. */
const acceptAtOnce = async (
  { tasks, worker }: OfferSession,
  open: readonly ReservationSid[],
  { attempts }: Run,
): Promise<Outcome> => {
  let accepted = 0;
  let now: ReservationNow | undefined;
  for (const reservation of open) {
    now = await tasks.answerReservation(worker, reservation, 'accepted');
    if (now?.state === 'accepted') accepted += 1;
  }
  if (accepted > 0) return { end: 'reconciled', repaired: accepted };
  // A look at what was just made may be behind.
  if (now === undefined && attempts <= LOOKS) return lookAgain();
  return now?.state === 'open' ? retry(1, 'message_not_visible') : skipped('offer_over');
};

/** A webhook may come late: what is told of is open now. @returns how it ends when it is not to be told */
const noteOffer = async (
  deps: BridgeDeps,
  session: OfferSession,
  reservation: ReservationSid,
  { attempts }: Run,
): Promise<Outcome | undefined> => {
  const { tasks, worker, flexIdentity } = session;
  const known = await loadOffers(deps, worker);
  if (offerOf(known, reservation) !== undefined) return undefined;
  const now = await tasks.reservation(worker, reservation);
  if (now === undefined && attempts <= LOOKS) return lookAgain();
  if (now?.state !== 'open') return skipped('offer_over');
  const place = await systemPlace(deps, worker, flexIdentity);
  if ('end' in place) return place;
  return (await saveOffers(deps, worker, addOffer(known, now))) === undefined ? leaseLost() : undefined;
};

const noteEnd = async (
  deps: BridgeDeps,
  worker: WorkerSid,
  { reservation, how }: Extract<OffersNews, { is: 'ended' }>,
): Promise<Outcome | undefined> => {
  const known = await loadOffers(deps, worker);
  const offer = offerOf(known, reservation);
  if (offer === undefined) return skipped('not_offered');
  // What the agent's own answer brings about, the run that sends it tells.
  if (offer.stage === 'ended' || offer.stage === 'accepting' || offer.stage === 'declining') return undefined;
  const next = await endedBy({ deps, worker, known }, offer, how);
  if ('end' in next) return next;
  return (await saveOffers(deps, worker, next)) === undefined ? leaseLost() : undefined;
};

/** Whose end nobody told. */
const lookAtOpen = async (deps: BridgeDeps, { tasks, worker }: OfferSession): Promise<Outcome | undefined> => {
  const { offers } = await loadOffers(deps, worker);
  for (const { reservation } of offers.filter(({ stage }) => stage === 'untold' || stage === 'open')) {
    const now = await tasks.reservation(worker, reservation);
    if (now?.state === 'open') continue;
    const known = await loadOffers(deps, worker);
    const offer = offerOf(known, reservation);
    if (offer === undefined) continue;
    const next = await endedBy({ deps, worker, known }, offer, now?.state ?? 'gone');
    if ('end' in next) return next;
    if ((await saveOffers(deps, worker, next)) === undefined) return leaseLost();
  }
  return undefined;
};
