/** Does what an agent's offers still want: an answer sent, an offer told, an end told. Each step may be repeated. */
import type { BridgeDeps } from '../deps.ts';
import { mayOutlast, type Run } from '../jobs/run.ts';
import { leaseLost, type Outcome, retry, skipped } from '../model/outcome.ts';
import type { WorkerSid } from '../model/sids.ts';
import {
  endOffer,
  inConversation,
  loadOffers,
  markEndTold,
  type Offer,
  type OfferEnd,
  type Offers,
  openOffer,
  saveOffers,
} from '../state/offers.ts';
import { mayBeMeant } from './decide-answer.ts';
import { named, noteUntold, type OfferSession, tell } from './offer-session.ts';
import { endText, offerText } from './offer-text.ts';
import { findSystemNotice } from './system-notice.ts';

/** What is to be done next; undefined: all is. Answers first, for a customer waits. */
const nextStep = ({ offers }: Offers): Offer | undefined =>
  offers.find(({ stage }) => stage === 'accepting' || stage === 'declining') ??
  offers.find(({ stage }) => stage === 'untold') ??
  offers.find(({ stage, endTold }) => stage === 'ended' && endTold !== true);

/** @throws TwilioError; repeating is safe. */
export const settleOffers = async (deps: BridgeDeps, session: OfferSession, run: Run): Promise<Outcome> => {
  for (let done = 0; ; done += 1) {
    const known = await loadOffers(deps, session.worker);
    const offer = nextStep(known);
    if (offer === undefined) return done === 0 ? skipped('already') : { end: 'reconciled', repaired: done };
    if (mayOutlast(deps, run.deadline)) return retry(1, 'no_time_left', done > 0);
    const next = await settleOne({ deps, session, known, offer, run });
    if ('end' in next) return next.end === 'retry' && done > 0 ? { ...next, progress: true } : next;
    if ((await saveOffers(deps, session.worker, next)) === undefined) return leaseLost(done > 0);
  }
};

/** One offer's turn; `known` is what is stored of all of them. */
type Turn = {
  readonly deps: BridgeDeps;
  readonly session: OfferSession;
  readonly known: Offers;
  readonly offer: Offer;
  readonly run: Run;
};

const settleOne = (turn: Turn): Promise<Offers | Outcome> => {
  const { offer } = turn;
  switch (offer.stage) {
    case 'accepting':
    case 'declining':
      return sendAnswer(turn);
    case 'untold':
      return tellOffer(turn);
    case 'open':
    case 'ended':
      return tellEnd(turn);
    default:
      return offer.stage satisfies never;
  }
};

/** A second time it is found answered: as the agent wished, or otherwise and before him. */
const sendAnswer = async ({ deps, session, known, offer }: Turn): Promise<Offers | Outcome> => {
  const { tasks, worker } = session;
  const answer = offer.stage === 'accepting' ? 'accepted' : 'rejected';
  const now = await tasks.answerReservation(worker, offer.reservation, answer);
  // TaskRouter says yes, and shows it as it was: its next word counts.
  if (now?.state === 'open') return retry(1, 'message_not_visible');
  const end = now?.state === answer ? (`${answer} here` as const) : (now?.state ?? 'gone');
  return endOffer(known, offer, end, deps.clock.now());
};

const offerKey = ({ reservation }: Pick<Offer, 'reservation'>): string => `offer-${reservation}`;

/**
 * What counts as untold may have been told by a run that died, or whose call had no answer; then an answer may mean it.
 * @returns how the run ends while nobody can say. @throws TwilioError; repeating is safe.
 */
export const noteTold = async (deps: BridgeDeps, worker: WorkerSid): Promise<Outcome | undefined> => {
  let known = await loadOffers(deps, worker);
  for (const offer of known.offers.filter(({ stage }) => stage === 'untold')) {
    const told = await findSystemNotice(deps, worker, offerKey(offer));
    if (told === undefined) continue;
    if ('end' in told) return told;
    const saved = await saveOffers(deps, worker, openOffer(known, offer, told));
    if (saved === undefined) return leaseLost();
    known = saved;
  }
  return undefined;
};

/** It has ended: still to be told to an agent who has heard of it. @returns how the run ends while nobody can say. */
export const endedBy = async (
  { deps, worker, known }: { readonly deps: BridgeDeps; readonly worker: WorkerSid; readonly known: Offers },
  offer: Offer,
  end: OfferEnd,
): Promise<Offers | Outcome> => {
  // It counts as untold, but a run may have told it and died before it noted that.
  const told = offer.stage === 'untold' ? await findSystemNotice(deps, worker, offerKey(offer)) : undefined;
  if (told !== undefined && 'end' in told) return told;
  return endOffer(known, offer, end, deps.clock.now(), told !== undefined);
};

const tellOffer = async ({ deps, session, known, offer, run }: Turn): Promise<Offers | Outcome> => {
  const others = known.offers.filter((one) => one !== offer && one.told !== undefined);
  const isOnly = !others.some((one) => mayBeMeant(one, deps.clock.now()));
  const open = await named(
    session,
    others.filter(({ stage }) => stage === 'open'),
  );
  const [made] = await named(session, [offer]);
  if (made === undefined) return known;
  const told = await tell(deps, session, { key: offerKey(offer), text: offerText(made, open, isOnly) }, run);
  return 'end' in told ? told : openOffer(known, offer, told);
};

const tellEnd = async ({ deps, session, known, offer, run }: Turn): Promise<Offers | Outcome> => {
  const [ended] = await named(session, [offer]);
  if (ended === undefined) return known;
  const told = await tell(deps, session, { key: `end-${offer.reservation}`, text: endText(ended) }, run);
  if (!('end' in told)) return markEndTold(inConversation(known, told.conversation), offer);
  // He has no user in Frontline any more, or may not be told: nobody waits for that.
  if (told.end === 'retry' || told.end === 'deferred') return told;
  noteUntold(deps, session, told);
  return markEndTold(known, offer);
};
