/**
 * A pair: one chat on two accounts, with its two lanes. Its item lies under the container the chat began in, an
 * immutable *alias* under the other one. This file reads the items; lane/ and pair-writes.ts change them.
 */

import { TABLE } from '../../contract.ts';
import type { Lane, Side } from '../model/event.ts';
import type {
  ChannelSid,
  ContainerSid,
  ConversationSid,
  MessageSid,
  ReservationSid,
  SourceSid,
  TaskSid,
  WorkerSid,
  WorkspaceSid,
} from '../model/sids.ts';
import type { Item, Value } from '../ports/change.ts';
import type { Store } from '../ports/store.ts';
import { type Handover, readHandover } from './handover.ts';
import { laneAttributes, type PairId, pairKey } from './items.ts';

/** What is about to be written: at most one per lane. */
export type Intent = {
  /** SID and index of the source message. */
  readonly sid: SourceSid;
  readonly index: number;
  /** The source message's own time, ISO-8601. */
  readonly createdAt: string;
  /** The source message's author, as its side spells him. */
  readonly author: string;
  /** Of the text to write. */
  readonly digest: string;
  /** Of that text as Twilio may write it; undefined where that is the same. */
  readonly canonical?: string | undefined;
  /** Milliseconds: after this moment its owner sends nothing any more. Whoever comes by may look for the copy. */
  readonly notAfter: number;
  /** Milliseconds: a look that begins after this moment and does not see the copy proves that there is none. */
  readonly settlesAt: number;
  /** The destination's last accounted index when it was claimed: the copy can only stand above it. */
  readonly tail: number;
  /** The message lies behind the cursor: it fills a hole, or is put back. Its copy is marked late. */
  readonly late: boolean;
};

export type LaneState = {
  /** Every source index up to here is done, the bridge's own, or a hole. */
  readonly cursor: number;
  /** Only grows: the run that holds the latest value is the lane's writer. */
  readonly fence: number;
  /** Of the last write to this lane, by any run: while it is the same, nothing has changed. */
  readonly nonce: string | undefined;
  readonly intent: Intent | undefined;
  /** Dirty up to this source index; undefined when clean. `since` in milliseconds. */
  readonly dirty: { readonly upTo: number; readonly since: number } | undefined;
  /** The bridge's own messages above the cursor. */
  readonly ownIndices: readonly number[];
  /** Index -> milliseconds when the list that first missed it was asked for. */
  readonly holes: ReadonlyMap<number, number>;
  /** Source SIDs of edits and removals that could not be applied -> milliseconds when that was noted. */
  readonly stale: ReadonlyMap<MessageSid, number>;
  /** Where the lane's speed was last measured: a pair that writes faster than people can is held. */
  readonly pace: { readonly index: number; readonly since: number } | undefined;
  /** How often, since when in milliseconds, the last message that Twilio would not take was tried. */
  readonly tried: { readonly sid: SourceSid; readonly times: number; readonly since: number } | undefined;
  /** Where a long first copy goes on: a page of the source's list, oldest first. */
  readonly place: string | undefined;
  /**
   * Source indices up to here belong to an earlier generation of the pair: nothing there is compared, copied or
   * changed. -1: none.
   */
  readonly floor: number;
  /**
   * The same of the destination: the lane's copies up to this index are of an earlier generation's messages. Higher
   * than the other lane's floor where that lane had stopped at a message, and copies came to stand behind it.
   */
  readonly copiesFloor: number;
  /** The chat is ending, and all that was said before it on this lane's source has crossed. */
  readonly drained: boolean;
};

/** Legal: linking -> open -> ending -> closed; and open, ending or closed -> linking, of the next generation. */
export type PairState = 'linking' | 'open' | 'ending' | 'closed';

/**
 * The side on which a chat has ended, and whose end is carried over; or `timer`: only its conversation was closed, and
 * the chat goes on in the next one.
 */
export type EndedBy = Side | 'timer';

/** An agent who serves a chat: his identity as Flex spells it, and the reservation by which he does. */
export type Serving = {
  readonly identity: string;
  readonly reservation: ReservationSid;
  readonly task: TaskSid;
  readonly worker: WorkerSid;
};

