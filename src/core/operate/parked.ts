/** What is parked, as the sparse index lists it: the rows are the truth, the dead letters only raise the alarm. */

import type { Lane } from '../model/event.ts';
import type { Parked } from '../model/outcome.ts';
import type { MessageSid } from '../model/sids.ts';
import type { Item } from '../ports/change.ts';
import type { Store } from '../ports/store.ts';
import { everyItem } from '../state/every-item.ts';
import { LEDGER, laneOfPrefix, type PairId } from '../state/items.ts';

export type ParkedRow = {
  readonly pair: PairId;
  readonly lane: Lane;
  /** The source message's. */
  readonly sid: MessageSid;
  readonly index: number;
  readonly reason: Parked;
  /** Twilio's error code. */
  readonly code: number | undefined;
  /** The message is across; an edit of it is not. */
  readonly edit: boolean;
  /** When it was parked, in milliseconds since 1970. */
  readonly at: number;
};

const key = /^m#(fl|fx)\d*#(IM[0-9a-f]{32})$/;

const read = (item: Item): ParkedRow | undefined => {
  const match = key.exec(String(item.sk));
  if (match?.[1] === undefined || match[2] === undefined) return undefined;
  const code = item[LEDGER.code];
  return {
    pair: item.pk as PairId,
    lane: laneOfPrefix(match[1]),
    sid: match[2] as MessageSid,
    index: Number(item[LEDGER.index]),
    reason: item[LEDGER.reason] as Parked,
    code: typeof code === 'number' ? code : undefined,
    edit: item[LEDGER.state] === 'copied',
    at: Number(item[LEDGER.parkedAt] ?? 0),
  };
};

export type Choice = { readonly reason?: string | undefined; readonly pair?: PairId | undefined };

const bySource = (a: ParkedRow, b: ParkedRow): number =>
  a.pair.localeCompare(b.pair) || a.lane.localeCompare(b.lane) || a.index - b.index;

/** Parked messages, chat by chat in the order of their source. */
export const listParked = async (
  store: Pick<Store, 'list'>,
  { reason, pair }: Choice,
): Promise<readonly ParkedRow[]> => {
  const rows = (await everyItem(store, 'parked')).map(read).filter((row) => row !== undefined);
  return rows
    .filter((row) => reason === undefined || row.reason === reason)
    .filter((row) => pair === undefined || row.pair === pair)
    .sort(bySource);
};
