/**
 * What Flex's own webhook did not get is put on its channel's line again, in the order in which it came; see again.ts of
 * forward. A dead letter is all there is of it, and stays until it is through (bells.ts).
 */
import { encodeEnvelope, type Forward } from '../event.ts';
import type { Letter } from './letters.ts';
import type { Operator } from './ports.ts';
import { awaitTickets, type Ended } from './tickets.ts';

/** `ended` is undefined while it is under way. */
export type ForwardedAgain = { readonly forward: Waiting; readonly ended: Ended | undefined };

export type Waiting = NonNullable<Letter['forward']>;

/** Each once, for one that is given up again gets a second letter; the oldest first. */
export const waitingForwards = (letters: readonly Letter[]): readonly Waiting[] => {
  const byEvent = new Map<string, Waiting>();
  for (const { forward } of letters) {
    const first = forward && byEvent.get(nameOf(forward));
    if (forward !== undefined && (first === undefined || forward.receivedAt < first.receivedAt))
      byEvent.set(nameOf(forward), forward);
  }
  return [...byEvent.values()].sort((a, b) => a.receivedAt - b.receivedAt);
};

const nameOf = ({ container, key }: Forward): string => `${container} ${key}`;

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
  const ended = await awaitTickets(operator, tickets, operator.consumed ? waitMs : 0);
  return asked.map(({ forward, ticket }) => ({ forward, ended: ended.get(ticket) }));
};