export type Pair = {
  readonly id: PairId;
  readonly state: PairState;
  readonly generation: number;
  readonly flex: ChannelSid | undefined;
  readonly frontline: ConversationSid | undefined;
  /** The customer's identity, the same on both sides. */
  readonly customer: string | undefined;
  readonly task: TaskSid | undefined;
  readonly workspace: WorkspaceSid | undefined;
  readonly reservation: ReservationSid | undefined;
  readonly worker: WorkerSid | undefined;
  /** The agent's identity as Flex spells it. */
  readonly workerIdentity: string | undefined;
  /** Of agents who serve the chat or did, where their names alone would not tell that they are agents. */
  readonly formerAgents: readonly string[];
  /** The agents who serve the chat, as both sides last agreed. */
  readonly agents: readonly Serving[];
  /** Agents who serve the chat no more, and whose tasks and memberships in Flex are not all ended yet. */
  readonly leaving: readonly Serving[];
  /** Agents who serve the chat no more -> milliseconds when that was agreed. */
  readonly wentAt: ReadonlyMap<string, number>;
  /** Agents who came in beside another -> milliseconds when they stood on both sides. */
  readonly cameAt: ReadonlyMap<string, number>;
  /** In Frontline an agent has come in who does not serve it in Flex yet. */
  readonly handover: Handover | undefined;
  /** The conversation in which an agent began the chat, and which is its first counterpart. */
  readonly startedIn: ConversationSid | undefined;
  /**
   * Milliseconds: what was said in the conversation before this may have been carried to the customer's phone by
   * Conversations itself. undefined: nothing was.
   */
  readonly carriedBefore: number | undefined;
  /** Milliseconds since 1970, by Twilio's clock: the latest accept that was linked, or is to be. */
  readonly acceptedAt: number | undefined;
  /** Why the pair is ending, or is closed. */
  readonly endedBy: EndedBy | undefined;
  /** Only grows: the run of the pair's own job that holds the latest value may change what both sides agreed on. */
  readonly agreeFence: number;
  /** Milliseconds: since then the two sides differ, and what would change that is waited for. */
  readonly disagreesSince: number | undefined;
  /** Both the customer and the agent stand on both sides, and the history was copied. */
  readonly linked: boolean;
  /** Linked, but Twilio kept a participant out: an operator may try that again. */
  readonly hasRefusedParticipant: boolean;
  /** Not linked, and parked: an operator may try that again. Another accept is linked all the same. */
  readonly hasParkedLink: boolean;
  readonly due: boolean;
  /** Nothing was said for a day. */
  readonly quiet: boolean;
  /** Milliseconds: when the pair began. */
  readonly begunAt: number;
  /** Milliseconds: until then nothing crosses, for the pair wrote faster than people can. */
  readonly heldUntil: number | undefined;
  readonly lanes: { readonly [lane in Lane]: LaneState };
};

/** A pair that has both its containers, as every open one has. */
export type LinkedPair = Pair & { readonly flex: ChannelSid; readonly frontline: ConversationSid };

export const hasBothContainers = (pair: Pair): pair is LinkedPair =>
  pair.flex !== undefined && pair.frontline !== undefined;

/** The pair when something can cross between its containers; else why an event or a job about it is skipped. */
export const linkedOr = (pair: Pair | undefined): LinkedPair | 'not_linked' | 'closed' => {
  if (pair === undefined || pair.state === 'linking' || !hasBothContainers(pair)) return 'not_linked';
  return pair.state === 'closed' ? 'closed' : pair;
};

const text = (value: Value | undefined): string | undefined => (typeof value === 'string' ? value : undefined);
const number = (value: Value | undefined, otherwise = 0): number => (typeof value === 'number' ? value : otherwise);

const entries = (value: Value | undefined): readonly [string, number][] =>
  typeof value === 'object' && !Array.isArray(value) ? Object.entries(value as Record<string, number>) : [];

