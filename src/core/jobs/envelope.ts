/** What travels on the queues: events, forwards and jobs, each in an envelope that names its version. */

import type { QueueName } from '../../contract.ts';
import type { ActivityChanged, BridgeEvent, ChangeHint, Lane, ReservationEnd, Side } from '../model/event.ts';
import type { Parked } from '../model/outcome.ts';
import type { ChannelSid, ConversationSid, MessageSid, ReservationSid, SourceSid, WorkerSid } from '../model/sids.ts';
import type { PairId } from '../state/items.ts';

/** A webhook that goes on to Flex's own: body and content type as received, byte for byte. */
export type Forward = {
  readonly eventType: string;
  readonly container: ChannelSid;
  readonly about: MessageSid | ChannelSid;
  /** Names this event for ever; a second webhook of the same event has the same key. */
  readonly key: string;
  readonly contentType: string;
  readonly body: string;
};

/** Why a message stands in a dead-letter queue. Its text does not: putting it back reads the source as it is then. */
export type ParkedMessage = {
  readonly pair: PairId;
  readonly lane: Lane;
  readonly sid: SourceSid;
  readonly index: number;
  readonly reason: Parked;
  readonly code: number | undefined;
  readonly attempts: number;
};

/** What a notice tells the agent: a message did not reach the other side, or the customer's phone. */
export type Undelivered = {
  readonly sid: MessageSid;
  /** `stray`: from a stray conversation into its chat's own. */
  readonly way: Lane | 'forward' | 'stray';
  readonly reason: Parked;
  readonly code: number | undefined;
  /** ISO-8601: when it was written, by which the agent finds it. Its text travels on no queue. */
  readonly createdAt?: string | undefined;
  /** Names the edit, where it is an edit of the message that was parked. */
  readonly edit?: string;
};

/** Why a job is done, for people who read the queue message. No code rests on it. */
export type Because =
  | 'operator'
  | 'unfinished' // a link stopped half-way
  | 'next_generation' // the chat's conversation was closed
  | 'parked' // a link was given up
  | 'dirty'
  | 'stale'
  | 'hole'
  | 'lapsed' // an intent whose run died
  | 'marked' // compared once, as after linking
  | 'ending' // all that was said before the chat's end
  | 'edited_by_hand'
  // What a comparison found (reconcile/compare.ts).
  | 'duplicated'
  | 'differs'
  | 'orphan'
  | 'unattributed'
  | 'uncopied'
  | 'unsaid'
  | 'pending';

/**
 * What travels on a queue. Jobs come from the sweep and the operator; `pair` is the pair's key (state/pair.ts),
 * `ticket` the item in which the operator's command finds how the job ended.
 */
export type Work =
  | {
      readonly kind: 'event';
      readonly event: BridgeEvent;
      /** Under this name it waits in the store until it has ended (kept.ts). */
      readonly backlogId?: string;
    }
  | {
      readonly kind: 'forward';
      readonly forward: Forward;
      /** Only of one that was given up, when an operator sends it all the same. */
      readonly ticket?: string;
    }
  | {
      readonly kind: 'reconcile';
      readonly pair: PairId;
      readonly lane: Lane;
      readonly because: Because;
      /** Beyond the newest page of both ends. */
      readonly full?: boolean;
      readonly ticket?: string;
    }
  | { readonly kind: 'link'; readonly pair: PairId; readonly because: Because; readonly ticket?: string }
  /** Both sides of a pair are brought to agree on who serves the chat, and on its end. */
  | {
      readonly kind: 'agree';
      readonly pair: PairId;
      readonly hint: AgreeHint;
      /** Of which of the chat's conversations, counted from 1, the hint is. */
      readonly generation?: number;
      readonly ticket?: string;
    }
  /** What was parked, or said nothing, is put back as its source says it now. */
  | {
      readonly kind: 'redrive';
      readonly pair: PairId;
      readonly lane: Lane;
      readonly sid: MessageSid;
      readonly ticket?: string;
    }
  /** A notice is written into the conversation, on the lane to Frontline, of a message that did not cross. */
  | {
      readonly kind: 'notice';
      readonly pair: PairId;
      readonly about: Undelivered;
      readonly backlogId?: string;
    }
  /** An agent who is away, by the Flex worker, is told that somebody waits for him. */
  | { readonly kind: 'notify_agent'; readonly worker: WorkerSid }
  /** An agent's two sides are made to agree, in the group of his Flex worker. */
  | {
      readonly kind: 'presence';
      readonly worker: WorkerSid;
      /** What a webhook told; without it both sides are looked at. */
      readonly change?: Pick<ActivityChanged, 'side' | 'activity' | 'at'>;
      /** His worker in Frontline, where whoever sends the job has just seen both. */
      readonly twin?: { readonly sid: WorkerSid; readonly name: string };
      /** The Frontline user's own availability is looked at, too. */
      readonly asksUser?: boolean;
    }
  /**
   * A conversation that has no pair, in its own group: whether an agent has begun a chat in it, and then its Flex side;
   * or what is said in a stray one.
   */
  | { readonly kind: 'start'; readonly conversation: ConversationSid }
  /** What is offered to an agent, in the group of his worker in Flex. */
  | { readonly kind: 'offers'; readonly worker: WorkerSid; readonly about: OffersNews }
  | { readonly kind: 'parked'; readonly parked: ParkedMessage };

