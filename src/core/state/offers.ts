/**
 * What is offered to an agent in Frontline: one item per worker in Flex, written as a whole by whoever saw it as it is
 * (`version` grows with each write). An offer goes this way, and no other:
 *
 *   untold ──> open ──> accepting, declining ──> ended, and forgotten once that was told and some time has passed
 *      └─────────┴──────────────────────────────────^   (answered in Flex, timed out, ...)
 */
import type { BridgeDeps } from '../deps.ts';
import type { ReservationEnd } from '../model/event.ts';
import type { ConversationSid, ReservationSid, TaskSid, WorkerSid } from '../model/sids.ts';
import { OFFER_REMEMBERED_MS, OFFERS_REMEMBERED } from '../model/times.ts';
import type { Item } from '../ports/change.ts';
import { keptFor, NONCE, OFF_LIST, OFFERS_SECONDS, offersKey, onList } from './items.ts';

export type OfferStage = 'untold' | 'open' | 'accepting' | 'declining' | 'ended';

/** `here`: by an answer in Frontline. */
export type OfferEnd = ReservationEnd | 'accepted here' | 'rejected here' | 'gone';

export type Offer = {
  readonly reservation: ReservationSid;
  readonly task: TaskSid;
  /** By which the agent's answers name it; given again once it is forgotten. */
  readonly number: number;
  readonly stage: OfferStage;
  /** The index of the message that told of it; -1: in an earlier conversation, or nobody knows where. */
  readonly told?: number;
  readonly end?: OfferEnd;
  /** Milliseconds since 1970. */
  readonly endedAt?: number;
  /** The agent knows that it has ended, or never heard of it. */
  readonly endTold?: boolean;
};

export type Offers = {
  readonly version: number;
  readonly offers: readonly Offer[];
  /** In which the indices are. */
  readonly conversation: ConversationSid | undefined;
  /** What the agent wrote up to this index is dealt with; undefined: nothing was told yet. */
  readonly readUpTo: number | undefined;
  /** And these behind it. */
  readonly answered: readonly number[];
};

export const NO_OFFERS: Offers = {
  version: 0,
  offers: [],
  conversation: undefined,
  readUpTo: undefined,
  answered: [],
};

const BEFORE: Readonly<Record<OfferStage, readonly OfferStage[]>> = {
  untold: [],
  open: ['untold'],
  accepting: ['open'],
  declining: ['open'],
  ended: ['untold', 'open', 'accepting', 'declining'],
};

type Deps = Pick<BridgeDeps, 'store' | 'clock' | 'nonce'>;

const read = (item: Item | undefined): Offers =>
  item === undefined
    ? NO_OFFERS
    : {
        version: Number(item.version),
        offers: JSON.parse(String(item.offers)) as readonly Offer[],
        conversation: item.conversation === undefined ? undefined : (String(item.conversation) as ConversationSid),
        readUpTo: typeof item.readUpTo === 'number' ? item.readUpTo : undefined,
        answered: Array.isArray(item.answered) ? (item.answered as readonly number[]) : [],
      };

export const loadOffers = async (deps: Pick<Deps, 'store'>, worker: WorkerSid): Promise<Offers> =>
  read(await deps.store.get(offersKey(worker)));

/** Whether anything of it is still to be done or waited for. */
export const isWaiting = ({ stage, endTold }: Offer): boolean => stage !== 'ended' || endTold !== true;

/** @returns what stands now; undefined when another run was quicker */
export const saveOffers = async (deps: Deps, worker: WorkerSid, next: Offers): Promise<Offers | undefined> => {
  const { version, offers, conversation, readUpTo, answered } = next;
  const waits = offers.some(isWaiting);
  const written = await deps.store.write(offersKey(worker), {
    when: [version === 0 ? ['lacks', 'version'] : ['=', 'version', version]],
    set: {
      version: version + 1,
      offers: JSON.stringify(remembered(deps, offers)),
      answered,
      ...(conversation === undefined ? {} : { conversation }),
      ...(readUpTo === undefined ? {} : { readUpTo }),
      ...(waits ? onList('offers', worker) : {}),
      ...keptFor(OFFERS_SECONDS, deps.clock),
    },
    remove: waits ? [] : OFF_LIST,
    nonce: [NONCE, deps.nonce()],
  });
  return written.ok ? read(written.item) : undefined;
};

