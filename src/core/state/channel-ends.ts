/**
 * The end of a channel, until Flex's own webhook has heard of it and the customer's Proxy session has ended: one item a
 * channel, on a list in the order in which it is looked at next.
 */
import { TABLE } from '../../contract.ts';
import type { ChannelSid } from '../model/sids.ts';
import { END_FIRST_LOOK_MS, END_SAID_BEFORE_MS } from '../model/times.ts';
import type { Item } from '../ports/change.ts';
import type { Clock, Nonce } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import {
  CHANNEL_END_SECONDS,
  channelEndKey,
  containerOfPair,
  keptFor,
  NONCE,
  OFF_LIST,
  onList,
  type PairId,
} from './items.ts';

export type ChannelEndDeps = {
  readonly store: Store;
  readonly clock: Pick<Clock, 'now'>;
  readonly nonce: Nonce;
};

/** Times in milliseconds since 1970. */
export type ChannelEnd = {
  readonly channel: ChannelSid;
  /** When the bridge ended the chat. */
  readonly since: number;
  /** When the end had gone on to Flex's own webhook, or was given up; undefined when none of this chat's has. */
  readonly forwardedAt: number | undefined;
  /** It has gone on, and the channel has no session: a web chat. */
  readonly hasNoProxy: boolean;
  /** Its webhook was lost, and it was put into the forwarder's line. */
  readonly isComposed: boolean;
};

/** So that text order is time order. */
const orderOf = (at: number, channel: string): string => `${String(Math.ceil(at)).padStart(15, '0')}#${channel}`;

/**
 * The chat ends, and its channel with it. May be said again.
 * @param acceptedAt milliseconds since 1970: what was heard before was the end of an earlier chat in the same channel;
 *   undefined when there was none
 */
export const watchChannelEnd = async (
  deps: ChannelEndDeps,
  channel: ChannelSid,
  acceptedAt: number | undefined,
): Promise<void> => {
  const now = deps.clock.now();
  await deps.store.write(channelEndKey(channel), {
    when: [],
    set: {
      since: now,
      ...(acceptedAt === undefined ? {} : { acceptedAt }),
      ...onList('ends', orderOf(now + END_FIRST_LOOK_MS, channel)),
      ...keptFor(CHANNEL_END_SECONDS, deps.clock),
    },
    remove: ['composed'],
    nonce: [NONCE, deps.nonce()],
  });
};

/** The forwarder has dealt with an event that says so, whatever came of it. */
export const noteEndForwarded = async (
  deps: ChannelEndDeps,
  channel: ChannelSid,
  hasNoProxy: boolean,
): Promise<void> => {
  await deps.store.write(channelEndKey(channel), {
    when: [],
    set: {
      forwardedAt: deps.clock.now(),
      ...(hasNoProxy ? { noProxy: 1 } : {}),
      ...keptFor(CHANNEL_END_SECONDS, deps.clock),
    },
    remove: hasNoProxy ? [] : ['noProxy'],
    nonce: [NONCE, deps.nonce()],
  });
};

const readEnd = (item: Item): ChannelEnd => {
  const since = Number(item.since);
  const forwardedAt = typeof item.forwardedAt === 'number' ? item.forwardedAt : Number.NEGATIVE_INFINITY;
  const acceptedAt = typeof item.acceptedAt === 'number' ? item.acceptedAt : Number.NEGATIVE_INFINITY;
  const isOfThisChat = forwardedAt >= Math.max(acceptedAt, since - END_SAID_BEFORE_MS);
  return {
    channel: containerOfPair(item[TABLE.pk] as PairId) as ChannelSid,
    since,
    forwardedAt: isOfThisChat ? forwardedAt : undefined,
    hasNoProxy: isOfThisChat && item.noProxy !== undefined,
    isComposed: item.composed !== undefined,
  };
};

/** Those whose turn has come, the longest overdue first. @param most how many */
export const channelEndsToLookAt = async (
  deps: Pick<ChannelEndDeps, 'store' | 'clock'>,
  most: number,
): Promise<readonly ChannelEnd[]> => {
  const { items } = await deps.store.list('ends', { limit: most });
  const now = orderOf(deps.clock.now(), '~');
  return items.filter((item) => String(item[TABLE.listOrder]) < now).map(readEnd);
};

/** It was looked at. @param next when it is looked at again; undefined: nothing is left to do. */
export const rescheduleChannelEnd = async (
  deps: ChannelEndDeps,
  { channel, since }: ChannelEnd,
  next: number | undefined,
  isComposed = false,
): Promise<void> => {
  await deps.store.write(channelEndKey(channel), {
    when: [['=', 'since', since]],
    set: {
      ...(next === undefined ? {} : onList('ends', orderOf(next, channel))),
      ...(isComposed ? { composed: 1 } : {}),
    },
    remove: next === undefined ? OFF_LIST : [],
    nonce: [NONCE, deps.nonce()],
  });
};
