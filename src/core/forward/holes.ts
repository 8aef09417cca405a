/**
 * Messages that were never forwarded because their own webhook was lost. The sweep has read a channel's newest messages
 * anyway; a cursor per channel (items.ts) says up to which index all is accounted for, so that a channel in
 * which nothing was said for a week costs no read, one in which nothing is new one, and a new message one more.
 */

import { claimedStamp } from '../copies/stamp.ts';
import type { BridgeDeps } from '../deps.ts';
import { encodeEnvelope } from '../jobs/envelope.ts';
import type { Message } from '../model/event.ts';
import { textField } from '../model/json.ts';
import type { ChannelSid } from '../model/sids.ts';
import { FORWARD_ALIVE_MS, FORWARD_RECALL_MS, FORWARD_RECENT_MS, GONE_AFTER_MS } from '../model/times.ts';
import { knownFirstStart } from '../state/first-start.ts';
import { FORWARD_SECONDS, forwardCursorKey, forwardKey, keptFor, NONCE } from '../state/items.ts';
import { composeMessageSent, messageKey } from './compose.ts';
import { dueBy, type EndedRow, type ForwardRow, type OpenRow, readForwardRow } from './row.ts';
import { finishForward, markQueued } from './rows.ts';

export type HolesDeps = Pick<BridgeDeps, 'store' | 'queues' | 'clock' | 'nonce' | 'journal'> & {
  readonly flex: Pick<BridgeDeps['flex'], 'service' | 'account' | 'container'>;
  readonly settings: Pick<BridgeDeps['settings'], 'leaseMs' | 'settleMs'>;
};

export type HolesChannel = {
  readonly sid: ChannelSid;
  /** The customer's identity: what he wrote needs no SMS. */
  readonly customer: string | undefined;
  /**
   * Milliseconds since 1970: when the pair began. What was said before is left alone, unless the deployment knows when
   * it was first started: an accept may wait for a day until its pair begins, and what is said meanwhile counts.
   */
  readonly since: number;
};

/**
 * Puts what was never forwarded at the end of the channel's line, oldest first: it may come late, but overtakes no
 * other. The forwarder looks up whether it was sent all the same. May be called at any time, by any number.
 * @param messages the newest of the channel, in any order, from a list asked for just now.
 * @returns how many were put there.
 */
export const forwardHoles = async (
  deps: HolesDeps,
  channel: HolesChannel,
  messages: readonly Message[],
): Promise<number> => {
  const now = deps.clock.now();
  const listed = [...messages].sort((a, b) => a.index - b.index);
  const first = Math.max(now - FORWARD_RECALL_MS, (await knownFirstStart(deps.store)) ?? channel.since);
  if (!listed.some((message) => needed(message, channel, first) && !isRecent(message, now))) return 0;

  const cursor = await readForwardCursor(deps, channel.sid);
  const unseen = listed.filter(({ index }) => index > cursor);
  const rows = await Promise.all(
    unseen.map(async (message) =>
      needed(message, channel, first) && !isRecent(message, now)
        ? readForwardRow(deps, forwardKey(channel.sid, messageKey(message.sid)))
        : undefined,
    ),
  );
  const { holes, upTo } = findHoles(cursor, unseen, rows, (message) => needed(message, channel, first), now);
  if (upTo !== undefined && reaches(listed, cursor, first)) await writeCursor(deps, channel.sid, upTo);
  if (holes.length === 0) return 0;
  if (await hasProxy(deps, channel.sid)) {
    for (const hole of holes) await queue(deps, channel, hole);
    return holes.length;
  }
  for (const { message } of holes)
    await finishForward(deps, forwardKey(channel.sid, messageKey(message.sid)), 'skipped');
  return 0;
};

const isRecent = (message: Message, now: number): boolean => Date.parse(message.createdAt) > now - FORWARD_RECENT_MS;

/**
 * Whether Flex's own webhook must hear of it. A silent copy is of what the customer has already; its stamp is believed
 * without proof, for an edit breaks the proof, and to forge one is to keep one's own message from the customer.
 */
export const isNeededBy = (message: Message, customer: string | undefined): boolean =>
  message.author !== customer &&
  message.media.length === 0 &&
  message.body !== '' &&
  claimedStamp(message.attributes)?.k !== 'silent';

const needed = (message: Message, { customer }: HolesChannel, first: number): boolean =>
  Date.parse(message.createdAt) >= first && isNeededBy(message, customer);

