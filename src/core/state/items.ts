/**
 * All that is stored: the key, the attributes and the lifetime of every kind of item. It is one table of DynamoDB, or
 * one SQLite file; each item changes by single conditional writes only. No message text stands here, and of people only
 * the identities that Twilio uses for them.
 *
 * Names are words, but for the ledger's and the forwarder's rows: one or two of them are written for every text and
 * kept for months, so the attributes that every row has are letters, declared here beside their long names. Words would
 * cost some 0.05 USD a million texts (docs/cost.md).
 */

import { TABLE } from '../../contract.ts';
import type { Lane, Side } from '../model/event.ts';
import type { ChannelSid, ContainerSid, ConversationSid, WorkerSid } from '../model/sids.ts';
import type { Key } from '../ports/change.ts';
import type { Clock } from '../ports/clock.ts';

/** On every item but rows: names its last write, so that a write whose answer was lost is known for done. */
export const NONCE = 'nonce';

/**
 * The lists of the one sparse index (docs/adr/0004), which an item is on while it has both these attributes. `due`:
 * pairs that wait for something; `active` and `quiet`: pairs that the sweep compares; `parked`: rows; `backlog`: jobs;
 * `offers`: workers; `ends`: channels whose chat has ended; `starts`: conversations that an agent has begun; `strays`:
 * conversations in which a customer answers by the number that his phone has left.
 */
export type ListName = 'due' | 'active' | 'quiet' | 'parked' | 'backlog' | 'offers' | 'ends' | 'starts' | 'strays';
export const onList = (list: ListName, order: string) => ({ [TABLE.list]: list, [TABLE.listOrder]: order });
export const OFF_LIST: readonly string[] = [TABLE.list, TABLE.listOrder];

const DAY_SECONDS = 24 * 3600;

/** The attribute by which the store forgets an item. @param seconds from now. */
export const keptFor = (seconds: number, clock: Pick<Clock, 'now'>) => ({
  [TABLE.ttl]: Math.floor(clock.now() / 1000) + seconds,
});

/**
 * Names a pair for ever, and is the `pk` of all that belongs to it: the side and the container that its chat began in.
 */
export type PairId = `${Side}#${ContainerSid}`;
export const pairId = (side: Side, container: ContainerSid): PairId => `${side}#${container}`;

/** The container that a pair's chat began in. */
export const containerOfPair = (pair: PairId): ContainerSid => pair.slice(pair.indexOf('#') + 1) as ContainerSid;

/**
 * One chat on two accounts: state (linking, open, ending, closed), both containers, who serves it, and its two lanes.
 * Kept 30 days after its end; while it is open for half a year after it was laid to rest (sweep-lists.ts), or its
 * linking was given up.
 */
export const pairKey = (pair: PairId): Key => ({ pk: pair, sk: 'pair' });
export const PAIR = [
  'state',
  'generation',
  'flex',
  'frontline',
  'customer',
  'workspace',
  'task',
  'reservation',
  'worker',
  'workerIdentity',
  'formerAgents',
  'agents',
  'acceptedAt',
  'wentAt',
  'cameAt',
  'handover',
  'leaving',
  'startedIn',
  'carriedBefore',
  'endedBy',
  'agreeFence',
  'disagreesSince',
  'linked',
  'refusedParticipant',
  'parkedLink',
  'quiet',
  'begunAt',
  'heldUntil',
] as const;

/** As long as the ledger's rows: from then on nothing is known of what was said. */
export const REST_SECONDS = 180 * DAY_SECONDS;

/**
 * Where the other container's pair would lie: the pair that it belongs to, or, of the conversation in which the bridge
 * speaks with an agent, his worker in Flex. Never changes. Kept for good while its chat goes on: it names nobody, and
 * keeps the conversation from being taken for a new one; and as long as its pair once the chat has ended.
 */
export const ALIAS = ['pair', 'systemOf'] as const;

/**
 * How stored names call a lane: short, for a pair has some twenty attributes a lane and must stay within 1 KB, one
 * write unit.
 */
export const lanePrefix = (lane: Lane): 'fl' | 'fx' => (lane === 'toFrontline' ? 'fl' : 'fx');
export const laneOfPrefix = (prefix: string): Lane => (prefix === 'fl' ? 'toFrontline' : 'toFlex');

/**
 * A lane's attributes lie flat in its pair: DynamoDB cannot write below a map that is not there. No dots: lapse.ts
 * makes JSON paths of them.
 */
