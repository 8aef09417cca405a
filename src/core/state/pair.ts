/**
 * A pair: one chat on two accounts, with its two lanes. Its item lies under the container the chat began in, an
 * immutable *alias* under the other one. This file reads the items; lane/ and pair-writes.ts change them.
 */

import { TABLE } from '../../contract.ts';
import type { Lane, Side } from '../model/event.ts';
import type { Item, Value } from '../ports/change.ts';
import type { Store } from '../ports/store.ts';
import { laneAttributes, type PairId, pairKey } from './items.ts';

/** What is about to be written: at most one per lane. */
export type Intent = {
  /** SID and index of the source message. */
  readonly sid: string;
  readonly index: number;
  /** The source message's own time, ISO-8601. */
  readonly createdAt: string;
  /** The source message's author, as its side spells him. */
  readonly author: string;
  /** Of the text to write. */
  readonly digest: string;
  /** Milliseconds: after this moment its owner sends nothing any more. */
  readonly notAfter: number;
  /** The destination's last accounted index when it was claimed: the copy can only stand above it. */
  readonly tail: number;
  /** A second copy of nothing: it fills a hole behind the cursor. */
  readonly late: boolean;
};

export type LaneState = {
  /** Every source index up to here is done, the bridge's own, or a hole. */
  readonly cursor: number;
  /** Only grows: who holds the latest value is the lane's writer. */
  readonly fence: number;
  /** Of the last write to this lane, whoever made it: what has not changed since has the same. */
  readonly nonce: string | undefined;
  readonly intent: Intent | undefined;
  /** Dirty up to this source index; undefined when clean. `since` in milliseconds. */
  readonly dirty: { readonly upTo: number; readonly since: number } | undefined;
  /** The bridge's own messages above the cursor. */
  readonly ownIndices: readonly number[];
  /** Index -> milliseconds when the list that first missed it was asked for. */
  readonly holes: ReadonlyMap<number, number>;
  /** Source SIDs of edits and removals that could not be applied -> milliseconds when that was noted. */
  readonly stale: ReadonlyMap<string, number>;
  /** Where the lane's speed was last measured: who writes faster than people can is held. */
  readonly pace: { readonly index: number; readonly since: number } | undefined;
  /** How often, since when in milliseconds, the last message that Twilio would not take was tried. */
  readonly tried: { readonly sid: string; readonly times: number; readonly since: number } | undefined;
  /** Where a long first copy goes on: a page of the source's list, oldest first. */
  readonly place: string | undefined;
};

export type PairState = 'linking' | 'open' | 'ending' | 'closed';

export type Pair = {
  readonly id: PairId;
  readonly state: PairState;
  readonly generation: number;
  readonly flex: string | undefined;
  readonly frontline: string | undefined;
  /** The customer's identity, the same on both sides. */
  readonly customer: string | undefined;
  readonly task: string | undefined;
  readonly workspace: string | undefined;
  readonly reservation: string | undefined;
  readonly worker: string | undefined;
  /** The agent's identity as Flex spells it. */
  readonly workerIdentity: string | undefined;
  /** Both the customer and the agent stand on both sides, and the history was copied. */
  readonly linked: boolean;
  /** Linked, but Twilio would not let somebody in: an operator may try that again. */
  readonly hasRefusedParticipant: boolean;
  readonly due: boolean;
  /** Nothing was said for a day. */
  readonly quiet: boolean;
  /** Milliseconds: when the pair began. */
  readonly begunAt: number;
  /** Milliseconds: until then nothing crosses, for the pair wrote faster than people can. */
  readonly heldUntil: number | undefined;
  readonly lanes: { readonly [lane in Lane]: LaneState };
};

export const source = (lane: Lane): Side => (lane === 'toFrontline' ? 'flex' : 'frontline');
export const destination = (lane: Lane): Side => (lane === 'toFrontline' ? 'frontline' : 'flex');
export const otherLane = (lane: Lane): Lane => (lane === 'toFrontline' ? 'toFlex' : 'toFrontline');

/** The lane that carries away what is said on a side. */
export const laneFrom = (side: Side): Lane => (side === 'flex' ? 'toFrontline' : 'toFlex');

const text = (value: Value | undefined): string | undefined => (typeof value === 'string' ? value : undefined);
const number = (value: Value | undefined, otherwise = 0): number => (typeof value === 'number' ? value : otherwise);

const entries = (value: Value | undefined): readonly [string, number][] =>
  typeof value === 'object' && !Array.isArray(value) ? Object.entries(value as Record<string, number>) : [];

const readLane = (item: Item, lane: Lane): LaneState => {
  const a = laneAttributes(lane);
  const sid = text(item[a.intentSid]);
  const triedSid = text(item[a.triedSid]);
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
            notAfter: number(item[a.intentNotAfter]),
            tail: number(item[a.intentTail], -1),
            late: item[a.intentLate] !== undefined,
          },
    dirty: typeof dirty === 'number' ? { upTo: dirty, since: number(item[a.dirtySince]) } : undefined,
    ownIndices: Array.isArray(own) ? own : [],
    holes: new Map(entries(holes).map(([index, found]) => [Number(index), found])),
    stale: new Map(entries(item[a.staleEdits])),
    pace:
      item[a.paceIndex] === undefined
        ? undefined
        : { index: number(item[a.paceIndex]), since: number(item[a.paceSince]) },
    tried:
      triedSid === undefined
        ? undefined
        : { sid: triedSid, times: number(item[a.triedTimes]), since: number(item[a.triedSince]) },
    place: text(item[a.place]),
  };
};

/** undefined when the item is no pair (an alias, or nothing). */
export const readPair = (item: Item | undefined): Pair | undefined => {
  if (item === undefined || item.state === undefined) return undefined;
  return {
    id: item.pk as PairId,
    state: item.state as PairState,
    generation: number(item.generation, 1),
    flex: text(item.flex),
    frontline: text(item.frontline),
    customer: text(item.customer),
    task: text(item.task),
    workspace: text(item.workspace),
    reservation: text(item.reservation),
    worker: text(item.worker),
    workerIdentity: text(item.workerIdentity),
    linked: item.linked !== undefined,
    hasRefusedParticipant: item.refusedParticipant !== undefined,
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

/** Linked, with everybody in it. */
export const isFullyLinked = ({ linked, hasRefusedParticipant }: Pair): boolean => linked && !hasRefusedParticipant;

/** The container on one side of a pair. */
export const containerOf = (pair: Pair, side: Side): string | undefined => pair[side];
