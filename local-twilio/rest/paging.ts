/** Lists, page by page: https://www.twilio.com/docs/usage/twilios-response#pagination */
import type { Message } from '../model.ts';
import { problems } from '../problem.ts';
import type { Call } from './call.ts';

const pageSize = (call: Call, most: number): number => {
  const text = call.query.get('PageSize');
  if (text === null) return 50;
  const size = Number(text);
  if (!Number.isInteger(size) || size < 1) throw problems.invalid('PageSize');
  return Math.min(size, most);
};

type Slice<T> = { readonly items: readonly T[]; readonly next: string | undefined };

const listBody = (
  call: Call,
  key: string,
  rows: readonly Readonly<Record<string, unknown>>[],
  next: string | undefined,
  size: number,
): Readonly<Record<string, unknown>> => {
  const page = Number(call.query.get('Page') ?? 0);
  const url = (number: number, token: string | undefined): string => {
    const query = new URLSearchParams(call.query);
    query.delete('PageToken');
    query.set('PageSize', String(size));
    query.set('Page', String(number));
    if (token !== undefined) query.set('PageToken', token);
    return `${call.base}${call.path}?${query}`;
  };
  const token = call.query.get('PageToken') ?? undefined;
  return {
    meta: {
      page,
      page_size: size,
      first_page_url: url(0, undefined),
      previous_page_url: null,
      url: url(page, token),
      next_page_url: next === undefined ? null : url(page + 1, next),
      key,
    },
    [key]: rows,
  };
};

/** A list in order of creation. The token says how many came before. */
export const pageOf = <T>(
  call: Call,
  key: string,
  all: readonly T[],
  render: (item: T) => Readonly<Record<string, unknown>>,
  most = 100,
): Readonly<Record<string, unknown>> => {
  const size = pageSize(call, most);
  const start = Number(call.query.get('PageToken')?.slice(2) ?? 0);
  if (!Number.isInteger(start) || start < 0) throw problems.invalid('PageToken');
  const end = start + size;
  return listBody(call, key, all.slice(start, end).map(render), end < all.length ? `PA${end}` : undefined, size);
};

type Place = { readonly at: number; readonly index: number };
const place = (message: Message, byDate: boolean): Place => ({
  at: byDate ? message.dateCreated : 0,
  index: message.index,
});
const compare = (a: Place, b: Place): number => a.at - b.at || a.index - b.index;

const readToken = (token: string): Place => {
  const match = /^PA(-?\d+)\.(\d+)$/.exec(token);
  if (match === null) throw problems.invalid('PageToken');
  return { at: Number(match[1]), index: Number(match[2]) };
};

const messageSlice = (call: Call, all: readonly Message[], size: number): Slice<Message> => {
  const byDate = call.world.switches.listOrder === 'date';
  const order = call.query.get('Order') ?? 'asc';
  if (order !== 'asc' && order !== 'desc') throw problems.invalid('Order');
  const sorted = byDate ? all.toSorted((a, b) => compare(place(a, true), place(b, true))) : all;
  const ordered = order === 'asc' ? sorted : sorted.toReversed();
  const token = call.query.get('PageToken');
  const from = token === null ? undefined : readToken(token);
  const sign = order === 'asc' ? 1 : -1;
  const start =
    from === undefined ? 0 : ordered.findIndex((message) => compare(place(message, byDate), from) * sign > 0);
  if (start === -1) return { items: [], next: undefined };
  const items = ordered.slice(start, start + size);
  const last = items.at(-1);
  if (last === undefined || start + size >= ordered.length) return { items, next: undefined };
  const end = place(last, byDate);
  return { items, next: `PA${end.at}.${end.index}` };
};

/** Messages: by index or date, either way round. The token names the last one shown, so that new ones shift nothing. */
export const pageOfMessages = (
  call: Call,
  visible: readonly Message[],
  render: (message: Message) => Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> => {
  const size = pageSize(call, 100);
  const { items, next } = messageSlice(call, visible, size);
  return listBody(call, 'messages', items.map(render), next, size);
};
