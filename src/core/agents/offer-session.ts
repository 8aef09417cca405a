import type { BridgeDeps } from '../deps.ts';
import type { Run } from '../jobs/run.ts';
import type { Outcome } from '../model/outcome.ts';
import type { ReservationSid, WorkerSid } from '../model/sids.ts';
import type { TaskSide } from '../ports/tasks.ts';
import type { Offer } from '../state/offers.ts';
import type { NamedOffer } from './offer-text.ts';
import { type SystemText, writeSystemNotice } from './system-notice.ts';

/** The agent whose offers are looked at, and what of him is known already. */
export type OfferSession = {
  readonly tasks: TaskSide;
  readonly worker: WorkerSid;
  readonly flexIdentity: string | undefined;
  /** Customers' names by reservation: stored nowhere. */
  readonly names: Map<ReservationSid, string>;
};

/** Says it to the session's agent. */
export const tell = (
  deps: BridgeDeps,
  { worker, flexIdentity }: OfferSession,
  text: Omit<SystemText, 'flexIdentity'>,
  run: Run,
) => writeSystemNotice(deps, worker, { ...text, flexIdentity }, run);

/** What Twilio will not have said to him is named in the journal, and holds up nothing. */
export const noteUntold = (deps: BridgeDeps, { worker }: OfferSession, outcome: Outcome): void => {
  if (outcome.end !== 'parked') return;
  const { reason, code } = outcome;
  deps.journal({ step: 'parked', type: 'offers', reason, code, sids: [worker] });
};

/** With the customers' names, which only TaskRouter keeps. */
export const named = async (
  { tasks, names }: OfferSession,
  offers: readonly Offer[],
): Promise<readonly NamedOffer[]> => {
  const found: NamedOffer[] = [];
  for (const offer of offers) {
    const name = names.get(offer.reservation) ?? (await tasks.customerName(offer.task)) ?? '';
    names.set(offer.reservation, name);
    found.push({ offer, name });
  }
  return found;
};