/** Where the pair's job looks first. `drained`: a lane of a chat that ends is; `sweep`: nobody knows what differs. */
export type AgreeHint = `${Side}_${ChangeHint}` | 'drained' | 'sweep';

/** Why an agent's offers are looked at: one is over, he has written something, or the sweep found these open. */
export type OffersNews =
  | { readonly is: 'ended'; readonly reservation: ReservationSid; readonly how: ReservationEnd }
  | { readonly is: 'heard'; readonly index: number }
  | { readonly is: 'swept'; readonly open: readonly ReservationSid[] };

/** Where a side's events, and the jobs on the lane out of it, are handled. */
export const eventsQueue = (side: Side): QueueName => (side === 'flex' ? 'flex-events' : 'frontline-events');

export type Envelope = { readonly receivedAt: number; readonly work: Work };

const CURRENT = 1;

/** JSON.stringify leaves U+FFFE and U+FFFF as they are, and SQS refuses a message that holds one. */
const unsafe = /[\uFFFE\uFFFF]/g;

export const encodeEnvelope = (envelope: Envelope): string =>
  JSON.stringify({ v: CURRENT, ...envelope }).replace(unsafe, (c) => `\\u${c.charCodeAt(0).toString(16)}`);

const KINDS: Readonly<Record<Work['kind'], true>> = {
  event: true,
  forward: true,
  reconcile: true,
  link: true,
  agree: true,
  redrive: true,
  notice: true,
  notify_agent: true,
  presence: true,
  start: true,
  offers: true,
  parked: true,
};

const EVENTS: Readonly<Record<BridgeEvent['type'], true>> = {
  'message.added': true,
  'message.updated': true,
  'message.removed': true,
  'reservation.accepted': true,
  'chat.changed': true,
  'worker.activity': true,
  'reservation.created': true,
  'reservation.ended': true,
};

/** A later release may have work of a kind that this one has never heard of, and be rolled back. */
const isKnown = (
  work: { readonly kind?: unknown; readonly event?: { readonly type?: unknown } } | undefined,
): boolean =>
  Object.hasOwn(KINDS, String(work?.kind)) &&
  (work?.kind !== 'event' || Object.hasOwn(EVENTS, String(work.event?.type)));

/**
 * Reads a queue message of this version or the one before. Version 1 is the first, so today there is only one; its
 * samples under test/fixtures/queue must stay readable when version 2 comes.
 * @returns undefined when the text is no envelope this release can read.
 */
export const decodeEnvelope = (text: string): Envelope | undefined => {
  try {
    const value = JSON.parse(text) as { v?: unknown; receivedAt?: unknown; work?: { kind?: unknown } } | null;
    if (value?.v !== CURRENT || typeof value.receivedAt !== 'number' || !isKnown(value.work)) return undefined;
    return { receivedAt: value.receivedAt, work: value.work as Work };
  } catch {
    return undefined;
  }
};
