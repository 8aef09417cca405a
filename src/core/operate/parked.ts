/** What is parked, as the sparse index lists it: the rows are the truth, the dead letters only ring the bell. */

import type { Lane } from '../model/event.ts';
import type { Item } from '../ports/change.ts';
import type { Store } from '../ports/store.ts';
import { allDue } from './due.ts';

export type ParkedRow = {
  /** The key of its pair. */
  readonly pair: string;
  readonly lane: Lane;
  /** The source message's. */
  readonly sid: string;
  readonly index: number;
  readonly reason: string;
  /** Twilio's error code. */
  readonly code: number | undefined;
  /** The message is across; what somebody made of it is not. */
  readonly edit: boolean;
  /** When it was parked, in milliseconds since 1970. */
  readonly at: number;
};

const key = /^m#(fl|fx)#(IM[0-9a-f]{32})$/;

const read = (item: Item): ParkedRow | undefined => {
  const match = key.exec(String(item.sk));
  if (match?.[1] === undefined || match[2] === undefined) return undefined;
  return {
    pair: String(item.pk),
    lane: match[1] === 'fl' ? 'toFrontline' : 'toFlex',
    sid: match[2],
    index: Number(item.i),
    reason: String(item.why ?? ''),
    code: typeof item.code === 'number' ? item.code : undefined,
    edit: item.st === 'ok',
    at: Number(item.at ?? 0),
  };
};

export type Choice = { readonly reason?: string | undefined; readonly pair?: string | undefined };

const bySource = (a: ParkedRow, b: ParkedRow): number =>
  a.pair.localeCompare(b.pair) || a.lane.localeCompare(b.lane) || a.index - b.index;

/** Parked messages, chat by chat in the order of their source. */
export const listParked = async (
  store: Pick<Store, 'listDue'>,
  { reason, pair }: Choice,
): Promise<readonly ParkedRow[]> => {
  const rows = (await allDue(store, 'parked')).map(read).filter((row) => row !== undefined);
  return rows
    .filter((row) => reason === undefined || row.reason === reason)
    .filter((row) => pair === undefined || row.pair === pair)
    .sort(bySource);
};