/** A late answer to what is over is understood for a while; the number is given to no other offer meanwhile. */
const remembered = (deps: Pick<Deps, 'clock'>, offers: readonly Offer[]): readonly Offer[] => {
  const ended = offers.filter((offer) => !isWaiting(offer));
  const young = ended.filter(({ endedAt = 0 }) => deps.clock.now() - endedAt < OFFER_REMEMBERED_MS);
  const kept = new Set(young.slice(-OFFERS_REMEMBERED));
  return offers.filter((offer) => isWaiting(offer) || kept.has(offer));
};

export const offerOf = ({ offers }: Offers, reservation: ReservationSid): Offer | undefined =>
  offers.find((offer) => offer.reservation === reservation);

/** The lowest number that nobody could take for another offer's. */
const freeNumber = (offers: readonly Offer[]): number => {
  const taken = new Set(offers.map(({ number }) => number));
  let number = 1;
  while (taken.has(number)) number += 1;
  return number;
};

/** From none. */
export const addOffer = (known: Offers, { reservation, task }: Pick<Offer, 'reservation' | 'task'>): Offers => {
  if (offerOf(known, reservation) !== undefined) return known;
  const number = freeNumber(known.offers);
  return { ...known, offers: [...known.offers, { reservation, task, number, stage: 'untold' }] };
};

const change = (known: Offers, to: Offer): Offers => ({
  ...known,
  offers: known.offers.map((offer) => (offer.reservation === to.reservation ? to : offer)),
});

/** @throws Error when the offer is in no stage that may come before this one */
const advance = (known: Offers, offer: Offer, stage: OfferStage, more: Partial<Offer>): Offers => {
  if (!BEFORE[stage].includes(offer.stage)) throw new Error(`an offer that is ${offer.stage} cannot be ${stage}`);
  return change(known, { ...offer, ...more, stage });
};

/** From untold: the agent can answer from that message on. */
export const openOffer = (
  known: Offers,
  offer: Offer,
  at: { readonly conversation: ConversationSid; readonly index: number },
): Offers => {
  const here = inConversation(known, at.conversation);
  return { ...advance(here, offer, 'open', { told: at.index }), readUpTo: here.readUpTo ?? at.index };
};

/** From open: he has answered. */
export const takeAnswer = (known: Offers, offer: Offer, answer: 'accepting' | 'declining', index: number): Offers =>
  dealtWith(advance(known, offer, answer, {}), index);

/**
 * From any but ended. What the agent never heard of need not be told to be over.
 * @param wasTold - of one that counts as untold: its message stands, and no run has noted that
 */
export const endOffer = (known: Offers, offer: Offer, end: OfferEnd, endedAt: number, wasTold = false): Offers => {
  const told = offer.told ?? (wasTold ? -1 : undefined);
  return advance(known, offer, 'ended', { end, endedAt, ...(told === undefined ? { endTold: true } : { told }) });
};

/** From ended. */
export const markEndTold = (known: Offers, offer: Offer): Offers => change(known, { ...offer, endTold: true });

/** So many answers may stand behind a message that becomes visible later than they do. */
const ANSWERED_KEPT = 50;

/** The agent's message of this index needs no look any more. */
export const dealtWith = (known: Offers, index: number): Offers => {
  const all = [...new Set([...known.answered, index])].sort((a, b) => a - b);
  const passed = all.slice(0, Math.max(0, all.length - ANSWERED_KEPT)).at(-1);
  if (passed === undefined) return { ...known, answered: all };
  return { ...known, answered: all.slice(-ANSWERED_KEPT), readUpTo: Math.max(known.readUpTo ?? -1, passed) };
};

/** Indices are the conversation's own: in the next one all that is open was told before. */
export const inConversation = (known: Offers, conversation: ConversationSid): Offers => {
  if (known.conversation === conversation) return known;
  const offers = known.offers.map((offer) => (offer.told === undefined ? offer : { ...offer, told: -1 }));
  const readUpTo = known.conversation === undefined ? known.readUpTo : -1;
  return { ...known, conversation, offers, readUpTo, answered: [] };
};