type Hole = { readonly message: Message; readonly row: OpenRow | undefined };

export const hasEnded = (row: ForwardRow | undefined): row is EndedRow =>
  row?.state === 'sent' || row?.state === 'skipped' || row?.state === 'parked';

/**
 * How a message stands with its forward. `accounted`: none is needed, or it has ended. `young`: its webhook may still
 * come. `waiting`: on the queue. `moving`: a delivery tries it, so what is behind it waits on the queue without a row.
 */
type Standing = 'accounted' | 'young' | 'waiting' | 'moving' | 'hole';

const standingOf = (message: Message, row: ForwardRow | undefined, isNeeded: boolean, now: number): Standing => {
  if (!isNeeded || hasEnded(row)) return 'accounted';
  if (isRecent(message, now)) return 'young';
  if (row === undefined || !isAlive(row, now)) return 'hole';
  return row.state === 'queued' ? 'waiting' : 'moving';
};

/** `upTo`: the last index up to which all is accounted for; undefined: not even the first. */
const findHoles = (
  cursor: number,
  messages: readonly Message[],
  rows: readonly (ForwardRow | undefined)[],
  isNeeded: (message: Message) => boolean,
  now: number,
): { readonly holes: readonly Hole[]; readonly upTo: number | undefined } => {
  const holes: Hole[] = [];
  let upTo: number | undefined;
  let whole = true;
  for (const [n, message] of messages.entries()) {
    const row = rows[n];
    // What is missing in between may only become visible later.
    const gap = message.index > (messages[n - 1]?.index ?? cursor) + 1;
    if (gap && Date.parse(message.createdAt) > now - GONE_AFTER_MS) whole = false;
    const standing = standingOf(message, row, isNeeded(message), now);
    if (standing !== 'accounted') whole = false;
    else if (whole) upTo = message.index;
    if (standing === 'moving') break;
    if (standing === 'hole' && !hasEnded(row)) holes.push({ message, row });
  }
  return { holes, upTo };
};

const isAlive = (row: OpenRow, now: number): boolean => dueBy(row) > now - FORWARD_ALIVE_MS;

/** Nothing between the cursor and the oldest listed message went unseen, or what did is too old to matter. */
const reaches = (listed: readonly Message[], cursor: number, first: number): boolean => {
  const oldest = listed[0];
  return (
    oldest !== undefined &&
    (oldest.index <= cursor + 1 || listed.some(({ createdAt }) => Date.parse(createdAt) < first))
  );
};

/** A web chat has no phone behind it. */
const hasProxy = async (deps: HolesDeps, channel: ChannelSid): Promise<boolean> => {
  const container = await deps.flex.container(channel);
  return textField(container?.attributes ?? '', 'proxySession') !== undefined;
};

/** The row before the queue: a death between them leaves a row that goes stale, and the next sweep comes again. */
const queue = async (deps: HolesDeps, { sid }: HolesChannel, { message, row }: Hole): Promise<void> => {
  const writtenAt = Date.parse(message.createdAt);
  const marked = await markQueued(deps, forwardKey(sid, messageKey(message.sid)), row, writtenAt);
  // A delivery began it in the meantime: it was no hole.
  if (!marked.ok) return;
  const forward = composeMessageSent(message, {
    account: deps.flex.account,
    service: deps.flex.service,
    channel: sid,
  });
  await deps.queues.send('default-webhook', {
    group: sid,
    dedupe: `composed:${message.sid}:${deps.nonce()}`,
    body: encodeEnvelope({ receivedAt: writtenAt, work: { kind: 'forward', forward } }),
  });
  deps.journal({
    step: 'queued',
    type: forward.eventType,
    lane: 'forward',
    reason: 'composed',
    sids: [message.sid, sid],
  });
};

export const readForwardCursor = async (deps: Pick<HolesDeps, 'store'>, channel: ChannelSid): Promise<number> => {
  const cursor = (await deps.store.get(forwardCursorKey(channel)))?.upTo;
  return typeof cursor === 'number' ? cursor : -1;
};

/** Only grows. */
const writeCursor = async (deps: HolesDeps, channel: ChannelSid, upTo: number): Promise<void> => {
  await deps.store.write(forwardCursorKey(channel), {
    when: [['any', [['lacks', 'upTo']], [['<', 'upTo', upTo]]]],
    set: { upTo, ...keptFor(FORWARD_SECONDS, deps.clock) },
    nonce: [NONCE, deps.nonce()],
  });
};