export const laneAttributes = (lane: Lane) => {
  const l = lanePrefix(lane);
  return {
    cursor: `${l}_cursor`,
    fence: `${l}_fence`,
    nonce: `${l}_nonce`,
    intentSid: `${l}_intentSid`,
    intentIndex: `${l}_intentIndex`,
    intentCreatedAt: `${l}_intentCreatedAt`,
    intentAuthor: `${l}_intentAuthor`,
    intentDigest: `${l}_intentDigest`,
    intentCanonical: `${l}_intentCanonical`,
    intentNotAfter: `${l}_intentNotAfter`,
    intentSettlesAt: `${l}_intentSettlesAt`,
    intentTail: `${l}_intentTail`,
    intentLate: `${l}_intentLate`,
    dirtyUpTo: `${l}_dirtyUpTo`,
    dirtySince: `${l}_dirtySince`,
    ownIndices: `${l}_ownIndices`,
    holes: `${l}_holes`,
    staleEdits: `${l}_staleEdits`,
    paceIndex: `${l}_paceIndex`,
    paceSince: `${l}_paceSince`,
    triedSid: `${l}_triedSid`,
    triedTimes: `${l}_triedTimes`,
    triedSince: `${l}_triedSince`,
    place: `${l}_place`,
    floor: `${l}_floor`,
    copiesFloor: `${l}_copiesFloor`,
    drained: `${l}_drained`,
  } as const;
};

/**
 * A message of a lane's source that the bridge has dealt with: `m#fl#IM…` of the lane to Frontline, `m#fx#IM…` of the
 * one to Flex. A pair that has gone on in a new conversation has rows of its own for it: `m#fl2#IM…`.
 */
export const ledgerKey = (pair: PairId, lane: Lane, sid: string, generation = 1): Key => ({
  pk: pair,
  sk: `m#${lanePrefix(lane)}${generation > 1 ? generation : ''}#${sid}`,
});
export const LEDGER = {
  state: 'st',
  copy: 'd',
  copyIndex: 'di',
  nonce: 'n',
  late: 'late',
  reason: 'reason',
  code: 'code',
  index: 'index',
  parkedAt: 'parkedAt',
  /** Of a copy: the digest of the later text that Twilio refused. Of a parked message: the digest of its text. */
  refusedDigest: 'refusedDigest',
  /** Of a copy that was rewritten: the digest of what it was last made to say. */
  saidDigest: 'saidDigest',
  /** The digest of what Twilio wrote instead, where that is something else. */
  writtenDigest: 'writtenDigest',
  revertedDigest: 'revertedDigest',
  reverts: 'reverts',
  revertedSince: 'revertedSince',
} as const;
/** An expired row is never a reason to post again: the cursor has long passed it. */
export const LEDGER_SECONDS = 180 * DAY_SECONDS;

/** An event that goes on to Flex's own webhook, `f#onMessageSent:IM…` under its channel. */
export const forwardKey = (channel: ChannelSid, key: string): Key => ({ pk: pairId('flex', channel), sk: `f#${key}` });
export const FORWARD = {
  state: 'st',
  leaseUntil: 'u',
  settlesAt: 's',
  since: 'b',
  fence: 'f',
  at: 'at',
  nonce: 'n',
  perhapsTwice: 'perhapsTwice',
  revived: 'revived',
  unsent: 'unsent',
} as const;
/**
 * From a row's last write on. An event lies on its queue for 14 days at most, and so does the dead letter that the last
 * write follows; a sweep recalls what is a week old at most. Nothing asks for a row later.
 */
export const FORWARD_SECONDS = 15 * DAY_SECONDS;

/**
 * Up to which index of a channel all is known to be forwarded, and on which page of its list that ends. Kept like the
 * forwards' rows.
 */
export const forwardCursorKey = (channel: ChannelSid): Key => ({ pk: pairId('flex', channel), sk: 'forward-cursor' });
export const FORWARD_CURSOR = ['upTo', 'place'] as const;

/** The end of a channel, until the customer's session has ended with it; on the list until then. */
export const channelEndKey = (channel: ChannelSid): Key => ({ pk: pairId('flex', channel), sk: 'channel-end' });
export const CHANNEL_END = ['since', 'acceptedAt', 'forwardedAt', 'noProxy', 'composed'] as const;
/** Longer than it is watched. */
export const CHANNEL_END_SECONDS = 2 * DAY_SECONDS;

/** An accept or a notice that could not be done yet, below its pair; on the list until it has ended. */
export const backlogKey = (pair: PairId, id: string): Key => ({ pk: pair, sk: `backlog#${id}` });
export const BACKLOG = ['channel', 'work'] as const;
/** After a week neither the agent nor the message is waited for any more. */
export const BACKLOG_SECONDS = 7 * DAY_SECONDS;

/**
 * On the list `active` or `quiet`: through it the sweep finds the pair. Written when that changes; off it, kept as long
 * as its pair.
 */
export const registryKey = (pair: PairId): Key => ({ pk: pair, sk: 'registry' });

