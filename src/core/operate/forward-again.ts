/**
 * What Flex's own webhook did not get is put on its channel's line again, in the order in which it stood there; see again.ts of
 * forward. A dead letter is all there is of it, and stays until it is through (bells.ts).
 */
import { encodeEnvelope, type Forward } from '../jobs/envelope.ts';
import { awaitTickets, type Ended } from '../jobs/tickets.ts';
import type { Letter } from './letters.ts';
import type { Operator } from './ports.ts';

/** `ended` is undefined while it is under way. */
export type ForwardedAgain = { readonly forward: Waiting; readonly ended: Ended | undefined };

export type Waiting = NonNullable<Letter['forward']>;

/**
 * Each once, for one that is given up again gets a second letter; in the order of their line, which is that of their first
 * letters. The times at which they came are of several clocks.
 */
export const waitingForwards = (letters: readonly Letter[]): readonly Waiting[] => {
  const byEvent = new Map<string, Waiting>();
  for (const { forward } of letters)
    if (forward !== undefined && !byEvent.has(eventName(forward))) byEvent.set(eventName(forward), forward);
  return [...byEvent.values()];
};

/** The same for each letter of one event. */
export const eventName = ({ container, key }: Forward): string => `${container} ${key}`;

/** @param waitMs how long their ends are waited for. */
export const forwardAgain = async (
  operator: Operator,
  forwards: readonly Waiting[],
  waitMs: number,
): Promise<readonly ForwardedAgain[]> => {
  const asked: { readonly forward: Waiting; readonly ticket: string }[] = [];
  for (const forward of forwards) {
    const ticket = operator.nonce();
    const { receivedAt: _, ...work } = forward;
    await operator.queues.send('default-webhook', {
      group: forward.container,
      dedupe: `again-${ticket}`.slice(0, 128),
      body: encodeEnvelope({ receivedAt: operator.clock.now(), work: { kind: 'forward', forward: work, ticket } }),
    });
    asked.push({ forward, ticket });
  }
  const tickets = asked.map(({ ticket }) => ticket);
  const ended = await awaitTickets(operator, tickets, waitMs);
  return asked.map(({ forward, ticket }) => ({ forward, ended: ended.get(ticket) }));
};
