/**
 * Compares the newest pages of a lane's two ends, backwards: what was copied, does it stand there once, and does it say
 * what its source says? Pure: what it finds is a suspicion, which the ledger confirms or clears.
 */

import { isLate, textAcross } from '../copies/render.ts';
import { claimedStamp, provenStamp, type StampKind } from '../copies/stamp.ts';
import type { Lane, Message } from '../model/event.ts';
import { containerOf, destination, otherLane, type Pair, source } from '../state/pair.ts';

/** `whole`: there is nothing before what was listed. */
export type End = { readonly messages: readonly Message[]; readonly whole: boolean };

export type Finding =
  /** Several messages carry a good stamp of one source. */
  | { readonly kind: 'duplicated'; readonly origin: string; readonly copies: readonly Message[] }
  /** A copy says something else than its source, in text or kind. */
  | { readonly kind: 'differs'; readonly original: Message; readonly copy: Message }
  /** A copy whose source is not in a list that should show it. `proven`: its stamp is good. */
  | { readonly kind: 'orphan'; readonly origin: string; readonly copy: Message; readonly proven: boolean }
  /** Nothing says what it is: an app may have replaced a copy's attributes, and with them its stamp. */
  | { readonly kind: 'unattributed'; readonly copy: Message }
  /** A person's message behind the cursor, without a copy on a page that should show it. */
  | { readonly kind: 'uncopied'; readonly original: Message }
  /** A person's message that has not crossed. */
  | { readonly kind: 'pending'; readonly original: Message };

type Stamps = { readonly stampKey: string; readonly deployment: string };

export const compareEnds = (stamps: Stamps, pair: Pair, lane: Lane, from: End, into: End): readonly Finding[] => {
  const { cursor, holes, ownIndices } = pair.lanes[lane];
  const originals = new Map(from.messages.map((message) => [message.sid, message]));
  const here = { ...stamps, lane, container: containerOf(pair, destination(lane)) ?? '' };
  const copies = copiesIn(here, into.messages);
  const findings: Finding[] = [];
  for (const [origin, found] of copies) {
    const [copy] = found;
    const original = originals.get(origin);
    if (found.length > 1) findings.push({ kind: 'duplicated', origin, copies: found });
    else if (copy === undefined) continue;
    else if (original === undefined) {
      if (wouldList(originalsOf(from), copy))
        findings.push({ kind: 'orphan', origin, copy, proven: isStamped(here, copy) });
    } else if (!readsAs(lane, copy, original)) findings.push({ kind: 'differs', original, copy });
  }
  const other = { ...stamps, lane: otherLane(lane), container: containerOf(pair, source(lane)) ?? '' };
  const uncopied: Message[] = [];
  for (const original of from.messages) {
    if (copies.has(original.sid) || ownIndices.includes(original.index) || isStamped(other, original)) continue;
    if (original.index > cursor || holes.has(original.index)) findings.push({ kind: 'pending', original });
    else if (textAcross(lane, original, false) !== '') uncopied.push(original);
  }
  const copied = { ...into, messages: [...copies.values()].flat().filter(({ body }) => !isLate(body)) };
  for (const original of uncopied) if (wouldList(copied, original)) findings.push({ kind: 'uncopied', original });
  for (const copy of unattributed(pair, lane, into, uncopied))
    if (!isSourceOfACopy(from, copy) && wouldList(originalsOf(from), copy))
      findings.push({ kind: 'unattributed', copy });
  return findings;
};

/** Messages without a stamp that say what no message of the source says whose copy has none. */
const unattributed = (pair: Pair, lane: Lane, { messages }: End, uncopied: readonly Message[]): readonly Message[] => {
  const { cursor, holes } = pair.lanes[otherLane(lane)];
  const unexplained = [...uncopied];
  return messages.filter((message) => {
    if (claimedStamp(message.attributes) !== undefined || message.index > cursor || holes.has(message.index))
      return false;
    const source = unexplained.findIndex((original) => readsAs(lane, message, original));
    if (source >= 0) unexplained.splice(source, 1);
    return source < 0;
  });
};

/** A person said it here, for its copy stands over there. */
const isSourceOfACopy = ({ messages }: End, { sid }: Message): boolean =>
  messages.some(({ attributes }) => claimedStamp(attributes)?.s === sid);

/**
 * A list shows everything that is younger than its oldest message, if those looked at stand in the order of their times:
 * what people said, or what was copied, each by itself. By the second, for lists may give no more.
 */
const wouldList = ({ messages, whole }: End, { createdAt }: Message): boolean =>
  whole || Date.parse(createdAt) - 1_000 > Math.min(...messages.map((message) => Date.parse(message.createdAt)));

/** Without copies: they have their source's time, and may stand among much younger messages. */
const originalsOf = (end: End): End => ({
  ...end,
  messages: end.messages.filter(({ attributes }) => claimedStamp(attributes) === undefined),
});

const readsAs = (lane: Lane, copy: Message, original: Message): boolean =>
  [false, true].some((late) => textAcross(lane, original, late) === copy.body);

type At = Stamps & { readonly lane: Lane; readonly container: string };

const kindOf = ({ stampKey, lane, container }: At, { author, body, attributes }: Message): StampKind | undefined =>
  provenStamp(stampKey, { lane, container, author, body }, attributes)?.k;

const isStamped = (at: At, message: Message): boolean => kindOf(at, message) !== undefined;

/**
 * Copies by their source: by good stamps, and where there is none by a claimed one, for an edit by hand breaks the
 * proof. A claim alone proves nothing, anybody can copy a stamp: whoever acts on it asks the ledger first.
 */
const copiesIn = (here: At, messages: readonly Message[]): ReadonlyMap<string, readonly Message[]> => {
  const proven = new Map<string, Message[]>();
  const claims = new Map<string, Message[]>();
  for (const message of messages) {
    const stamp = claimedStamp(message.attributes);
    if (stamp === undefined || stamp.d !== here.deployment || stamp.k === 'notice') continue;
    const good = isStamped(here, message);
    const known = good ? proven.get(stamp.s) : claims.get(stamp.s);
    if (good && known !== undefined) known.push(message);
    else if (known === undefined) (good ? proven : claims).set(stamp.s, [message]);
  }
  return new Map([...claims, ...proven]);
};