/** How a job of an operator ended. */
export const ticketKey = (ticket: string): Key => ({ pk: `ticket#${ticket}`, sk: 'ticket' });
export const TICKET = ['end', 'reason', 'repaired', 'copies', 'unsureUntil'] as const;
/** Longer than any command waits. */
export const TICKET_SECONDS = DAY_SECONDS;

/** Until when no other sweep runs, and where the next one goes on in each list. */
export const SWEEP_LEASE: Key = { pk: 'sweep', sk: 'lease' };
export const SWEEP_LEASE_ATTRIBUTES = ['until', 'active', 'quiet', 'waiting', 'marked', 'links', 'backlog'] as const;

/**
 * When TaskRouter is asked again about a task that led to no link. Written anew at least once a day while the task is
 * open.
 */
export const askedKey = (task: string): Key => ({ pk: `accept#${task}`, sk: 'asked' });
export const ASKED = ['reservation', 'updatedAt', 'until'] as const;
export const ASKED_SECONDS = 30 * DAY_SECONDS;

/** Until when an agent who is away is not told again that somebody waits. */
export const notifiedKey = (worker: WorkerSid): Key => ({ pk: `worker#${worker}`, sk: 'notified' });
export const NOTIFIED = ['until'] as const;
/** Longer than any NOTIFICATION_TIMEOUT_MINUTES. */
export const NOTIFIED_SECONDS = 2 * DAY_SECONDS;
/**
 * What a worker's two sides last agreed on of his presence, under the worker of Flex: which activities, who said so and
 * when, what of it is still to be done, until when the run that does it has it for itself, and when the bridge last
 * wrote which activity where. Each change writes it anew; what is forgotten costs no more than a look at both sides.
 */
export const presenceKey = (worker: WorkerSid): Key => ({ pk: `worker#${worker}`, sk: 'presence' });
export const PRESENCE = [
  'flex',
  'frontline',
  'at',
  'by',
  'seen',
  'fence',
  'until',
  'todoFlex',
  'todoFrontline',
  'todoUser',
  'formerFlex',
  'formerFrontline',
  'wroteFlex',
  'wroteFrontline',
] as const;
export const PRESENCE_SECONDS = 180 * DAY_SECONDS;
/** The conversation in which the bridge speaks with an agent, under his worker in Flex. Kept for good. */
export const systemKey = (worker: WorkerSid): Key => ({ pk: `worker#${worker}`, sk: 'system' });
export const SYSTEM = ['conversation', 'generation', 'identity', 'joined'] as const;

/** What is offered to an agent, and which of his answers are dealt with. On the list until all has ended. */
export const offersKey = (worker: WorkerSid): Key => ({ pk: `worker#${worker}`, sk: 'offers' });
export const OFFERS = ['version', 'offers', 'conversation', 'readUpTo', 'answered'] as const;
/** Who forgets it knows again what is open from TaskRouter, and answers nothing twice that was written before. */
export const OFFERS_SECONDS = 180 * DAY_SECONDS;

/** What was told there, or is about to be; its key names what it tells. No text stands here. */
export const systemNoticeKey = (worker: WorkerSid, key: string): Key => ({ pk: `worker#${worker}`, sk: `told#${key}` });
export const SYSTEM_NOTICE = [
  'conversation',
  'createdAt',
  'digest',
  'fence',
  'notAfter',
  'settlesAt',
  'message',
  'index',
] as const;
/** An event lies on its queue for 14 days at most: who asks later asks of something else. */
export const SYSTEM_NOTICE_SECONDS = 15 * DAY_SECONDS;

/** How far a start has come: of each, nothing until then. */
export const START_MADE = [
  'channel',
  'made',
  'channelSettlesAt',
  'session',
  'task',
  'taskSettlesAt',
  'reservation',
  'swappedAt',
  'waiting',
  'givesUp',
] as const;

/**
 * What the bridge knows of a conversation that had no pair when it was looked at: why it is left alone, or how far the
 * Flex side of a chat is made that its agent has begun. On the list until the pair stands, or it is given up.
 */
export const startKey = (conversation: ConversationSid): Key => ({
  pk: pairId('frontline', conversation),
  sk: 'start',
});
export const START = [
  'ended',
  'fence',
  'agent',
  'worker',
  'workerIdentity',
  'messenger',
  'phone',
  'customer',
  ...START_MADE,
] as const;
/** Who asks later finds it again as it is. */
export const START_SECONDS = 30 * DAY_SECONDS;

/**
 * In which chat a customer is whom an agent has called, under the name that the bridge gives to his number: the number
 * itself stands nowhere. Written before his phone leaves the conversation.
 */