const readLane = (item: Item, lane: Lane): LaneState => {
  const a = laneAttributes(lane);
  const sid = text(item[a.intentSid]) as SourceSid | undefined;
  const triedSid = text(item[a.triedSid]) as SourceSid | undefined;
  const dirty = item[a.dirtyUpTo];
  const holes = item[a.holes];
  const own = item[a.ownIndices];
  return {
    cursor: number(item[a.cursor], -1),
    fence: number(item[a.fence]),
    nonce: text(item[a.nonce]),
    intent:
      sid === undefined
        ? undefined
        : {
            sid,
            index: number(item[a.intentIndex]),
            createdAt: text(item[a.intentCreatedAt]) ?? '',
            author: text(item[a.intentAuthor]) ?? '',
            digest: text(item[a.intentDigest]) ?? '',
            canonical: text(item[a.intentCanonical]),
            notAfter: number(item[a.intentNotAfter]),
            settlesAt: number(item[a.intentSettlesAt]),
            tail: number(item[a.intentTail], -1),
            late: item[a.intentLate] !== undefined,
          },
    dirty: typeof dirty === 'number' ? { upTo: dirty, since: number(item[a.dirtySince]) } : undefined,
    ownIndices: Array.isArray(own) ? own : [],
    holes: new Map(entries(holes).map(([index, found]) => [Number(index), found])),
    stale: new Map(entries(item[a.staleEdits]) as [MessageSid, number][]),
    pace:
      item[a.paceIndex] === undefined
        ? undefined
        : { index: number(item[a.paceIndex]), since: number(item[a.paceSince]) },
    tried:
      triedSid === undefined
        ? undefined
        : { sid: triedSid, times: number(item[a.triedTimes]), since: number(item[a.triedSince]) },
    place: text(item[a.place]),
    floor: number(item[a.floor], -1),
    copiesFloor: number(item[a.copiesFloor], -1),
    drained: item[a.drained] !== undefined,
  };
};

/** A line each; an identity as Flex spells it has no space. */
const readServing = (lines: string | undefined): readonly Serving[] =>
  (lines ?? '')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [reservation = '', task = '', worker = '', ...identity] = line.split(' ');
      return { reservation, task, worker, identity: identity.join(' ') } as Serving;
    });

export const writeServing = (agents: readonly Serving[]): string =>
  agents.map(({ reservation, task, worker, identity }) => [reservation, task, worker, identity].join(' ')).join('\n');

/** undefined when the item is no pair (an alias, or nothing). */
export const readPair = (item: Item | undefined): Pair | undefined => {
  if (item === undefined || item.state === undefined) return undefined;
  return {
    id: item.pk as PairId,
    state: item.state as PairState,
    generation: number(item.generation, 1),
    flex: text(item.flex) as ChannelSid | undefined,
    frontline: text(item.frontline) as ConversationSid | undefined,
    customer: text(item.customer),
    task: text(item.task) as TaskSid | undefined,
    workspace: text(item.workspace) as WorkspaceSid | undefined,
    reservation: text(item.reservation) as ReservationSid | undefined,
    worker: text(item.worker) as WorkerSid | undefined,
    workerIdentity: text(item.workerIdentity),
    formerAgents: text(item.formerAgents)?.split('\n') ?? [],
    agents: readServing(text(item.agents)),
    leaving: readServing(text(item.leaving)),
    wentAt: new Map(entries(item.wentAt)),
    cameAt: new Map(entries(item.cameAt)),
    handover: readHandover(text(item.handover)),
    startedIn: text(item.startedIn) as ConversationSid | undefined,
    carriedBefore: typeof item.carriedBefore === 'number' ? item.carriedBefore : undefined,
    acceptedAt: typeof item.acceptedAt === 'number' ? item.acceptedAt : undefined,
    endedBy: text(item.endedBy) as EndedBy | undefined,
    agreeFence: number(item.agreeFence),
    disagreesSince: typeof item.disagreesSince === 'number' ? item.disagreesSince : undefined,
    linked: item.linked !== undefined,
    hasRefusedParticipant: item.refusedParticipant !== undefined,
    hasParkedLink: item.parkedLink !== undefined,
    due: item[TABLE.list] !== undefined,
    quiet: item.quiet !== undefined,
    begunAt: number(item.begunAt),
    heldUntil: typeof item.heldUntil === 'number' ? item.heldUntil : undefined,
    lanes: { toFrontline: readLane(item, 'toFrontline'), toFlex: readLane(item, 'toFlex') },
  };
};

/** The pair that an alias names. */
export const aliasOf = (item: Item | undefined): PairId | undefined => text(item?.pair) as PairId | undefined;

/** @returns undefined when there is none under this id. */
export const loadPair = async (store: Pick<Store, 'get'>, id: PairId): Promise<Pair | undefined> =>
  readPair(await store.get(pairKey(id)));

/** Linked, with all participants in it. */
export const isFullyLinked = ({
  linked,
  hasRefusedParticipant,
}: Pick<Pair, 'linked' | 'hasRefusedParticipant'>): boolean => linked && !hasRefusedParticipant;

/** The container on one side of a pair. */
export const containerOf = (pair: Pair, side: Side): ContainerSid | undefined => pair[side];
