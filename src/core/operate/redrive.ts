/**
 * What the operator redrives is put on the queues again, each with a ticket, and the ends are waited for: parked
 * messages on their lanes' queues in the order of their source, parked links, and what Flex's own webhook did not get.
 */

import { encodeEnvelope } from '../jobs/envelope.ts';
import { sendJobOn } from '../jobs/send.ts';
import { awaitTickets, type JobEnd } from '../jobs/tickets.ts';
import { DEDUPE_CHARACTERS, LANES_AT_ONCE } from '../model/times.ts';
import type { PairId } from '../state/items.ts';
import { isFullyLinked, loadPair } from '../state/pair.ts';
import type { GivenUpForward, UnlistedDeadLetter } from './dead-letters.ts';
import type { Operator } from './operator.ts';
import type { ParkedRow } from './parked.ts';

/** `ended` is undefined while it is under way, or waits for its next try. */
type Redriven<One> = { readonly one: One; readonly ended: JobEnd | undefined };

type Asked<One> = { readonly one: One; readonly ticket: string | undefined };

const nothingToDo: JobEnd = { end: 'skipped', reason: 'not_linked', repaired: 0, unsureUntil: undefined, copies: [] };

/** @param send puts the job on its queue under the ticket. @returns false when there is nothing it could be put on. */
const askOneByOne = async <One>(
  operator: Operator,
  ones: readonly One[],
  send: (one: One, ticket: string) => Promise<boolean>,
): Promise<readonly Asked<One>[]> => {
  const asked: Asked<One>[] = [];
  for (const one of ones) {
    const ticket = operator.nonce();
    asked.push({ one, ticket: (await send(one, ticket)) ? ticket : undefined });
  }
  return asked;
};

const awaitEnds = async <One>(
  operator: Operator,
  asked: readonly Asked<One>[],
  waitMs: number,
): Promise<readonly Redriven<One>[]> => {
  const tickets = asked.flatMap(({ ticket }) => (ticket === undefined ? [] : [ticket]));
  const ended = await awaitTickets(operator, tickets, waitMs);
  return asked.map(({ one, ticket }) => ({ one, ended: ticket === undefined ? nothingToDo : ended.get(ticket) }));
};

/** `ended` is undefined while it is under way. */
export type RedrivenMessage = { readonly row: ParkedRow; readonly ended: JobEnd | undefined };

/** @param rows as listParked gives them. @param waitMs how long their ends are waited for, as in all of this file. */
export const redriveMessages = async (
  operator: Operator,
  rows: readonly ParkedRow[],
  waitMs: number,
): Promise<readonly RedrivenMessage[]> => {
  const lanes = [...Map.groupBy(rows, ({ pair, lane }) => `${pair} ${lane}`).values()];
  const asked: Asked<ParkedRow>[] = [];
  const worker = async (): Promise<void> => {
    for (let lane = lanes.shift(); lane !== undefined; lane = lanes.shift())
      asked.push(...(await askOfLane(operator, lane)));
  };
  // One lane's messages go one after the other, or their order would be lost.
  await Promise.all(Array.from({ length: LANES_AT_ONCE }, worker));
  const byRow = new Map((await awaitEnds(operator, asked, waitMs)).map(({ one, ended }) => [one, ended]));
  return rows.map((row) => ({ row, ended: byRow.get(row) }));
};

/** @param rows of one lane */
const askOfLane = async (operator: Operator, rows: readonly ParkedRow[]): Promise<readonly Asked<ParkedRow>[]> => {
  const [first] = rows;
  const pair = first && (await loadPair(operator.store, first.pair));
  return askOneByOne(operator, rows, async ({ lane, sid, pair: id }, ticket) => {
    if (pair === undefined) return false;
    return sendJobOn(operator, pair, lane, { kind: 'redrive', pair: id, lane, sid, ticket });
  });
};

/** `ended` is undefined while it is under way, or waits for its next try. */
export type RedrivenLink = { readonly pair: PairId; readonly ended: JobEnd | undefined };

/** Parked links are tried again, from what their pairs remember. Their dead letters stay until they are linked. */
export const redriveLinks = async (
  operator: Operator,
  deadLetters: readonly UnlistedDeadLetter[],
  waitMs: number,
): Promise<readonly RedrivenLink[]> => {
  const ids = new Set(deadLetters.flatMap(({ link, pair }) => (link && pair !== undefined ? [pair] : [])));
  const pairs = await Promise.all([...ids].map((id) => loadPair(operator.store, id)));
  const unfinished = pairs.filter((pair) => pair !== undefined && !isFullyLinked(pair) && pair.state !== 'closed');
  const asked = await askOneByOne(operator, unfinished, async (pair, ticket) => {
    if (pair === undefined) return false;
    return sendJobOn(operator, pair, 'toFrontline', { kind: 'link', pair: pair.id, because: 'operator', ticket });
  });
  return (await awaitEnds(operator, asked, waitMs)).flatMap(({ one, ended }) =>
    one === undefined ? [] : [{ pair: one.id, ended }],
  );
};

/** `ended` is undefined while it is under way. */
export type RedrivenForward = { readonly forward: GivenUpForward; readonly ended: JobEnd | undefined };

/** What Flex's own webhook did not get. Its dead letter is all there is of it, and stays until it is through. */
export const redriveForwards = async (
  operator: Operator,
  forwards: readonly GivenUpForward[],
  waitMs: number,
): Promise<readonly RedrivenForward[]> => {
  const asked = await askOneByOne(operator, forwards, async ({ receivedAt: _, ...forward }, ticket) => {
    await operator.queues.send('default-webhook', {
      group: forward.container,
      dedupe: `again-${ticket}`.slice(0, DEDUPE_CHARACTERS),
      body: encodeEnvelope({ receivedAt: operator.clock.now(), work: { kind: 'forward', forward, ticket } }),
    });
    return true;
  });
  return (await awaitEnds(operator, asked, waitMs)).map(({ one, ended }) => ({ forward: one, ended }));
};
