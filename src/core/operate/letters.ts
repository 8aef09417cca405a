/**
 * What was given up and stands in no list of the table: a dead letter is all there is of it. The bells of parked messages
 * are not among them, for those have rows (see parked.ts).
 */
import { QUEUES, type QueueName } from '../../contract.ts';
import { decodeEnvelope, type Forward } from '../jobs/envelope.ts';
import { sendJob } from '../jobs/send.ts';
import { awaitTickets, type Ended } from '../jobs/tickets.ts';
import { isWhole, pairKey, readHome } from '../state/pair.ts';
import type { DeadLetter, Operator } from './ports.ts';

export type Letter = {
  readonly queue: QueueName;
  readonly handle: string;
  /** A reason of parking (outcome.ts), or `given_up`: its queue did, after its consumer had failed too often. */
  readonly reason: string;
  /** The key of the pair that it is about, where it can be read. */
  readonly home: string | undefined;
  /** It may be put back: the link that it holds is safe to be tried again. */
  readonly link: boolean;
  /** What Flex's own webhook did not get, the customer's words among it; `receivedAt` in milliseconds since 1970. */
  readonly forward: (Forward & { readonly receivedAt: number }) | undefined;
};

export const GIVEN_UP = 'given_up';

/** @returns undefined for the bell of a parked message. */
const read = (queue: QueueName, { handle, body, reason = GIVEN_UP }: DeadLetter): Letter | undefined => {
  const envelope = decodeEnvelope(body);
  const letter = { queue, handle, reason, home: undefined, link: false, forward: undefined };
  if (envelope === undefined) return { ...letter, reason: 'unreadable' };
  const { work, receivedAt } = envelope;
  switch (work.kind) {
    case 'parked':
      return undefined;
    case 'link':
      return { ...letter, home: work.home, link: true };
    case 'forward':
      return {
        ...letter,
        home: pairKey('flex', work.forward.container).pk,
        forward: { ...work.forward, receivedAt },
      };
    case 'event':
      return { ...letter, home: pairKey(work.event.side, work.event.container).pk };
    default:
      return { ...letter, home: work.home };
  }
};

export type Look = {
  readonly letters: readonly Letter[];
  /**
   * About how many dead letters more there are. A FIFO queue of AWS shows ten of one chat at a time, the oldest; and none
   * that is in somebody else's hands.
   */
  readonly behind: number;
};

/** All letters that can be seen of the queues that have any by these counts, left where they are. */
export const lookAtLetters = async (
  operator: Operator,
  counts: Awaited<ReturnType<Operator['counts']>>,
): Promise<Look> => {
  const looks = await Promise.all(
    QUEUES.filter((queue) => counts[queue].dead > 0).map(async (queue) => {
      const letters = await operator.deadLetters(queue);
      await operator.leaveDead(
        queue,
        letters.map(({ handle }) => handle),
      );
      return {
        letters: letters.map((letter) => read(queue, letter)).filter((letter) => letter !== undefined),
        behind: Math.max(0, counts[queue].dead - letters.length),
      };
    }),
  );
  return {
    letters: looks.flatMap(({ letters }) => letters),
    behind: looks.reduce((sum, { behind }) => sum + behind, 0),
  };
};

export const readLetters = async (
  operator: Operator,
  counts: Awaited<ReturnType<Operator['counts']>>,
): Promise<readonly Letter[]> => (await lookAtLetters(operator, counts)).letters;

/** How many of each reason, the most first. */
export const countLetters = (letters: readonly Letter[]): Readonly<Record<string, number>> => {
  const counted = [...Map.groupBy(letters, ({ reason }) => reason)].map(
    ([reason, some]) => [reason, some.length] as const,
  );
  return Object.fromEntries(counted.sort(([, a], [, b]) => b - a));
};

/** `ended` is undefined while it is under way, or waits for its next try. */
export type LinkedAgain = { readonly home: string; readonly ended: Ended | undefined };

/**
 * Parked links are tried again, from what their pairs remember. Their letters stay; see bells.ts for when they go.
 * @param waitMs how long their ends are waited for.
 */
export const linkAgain = async (
  operator: Operator,
  letters: readonly Letter[],
  waitMs: number,
): Promise<readonly LinkedAgain[]> => {
  const homes = new Set(letters.flatMap(({ link, home }) => (link && home !== undefined ? [home] : [])));
  const asked: (readonly [home: string, ticket: string])[] = [];
  for (const pk of homes) {
    const home = readHome(await operator.store.get({ pk, sk: 'pair' }));
    if (home === undefined || isWhole(home) || home.state === 'closed') continue;
    const ticket = operator.nonce();
    await sendJob(operator, home, { lane: 'F', work: { kind: 'link', home: pk, because: 'operator', ticket } });
    asked.push([pk, ticket]);
  }
  const tickets = asked.map(([, ticket]) => ticket);
  const ended = await awaitTickets(operator, tickets, waitMs);
  return asked.map(([home, ticket]) => ({ home, ended: ended.get(ticket) }));
};