export const calledKey = (name: string): Key => ({ pk: `called#${name}`, sk: 'called' });
export const CALLED = ['pair', 'conversation', 'at'] as const;
/** Half a year after the start: then his answers to that number stay where they are. */
export const CALLED_SECONDS = LEDGER_SECONDS;

/**
 * A stray conversation: the chat that it joins, how far it has, and what is about to be written. Its rows in the ledger
 * are those of a lane to Flex below it. On the list while the chat is open.
 */
export const strayKey = (conversation: ConversationSid): Key => ({
  pk: pairId('frontline', conversation),
  sk: 'stray',
});
export const STRAY = ['ended', 'pair', 'called', 'upTo', 'saidAt', 'fence', 'intent'] as const;
/** From its last write on, as long as its rows. */
export const STRAY_SECONDS = LEDGER_SECONDS;

/** Until when nobody else makes the flow by which channels are made: nothing else keeps two from being made. */
export const FLOW_LEASE: Key = { pk: 'flow', sk: 'being-made' };
export const FLOW_LEASE_ATTRIBUTES = ['until'] as const;

/** When this deployment was first started, milliseconds since 1970. */
export const FIRST_START: Key = { pk: 'deployment', sk: 'first-start' };
export const FIRST_START_ATTRIBUTES = ['at'] as const;

/** In which mode each direction is, and since when, milliseconds since 1970. Kept for good. */
export const MODES_KEY: Key = { pk: 'deployment', sk: 'modes' };
export const MODES_ATTRIBUTES = ['toFrontline', 'toFrontlineSince', 'toFlex', 'toFlexSince'] as const;

/** The key of the stamps, where the secrets give none: on one machine, made at the first start. */
export const STAMP_KEY: Key = { pk: 'deployment', sk: 'stamp-key' };
export const STAMP_KEY_ATTRIBUTES = ['value'] as const;

/** Every kind of item by the form of its `sk`, with the attributes that it may have besides those of {@link TABLE}. */
export const ITEMS: readonly { readonly of: string; readonly sk: RegExp; readonly attributes: readonly string[] }[] = [
  {
    of: 'a pair, or an alias',
    sk: /^pair$/,
    attributes: [
      ...PAIR,
      ...Object.values(laneAttributes('toFrontline')),
      ...Object.values(laneAttributes('toFlex')),
      ...ALIAS,
      NONCE,
    ],
  },
  { of: 'a row of the ledger', sk: /^m#(fl|fx)\d*#/, attributes: Object.values(LEDGER) },
  { of: 'a row of the forwarder', sk: /^f#/, attributes: Object.values(FORWARD) },
  { of: "the forwarder's cursor", sk: /^forward-cursor$/, attributes: [...FORWARD_CURSOR, NONCE] },
  { of: 'the end of a channel', sk: /^channel-end$/, attributes: [...CHANNEL_END, NONCE] },
  { of: 'the backlog', sk: /^backlog#/, attributes: [...BACKLOG, NONCE] },
  { of: 'the registry', sk: /^registry$/, attributes: [NONCE] },
  { of: 'a ticket', sk: /^ticket$/, attributes: [...TICKET, NONCE] },
  { of: "the sweep's lease", sk: /^lease$/, attributes: [...SWEEP_LEASE_ATTRIBUTES, NONCE] },
  { of: 'a task that was asked about', sk: /^asked$/, attributes: [...ASKED, NONCE] },
  { of: 'an agent who was told that somebody waits', sk: /^notified$/, attributes: [...NOTIFIED, NONCE] },
  { of: "a worker's presence", sk: /^presence$/, attributes: [...PRESENCE, NONCE] },
  { of: "an agent's System conversation", sk: /^system$/, attributes: [...SYSTEM, NONCE] },
  { of: 'what is offered to an agent', sk: /^offers$/, attributes: [...OFFERS, NONCE] },
  { of: 'a notice to an agent', sk: /^told#/, attributes: [...SYSTEM_NOTICE, NONCE] },
  { of: 'a conversation that an agent has begun', sk: /^start$/, attributes: [...START, NONCE] },
  { of: 'a customer whom an agent has called', sk: /^called$/, attributes: [...CALLED, NONCE] },
  { of: 'a stray conversation', sk: /^stray$/, attributes: [...STRAY, NONCE] },
  { of: "the lease on the flow's making", sk: /^being-made$/, attributes: [...FLOW_LEASE_ATTRIBUTES, NONCE] },
  { of: 'the first start', sk: /^first-start$/, attributes: [...FIRST_START_ATTRIBUTES, NONCE] },
  { of: 'the modes', sk: /^modes$/, attributes: [...MODES_ATTRIBUTES, NONCE] },
  { of: 'the stamp key', sk: /^stamp-key$/, attributes: [...STAMP_KEY_ATTRIBUTES, NONCE] },
];
