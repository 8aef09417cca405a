/**
 * Messages that were never forwarded because their own webhook was lost. The sweep has read a channel's newest messages
 * anyway; a cursor per channel (items.ts) says up to which index all is accounted for, so that a channel in
 * which nothing was said for a week costs no read, one in which nothing is new one, and a new message one more. Where
 * more was said since the cursor than the newest page shows, the rest is read a few pages a run (place.ts).
 */

import { claimedStamp } from '../copies/stamp.ts';
import type { BridgeDeps } from '../deps.ts';
import { encodeEnvelope } from '../jobs/envelope.ts';
import type { Message } from '../model/event.ts';
import { textField } from '../model/json.ts';
import type { ChannelSid } from '../model/sids.ts';
import { FORWARD_ALIVE_MS, FORWARD_RECALL_MS, FORWARD_RECENT_MS, GONE_AFTER_MS, TWILIO_PAGE } from '../model/times.ts';
import { knownFirstStart } from '../state/first-start.ts';
import { forwardKey } from '../state/items.ts';
import { composeMessageSent, messageKey } from './compose.ts';
import { byIndex, isUnbroken, readForwardPlace, readOlder, writePlace } from './place.ts';
import { dueBy, type EndedRow, type ForwardRow, type OpenRow, readForwardRow } from './row.ts';
import { finishForward, markQueued } from './rows.ts';

export type HolesDeps = Pick<BridgeDeps, 'store' | 'queues' | 'clock' | 'nonce' | 'journal'> & {
  readonly flex: Pick<BridgeDeps['flex'], 'service' | 'account' | 'container' | 'listMessages'>;
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
  /**
   * Whether a message is a copy of what the customer has already, though an app has replaced its stamp; undefined when
   * a later run must ask. Asked of each that would be put on the queue.
   */
  readonly isCarried?: (message: Message) => Promise<boolean | undefined>;
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
  const listed = byIndex(messages);
  const first = await recalledFrom(deps, channel);
  const isNeeded = (message: Message) => needed(message, channel, first);
  // On a page that is not the whole chat those that need none may hide others behind them.
  const isWorthALook = (message: Message) =>
    isNeeded(message) || ((listed[0]?.index ?? 0) > 0 && isSince(message, first));
  if (!listed.some((message) => isWorthALook(message) && !isRecent(message, now))) return 0;

  const { upTo: cursor, place } = await readForwardPlace(deps, channel.sid);
  const isWhole = reaches(listed, cursor, first);
  const older = isWhole ? undefined : await readOlder(deps, channel.sid, cursor, place, listed);
  const holes: Hole[] = [];
  const look = async (from: number, some: readonly Message[]): Promise<Found> => {
    const rows = await rowsOf(deps, channel, some, isNeeded, now);
    const found = findHoles(from, some, rows, isNeeded, now);
    holes.push(...found.holes);
    return found;
  };
  if (older === undefined || older.reachesNewest) {
    const all = byIndex([...(older?.messages ?? []), ...listed]).filter(({ index }) => index > cursor);
    const { upTo } = await look(cursor, all);
    await writePlace(deps, channel.sid, upTo, older?.placeOf(upTo ?? cursor));
  } else {
    const { upTo, isMoving } = await look(cursor, older.messages);
    const done = Math.min(upTo ?? cursor, older.surelyUpTo);
    await writePlace(deps, channel.sid, done, older.placeOf(done));
    // What lies between is read by the next run; what its line waits for is not looked for twice.
    if (!isMoving) await look((listed[0]?.index ?? 0) - 1, listed);
  }
  if (holes.length === 0) return 0;
  const goesOut = await hasProxy(deps, channel.sid);
  let queued = 0;
  for (const hole of holes) {
    const { message } = hole;
    const needsNone = !goesOut || (channel.isCarried !== undefined && (await channel.isCarried(message)));
    // Those behind it must not overtake it.
    if (needsNone === undefined) break;
    if (!needsNone) {
      await queue(deps, channel, hole);
      queued += 1;
    } else await finishForward(deps, forwardKey(channel.sid, messageKey(message.sid)), 'skipped');
  }
  return queued;
};

/** A row costs a read: of what needs none, or is too young to be missed, it is not asked for. */
const rowsOf = (
  deps: HolesDeps,
  { sid }: HolesChannel,
  messages: readonly Message[],
  isNeeded: (message: Message) => boolean,
  now: number,
): Promise<readonly (ForwardRow | undefined)[]> =>
  Promise.all(
    messages.map(async (message) =>
      isNeeded(message) && !isRecent(message, now)
        ? readForwardRow(deps, forwardKey(sid, messageKey(message.sid)))
        : undefined,
    ),
  );

/** Milliseconds since 1970: what was said before is not looked for. */
export const recalledFrom = async (
  { store, clock }: Pick<HolesDeps, 'store' | 'clock'>,
  { since }: HolesChannel,
): Promise<number> => Math.max(clock.now() - FORWARD_RECALL_MS, (await knownFirstStart(store)) ?? since);

const isSince = ({ createdAt }: Message, first: number): boolean => Date.parse(createdAt) >= first;

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
  isSince(message, first) && isNeededBy(message, customer);

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

/**
 * `upTo`: the last index up to which all is accounted for; undefined: not even the first. `isMoving`: what follows
 * waits behind one that is being tried.
 */
type Found = { readonly holes: readonly Hole[]; readonly upTo: number | undefined; readonly isMoving: boolean };

const findHoles = (
  cursor: number,
  messages: readonly Message[],
  rows: readonly (ForwardRow | undefined)[],
  isNeeded: (message: Message) => boolean,
  now: number,
): Found => {
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
    if (standing === 'moving') return { holes, upTo, isMoving: true };
    if (standing === 'hole' && !hasEnded(row)) holes.push({ message, row });
  }
  return { holes, upTo, isMoving: false };
};

const isAlive = (row: OpenRow, now: number): boolean => dueBy(row) > now - FORWARD_ALIVE_MS;

/**
 * Nothing between the cursor and the newest listed message went unseen, or what did is too old to matter. A message
 * missing in between may be a back-dated one, which a list by date has on an earlier page.
 * @param listed the newest page, by index.
 */
export const reaches = (listed: readonly Message[], cursor: number, first: number): boolean => {
  if (listed.length === 0) return false;
  const isAll = listed.length < TWILIO_PAGE;
  return isAll || isUnbroken(listed, cursor) || listed.some(({ createdAt }) => Date.parse(createdAt) < first);
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
