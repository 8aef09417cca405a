/**
 * What was given up and stands in no list of the table: a dead letter is all there is of it. The dead
 * letters of parked messages are not among them, for those have rows (see parked.ts).
 */

import { QUEUES, type QueueName } from '../../contract.ts';
import { readForwardRow } from '../forward/row.ts';
import { decodeEnvelope, type Forward, type ParkedMessage } from '../jobs/envelope.ts';
import { forwardKey, type PairId, pairId } from '../state/items.ts';
import { isEditParked, readRow } from '../state/ledger.ts';
import { isFullyLinked, loadPair } from '../state/pair.ts';
import type { DeadLetter, Operator } from './operator.ts';

export type UnlistedDeadLetter = {
  readonly queue: QueueName;
  readonly handle: string;
  /** A reason of parking (outcome.ts), or `receive_limit`: its queue did, after its consumer had failed too often. */
  readonly reason: string;
  /** The key of the pair that it is about, where it can be read. */
  readonly pair: PairId | undefined;
  /** It may be put back: the link that it holds is safe to be tried again. */
  readonly link: boolean;
  /** What Flex's own webhook did not get, the customer's words among it; `receivedAt` in milliseconds since 1970. */
  readonly forward: (Forward & { readonly receivedAt: number }) | undefined;
};

export const RECEIVED_TOO_OFTEN = 'receive_limit';

/** @returns undefined for the dead letter of a parked message, which has a row. */
const read = (
  queue: QueueName,
  { handle, body, reason = RECEIVED_TOO_OFTEN }: DeadLetter,
): UnlistedDeadLetter | undefined => {
  const envelope = decodeEnvelope(body);
  const deadLetter = { queue, handle, reason, pair: undefined, link: false, forward: undefined };
  if (envelope === undefined) return { ...deadLetter, reason: 'unreadable' };
  const { work, receivedAt } = envelope;
  switch (work.kind) {
    case 'parked':
      return undefined;
    case 'link':
      return { ...deadLetter, pair: work.pair, link: true };
    case 'forward':
      return {
        ...deadLetter,
        pair: pairId('flex', work.forward.container),
        forward: { ...work.forward, receivedAt },
      };
    case 'notify_agent':
    // The sweep compares both sides of an agent, whatever became of a webhook or a job.
    case 'presence':
    // The sweep looks at what is offered, whatever became of a webhook or a job.
    case 'offers':
      return deadLetter;
    case 'start':
      return { ...deadLetter, pair: pairId('frontline', work.conversation) };
    case 'event':
      if (!('container' in work.event)) return deadLetter;
      return { ...deadLetter, pair: pairId(work.event.side, work.event.container) };
    default:
      return { ...deadLetter, pair: work.pair };
  }
};

export type Look = {
  readonly deadLetters: readonly UnlistedDeadLetter[];
  /**
   * About how many dead letters more there are. A FIFO queue of AWS shows ten of one chat at a time, the oldest; and
   * none that is in flight.
   */
  readonly behind: number;
};

/** All dead letters that can be seen of the queues that have any by these counts, left where they are. */
export const listUnlisted = async (
  operator: Operator,
  counts: Awaited<ReturnType<Operator['counts']>>,
): Promise<Look> => {
  const looks = await Promise.all(
    QUEUES.filter((queue) => counts[queue].dead > 0).map(async (queue) => {
      const deadLetters = await operator.deadLetters(queue);
      await operator.leaveDead(
        queue,
        deadLetters.map(({ handle }) => handle),
      );
      return {
        deadLetters: deadLetters
          .map((deadLetter) => read(queue, deadLetter))
          .filter((deadLetter) => deadLetter !== undefined),
        behind: Math.max(0, counts[queue].dead - deadLetters.length),
      };
    }),
  );
  return {
    deadLetters: looks.flatMap(({ deadLetters }) => deadLetters),
    behind: looks.reduce((sum, { behind }) => sum + behind, 0),
  };
};

export const readUnlisted = async (
  operator: Operator,
  counts: Awaited<ReturnType<Operator['counts']>>,
): Promise<readonly UnlistedDeadLetter[]> => (await listUnlisted(operator, counts)).deadLetters;

/** How many of each reason, the most first. */
export const countByReason = (deadLetters: readonly UnlistedDeadLetter[]): Readonly<Record<string, number>> => {
  const counted = [...Map.groupBy(deadLetters, ({ reason }) => reason)].map(
    ([reason, some]) => [reason, some.length] as const,
  );
  return Object.fromEntries(counted.sort(([, a], [, b]) => b - a));
};

export type GivenUpForward = NonNullable<UnlistedDeadLetter['forward']>;

/**
 * Each once, though one that is given up again has a second dead letter; in the order of their line, which is that of
 * their first dead letters. The times at which they came are of several clocks.
 */
export const givenUpForwards = (deadLetters: readonly UnlistedDeadLetter[]): readonly GivenUpForward[] => {
  const byEvent = new Map<string, GivenUpForward>();
  for (const { forward } of deadLetters)
    if (forward !== undefined && !byEvent.has(eventName(forward))) byEvent.set(eventName(forward), forward);
  return [...byEvent.values()];
};

/** The same for each dead letter of one event. */
export const eventName = ({ container, key }: Forward): string => `${container} ${key}`;

/**
 * Takes away the dead letters of messages that are parked no more, of forwards that are through, and of links that are
 * done, so that their alarm ends; and the second dead letter of a link or a forward. All others stay, such as those
 * that no release could read.
 * @param unlinkable keys of pairs for which there turned out to be nothing to link.
 * @returns how many were taken away.
 */
export const clearSettled = async (
  operator: Operator,
  unlinkable: ReadonlySet<PairId> = new Set(),
): Promise<number> => {
  let removed = 0;
  for (const queue of QUEUES) {
    const over: string[] = [];
    const staying: string[] = [];
    const known = new Set<string>();
    const isSecond = (name: string): boolean => known.size === known.add(name).size;
    for (const { handle, body } of await operator.deadLetters(queue)) {
      const work = decodeEnvelope(body)?.work;
      let done = false;
      if (work?.kind === 'parked') done = await isSettled(operator, work.parked);
      if (work?.kind === 'link') {
        const { pair } = work;
        done = isSecond(pair) || unlinkable.has(pair) || (await isLinked(operator, pair));
      }
      if (work?.kind === 'forward') {
        done = isSecond(eventName(work.forward)) || (await isThrough(operator, work.forward));
      }
      (done ? over : staying).push(handle);
    }
    await operator.removeDead(queue, over);
    await operator.leaveDead(queue, staying);
    removed += over.length;
  }
  return removed;
};

const isSettled = async (operator: Operator, { pair, lane, sid }: ParkedMessage): Promise<boolean> => {
  if (lane !== 'toFrontline' && lane !== 'toFlex') return false;
  const now = await loadPair(operator.store, pair);
  if (now === undefined) return false;
  const row = await readRow(operator, { pair: now, lane, sid });
  // One of an earlier generation goes nowhere any more.
  if (row === undefined) return now.generation > 1;
  return row.state !== 'parked' && !isEditParked(row);
};

/** Or there is nothing to forward any more. */
const isThrough = async (operator: Operator, { container, key }: Forward): Promise<boolean> => {
  const row = await readForwardRow(operator, forwardKey(container, key));
  return row?.state === 'sent' || row?.state === 'skipped';
};

/** Or will never be. */
const isLinked = async (operator: Operator, id: PairId): Promise<boolean> => {
  const pair = await loadPair(operator.store, id);
  return pair === undefined || isFullyLinked(pair) || pair.state === 'closed';
};
