/**
 * What the operator redrives is put on the queues again, each with a ticket, and the ends are waited for: parked messages on
 * their lanes' queues in the order of their source, parked links, and what Flex's own webhook did not get.
 */

import { encodeEnvelope } from '../jobs/envelope.ts';
import { sendJob } from '../jobs/send.ts';
import { awaitTickets, type JobEnd } from '../jobs/tickets.ts';
import type { PairId } from '../state/items.ts';
import { containerOf, isFullyLinked, loadPair, source } from '../state/pair.ts';
import type { GivenUpForward, UnlistedDeadLetter } from './dead-letters.ts';
import type { Operator } from './operator.ts';
import type { ParkedRow } from './parked.ts';

/** `ended` is undefined while it is under way. */
export type RedrivenMessage = { readonly row: ParkedRow; readonly ended: JobEnd | undefined };

/** So many lanes side by side; one lane's messages go one after the other, or their order would be lost. */
const LANES_AT_ONCE = 20;

type Asked = { readonly row: ParkedRow; readonly ticket: string | undefined };

/** @param rows as listParked gives them. */
export const redriveMessages = async (
  operator: Operator,
  rows: readonly ParkedRow[],
  waitMs: number,
): Promise<readonly RedrivenMessage[]> => {
  const lanes = [...Map.groupBy(rows, ({ pair, lane }) => `${pair} ${lane}`).values()];
  const asked: Asked[] = [];
  const worker = async (): Promise<void> => {
    for (let lane = lanes.shift(); lane !== undefined; lane = lanes.shift()) asked.push(...(await ask(operator, lane)));
  };
  await Promise.all(Array.from({ length: LANES_AT_ONCE }, worker));
  const tickets = asked.flatMap(({ ticket }) => (ticket === undefined ? [] : [ticket]));
  const ended = await awaitTickets(operator, tickets, waitMs);
  const byRow = new Map(asked.map(({ row, ticket }) => [row, ticket === undefined ? gone : ended.get(ticket)]));
  return rows.map((row) => ({ row, ended: byRow.get(row) }));
};

const gone: JobEnd = { end: 'skipped', reason: 'not_linked', repaired: 0, unsureUntil: undefined, copies: [] };

const ask = async (operator: Operator, rows: readonly ParkedRow[]): Promise<readonly Asked[]> => {
  const [first] = rows;
  const pair = first && (await loadPair(operator.store, first.pair));
  const asked: Asked[] = [];
  for (const row of rows) {
    if (pair === undefined || containerOf(pair, source(row.lane)) === undefined) {
      asked.push({ row, ticket: undefined });
      continue;
    }
    const ticket = operator.nonce();
    const { lane, sid } = row;
    await sendJob(operator, pair, { lane, work: { kind: 'redrive', pair: row.pair, lane, sid, ticket } });
    asked.push({ row, ticket });
  }
  return asked;
};

/** `ended` is undefined while it is under way, or waits for its next try. */
export type RedrivenLink = { readonly pair: PairId; readonly ended: JobEnd | undefined };

/**
 * Parked links are tried again, from what their pairs remember. Their letters stay until they are linked (dead-letters.ts).
 * @param waitMs how long their ends are waited for.
 */
export const redriveLinks = async (
  operator: Operator,
  deadLetters: readonly UnlistedDeadLetter[],
  waitMs: number,
): Promise<readonly RedrivenLink[]> => {
  const pairs = new Set(deadLetters.flatMap(({ link, pair }) => (link && pair !== undefined ? [pair] : [])));
  const asked: (readonly [pair: PairId, ticket: string])[] = [];
  for (const pk of pairs) {
    const pair = await loadPair(operator.store, pk);
    if (pair === undefined || isFullyLinked(pair) || pair.state === 'closed') continue;
    const ticket = operator.nonce();
    await sendJob(operator, pair, {
      lane: 'toFrontline',
      work: { kind: 'link', pair: pk, because: 'operator', ticket },
    });
    asked.push([pk, ticket]);
  }
  const tickets = asked.map(([, ticket]) => ticket);
  const ended = await awaitTickets(operator, tickets, waitMs);
  return asked.map(([pair, ticket]) => ({ pair, ended: ended.get(ticket) }));
};

/** `ended` is undefined while it is under way. */
export type RedrivenForward = { readonly forward: GivenUpForward; readonly ended: JobEnd | undefined };

/** @param waitMs how long their ends are waited for. */
export const redriveForwards = async (
  operator: Operator,
  forwards: readonly GivenUpForward[],
  waitMs: number,
): Promise<readonly RedrivenForward[]> => {
  const asked: { readonly forward: GivenUpForward; readonly ticket: string }[] = [];
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
