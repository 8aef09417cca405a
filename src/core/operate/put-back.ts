/** Parked messages are put back on their lanes' own queues, in the order of their source; see redrive.ts of core. */

import { sendJob } from '../jobs/send.ts';
import { awaitTickets, type Ended } from '../jobs/tickets.ts';
import { containerOf, readHome, source } from '../state/pair.ts';
import type { ParkedRow } from './parked.ts';
import type { Operator } from './ports.ts';

/** `ended` is undefined while it is under way. */
export type PutBack = { readonly row: ParkedRow; readonly ended: Ended | undefined };

/** So many lanes side by side; one lane's messages go one after the other, or their order would be lost. */
const LANES_AT_ONCE = 20;

type Asked = { readonly row: ParkedRow; readonly ticket: string | undefined };

/** @param rows as listParked gives them. */
export const putBack = async (
  operator: Operator,
  rows: readonly ParkedRow[],
  waitMs: number,
): Promise<readonly PutBack[]> => {
  const lanes = [...Map.groupBy(rows, ({ home, lane }) => `${home} ${lane}`).values()];
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

const gone: Ended = { end: 'skipped', reason: 'not_linked', repaired: 0, unsureUntil: undefined, copies: [] };

const ask = async (operator: Operator, rows: readonly ParkedRow[]): Promise<readonly Asked[]> => {
  const [first] = rows;
  const home = first && readHome(await operator.store.get({ pk: first.home, sk: 'pair' }));
  const asked: Asked[] = [];
  for (const row of rows) {
    if (home === undefined || containerOf(home, source(row.lane)) === undefined) {
      asked.push({ row, ticket: undefined });
      continue;
    }
    const ticket = operator.nonce();
    const { lane, sid } = row;
    await sendJob(operator, home, { lane, work: { kind: 'redrive', home: row.home, lane, sid, ticket } });
    asked.push({ row, ticket });
  }
  return asked;
};
