/**
 * Compares a lane's two ends backwards: does what was copied stand there once, and does it say what its source says?
 * Pure: what it finds is a suspicion, which the ledger confirms or clears (decide-repair.ts).
 */
import { type CopiesAmong, copiesAmong, type Stamps, stampOn } from '../copies/find.ts';
import { second } from '../copies/fingerprint.ts';
import { isNotice } from '../copies/notice-text.ts';
import { isLate, textAcross } from '../copies/render.ts';
import { isAsTwilioWroteIt } from '../copies/says-so.ts';
import { claimedStamp } from '../copies/stamp.ts';
import type { Lane, Message } from '../model/event.ts';
import { otherLane } from '../model/event.ts';
import type { MessageSid, SourceSid } from '../model/sids.ts';
import { LISTED_TIME_MS } from '../model/times.ts';
import { type LaneLease, leaseOf } from '../state/lane/lease.ts';

/** `whole`: there is nothing before what was listed. */
export type End = { readonly messages: readonly Message[]; readonly whole: boolean };

export type Finding =
  /**
   * Several messages carry a proven stamp of one source, or of one notice; or one does, and another that reads the same
   * none.
   */
  | { readonly kind: 'duplicated'; readonly origin: SourceSid; readonly copies: readonly Message[] }
  /** A copy says something else than its source, in text or kind. */
  | { readonly kind: 'differs'; readonly original: Message; readonly copy: Message }
  /** A copy whose source is not in a list that should show it. `proven`: its stamp is. */
  | { readonly kind: 'orphan'; readonly origin: MessageSid; readonly copy: Message; readonly proven: boolean }
  /** Nothing says what it is: an app may have replaced a copy's attributes, and with them its stamp. */
  | { readonly kind: 'unattributed'; readonly copy: Message }
  /** A person's message behind the cursor, without a copy on a page that should show it. */
  | { readonly kind: 'uncopied'; readonly original: Message }
  /** Edited, and of an earlier conversation: while that stood, it may have said nothing. */
  | { readonly kind: 'unsaid'; readonly original: Message }
  /** A person's message that has not crossed: it lies above the cursor, or is a hole. */
  | { readonly kind: 'pending'; readonly original: Message };

type Copies = ReadonlyMap<MessageSid, readonly Message[]>;

/** What is older was said, or copied, before the chat got the conversation that it has now. */
const ofThisGeneration = (end: End, floor: number): End =>
  floor < 0 ? end : { ...end, messages: end.messages.filter(({ index }) => index > floor) };

/** One pass a kind of finding. */
export const compareEnds = (stamps: Stamps, lease: LaneLease, source: End, destination: End): readonly Finding[] => {
  const { floor, copiesFloor } = lease.pair.lanes[lease.lane];
  const from = ofThisGeneration(source, floor);
  const into = ofThisGeneration(destination, copiesFloor);
  const among = copiesAmong(stamps, lease, into.messages);
  const copies = copiesBySource(among);
  const { pending, uncopied } = withoutCopy(stamps, lease, from, copies);
  return [
    ...findDuplicates(among),
    ...findTwins(among, into),
    ...findCopies(stamps, lease, from, copies, among),
    ...pending.map((original) => ({ kind: 'pending', original }) as const),
    ...findUncopied(into, copies, uncopied),
    ...findUnsaidBefore(stamps, lease, source, copies),
    ...findUnattributed(lease, from, into, uncopied),
  ];
};

/**
 * Proven copies; where a source has none, a claimed one, for an edit by hand breaks the proof. Notices have no source.
 */
const copiesBySource = ({ proven, claimed }: CopiesAmong): Copies => {
  const all = new Map<MessageSid, readonly Message[]>();
  for (const [source, copy] of claimed) if (!isNotice(source)) all.set(source, [copy]);
  for (const [source, copies] of proven) if (!isNotice(source)) all.set(source, copies);
  return all;
};

/** Does each copy stand once, and each notice? */
const findDuplicates = ({ proven }: CopiesAmong): readonly Finding[] =>
  [...proven]
    .filter(([, copies]) => copies.length > 1)
    .map(([origin, copies]) => ({ kind: 'duplicated', origin, copies }) as const);

/**
 * A message whose stamp an app has replaced, beside a proven copy that reads the same: it may be the copy that the
 * ledger names, and the other one a write that was carried out late. The ledger tells.
 */
const findTwins = ({ proven }: CopiesAmong, into: End): readonly Finding[] => {
  const bare = new Set(
    into.messages.filter(({ attributes }) => claimedStamp(attributes) === undefined).map(wordsAndTime),
  );
  return [...proven]
    .filter(([, [copy, another]]) => copy !== undefined && another === undefined && bare.has(wordsAndTime(copy)))
    .map(([origin, copies]) => ({ kind: 'duplicated', origin, copies }) as const);
};

const wordsAndTime = ({ author, body, createdAt }: Message): string =>
  JSON.stringify([author, second(createdAt), body]);

/** Does each copy that stands once have its source, and say what that says? */
const findCopies = (
  stamps: Stamps,
  lease: LaneLease,
  from: End,
  copies: Copies,
  { proven }: CopiesAmong,
): readonly Finding[] => {
  const originals = new Map(from.messages.map((message) => [message.sid, message]));
  const findings: Finding[] = [];
  for (const [origin, found] of copies) {
    const [copy, another] = found;
    const original = originals.get(origin);
    if (copy === undefined || another !== undefined) continue;
    if (original === undefined) {
      if (wouldList(originalsOf(from), copy))
        findings.push({ kind: 'orphan', origin, copy, proven: proven.has(origin) });
    } else if (!saysSo(stamps, lease, copy, original)) findings.push({ kind: 'differs', original, copy });
  }
  return findings;
};

/** People's messages of the source without a copy on the destination's list. */
const withoutCopy = (
  stamps: Stamps,
  { pair, lane }: LaneLease,
  from: End,
  copies: Copies,
): { readonly pending: readonly Message[]; readonly uncopied: readonly Message[] } => {
  const { cursor, holes, ownIndices } = pair.lanes[lane];
  const writer = leaseOf(pair, otherLane(lane));
  const pending: Message[] = [];
  const uncopied: Message[] = [];
  for (const message of from.messages) {
    const { sid, index } = message;
    if (copies.has(sid) || ownIndices.includes(index) || stampOn(stamps, writer, message) !== undefined) continue;
    if (index > cursor || holes.has(index)) pending.push(message);
    else if (textAcross(lane, message, false) !== '') uncopied.push(message);
  }
  return { pending, uncopied };
};

/** The destination's list should show the copies of those that are as young as the other copies on it. */
const findUncopied = (into: End, copies: Copies, uncopied: readonly Message[]): readonly Finding[] => {
  const inOrder = { ...into, messages: [...copies.values()].flat().filter(({ body }) => !isLate(body)) };
  return uncopied
    .filter((original) => wouldList(inOrder, original))
    .map((original) => ({ kind: 'uncopied', original }));
};

/** Its edit's webhook may be lost, and whoever wrote it sees it stand there. */
const findUnsaidBefore = (
  stamps: Stamps,
  { pair, lane }: LaneLease,
  { messages }: End,
  copies: Copies,
): readonly Finding[] => {
  const writer = leaseOf(pair, otherLane(lane));
  const { floor } = pair.lanes[lane];
  return messages
    .filter((message) => message.index <= floor && message.neverEdited !== true && !copies.has(message.sid))
    .filter((message) => textAcross(lane, message, false) !== '' && stampOn(stamps, writer, message) === undefined)
    .map((original) => ({ kind: 'unsaid', original }));
};

/**
 * Messages without a stamp, which the other lane has passed. One that reads as an uncopied message of the source may be
 * its copy, and explains it; of the rest a person may have written each, or an app may have replaced its stamp.
 */
const findUnattributed = (
  { pair, lane }: LaneLease,
  from: End,
  into: End,
  uncopied: readonly Message[],
): readonly Finding[] => {
  const { cursor, holes } = pair.lanes[otherLane(lane)];
  const unexplained = [...uncopied];
  const unattributed = into.messages.filter((message) => {
    const { attributes, index } = message;
    if (claimedStamp(attributes) !== undefined || index > cursor || holes.has(index)) return false;
    const source = unexplained.findIndex((original) => readsAs(lane, message, original));
    if (source >= 0) unexplained.splice(source, 1);
    return source < 0;
  });
  return unattributed
    .filter((copy) => !isSourceOfACopy(from, copy) && wouldList(originalsOf(from), copy))
    .map((copy) => ({ kind: 'unattributed', copy }));
};

/** The source holds a copy of this message, so a person wrote it here. */
const isSourceOfACopy = ({ messages }: End, { sid }: Message): boolean =>
  messages.some(({ attributes }) => claimedStamp(attributes)?.s === sid);

/**
 * A list shows everything that is younger than its oldest message, if those looked at stand in the order of their
 * times: what people said, or what was copied, each by itself.
 */
const wouldList = ({ messages, whole }: End, { createdAt }: Message): boolean =>
  whole ||
  Date.parse(createdAt) - LISTED_TIME_MS > Math.min(...messages.map((message) => Date.parse(message.createdAt)));

/** Without copies: they have their source's time, and may stand among much younger messages. */
const originalsOf = (end: End): End => ({
  ...end,
  messages: end.messages.filter(({ attributes }) => claimedStamp(attributes) === undefined),
});

/** Word for word, or as Twilio itself wrote what it was given. */
const saysSo = (stamps: Stamps, lease: LaneLease, copy: Message, original: Message): boolean =>
  [false, true].some((late) => {
    const text = textAcross(lease.lane, original, late);
    return copy.body === text || isAsTwilioWroteIt(stamps, lease, copy, original.sid, text);
  });

const readsAs = (lane: Lane, copy: Message, original: Message): boolean =>
  [false, true].some((late) => textAcross(lane, original, late) === copy.body);
