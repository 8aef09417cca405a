/** How far a channel's messages are known to be forwarded, and what lies between that and its newest page. */

import type { BridgeDeps } from '../deps.ts';
import type { Message } from '../model/event.ts';
import type { ChannelSid } from '../model/sids.ts';
import { FORWARD_PAGES } from '../model/times.ts';
import { TwilioError } from '../model/twilio-error.ts';
import type { Page } from '../ports/chat.ts';
import { FORWARD_SECONDS, forwardCursorKey, keptFor, NONCE } from '../state/items.ts';

export type ForwardPlace = {
  /** All is accounted for up to this index; -1: nothing is. */
  readonly upTo: number;
  /** The page, oldest first, on which that is not so any more; undefined: the first. */
  readonly place: string | undefined;
};

export const byIndex = (messages: readonly Message[]): readonly Message[] =>
  [...messages].sort((a, b) => a.index - b.index);

export const readForwardPlace = async (deps: Pick<BridgeDeps, 'store'>, channel: ChannelSid): Promise<ForwardPlace> => {
  const item = await deps.store.get(forwardCursorKey(channel));
  return {
    upTo: typeof item?.upTo === 'number' ? item.upTo : -1,
    place: typeof item?.place === 'string' ? item.place : undefined,
  };
};

/** The cursor only grows. @param upTo undefined: it stays. @param place undefined: it stays, for it is only earlier. */
export const writePlace = async (
  deps: Pick<BridgeDeps, 'store' | 'clock' | 'nonce'>,
  channel: ChannelSid,
  upTo: number | undefined,
  place: string | undefined,
): Promise<void> => {
  if (upTo === undefined) return;
  await deps.store.write(forwardCursorKey(channel), {
    when: [['any', [['lacks', 'upTo']], [['<', 'upTo', upTo]]]],
    set: { upTo, ...(place === undefined ? {} : { place }), ...keptFor(FORWARD_SECONDS, deps.clock) },
    nonce: [NONCE, deps.nonce()],
  });
};

/** What was read above the cursor, oldest first. */
export type Older = {
  readonly messages: readonly Message[];
  /** Nothing lies between these and the newest page. */
  readonly reachesNewest: boolean;
  /** What is missing below this index is on no later page. */
  readonly surelyUpTo: number;
  /** The page on which to go on when all is accounted for up to this index. */
  readonly placeOf: (upTo: number) => string | undefined;
};

/**
 * Oldest first, for those pages stay what they are while people write. Twilio does not say whether it sorts back-dated
 * messages by index or by date: one stands on an earlier page than its index would have it, never on a later one. So
 * the pages have met the newest one when they share a message with it, whatever indexes they show; and what is then
 * still missing is looked for from the start.
 * @param newest the newest page.
 */
export const readOlder = async (
  deps: { readonly flex: Pick<BridgeDeps['flex'], 'listMessages'> },
  channel: ChannelSid,
  cursor: number,
  place: string | undefined,
  newest: readonly Message[],
): Promise<Older> => {
  const ofNewest = new Set(newest.map(({ sid }) => sid));
  const above = ({ pages }: Read) =>
    byIndex(pages.flatMap(({ messages }) => messages)).filter(({ index, sid }) => index > cursor && !ofNewest.has(sid));
  const readFrom = async (start: string | undefined): Promise<Read> => {
    const pages: ReadPage[] = [];
    let next = start;
    do {
      const page: Page = await readUp(deps, channel, next);
      pages.push({ at: next, messages: page.messages });
      next = page.messages.some(({ sid }) => ofNewest.has(sid)) ? undefined : page.next;
    } while (next !== undefined && pages.length < FORWARD_PAGES);
    return { pages, next };
  };

  let read = await readFrom(place);
  const isMissing = !isUnbroken(byIndex([...above(read), ...newest]), cursor);
  if (place !== undefined && read.next === undefined && isMissing) read = await readFrom(undefined);
  const last = read.pages.at(-1)?.messages.map(({ index }) => index) ?? [];
  return {
    messages: above(read),
    reachesNewest: read.next === undefined,
    surelyUpTo: Math.min(...last) - 1,
    placeOf: (upTo) => {
      const first = read.pages.find(({ messages }) => messages.some(({ index }) => index > upTo));
      return first === undefined ? read.next : first.at;
    },
  };
};

type ReadPage = { readonly at: string | undefined; readonly messages: readonly Message[] };
/** `next`: where to go on; undefined: they have met the newest page. */
type Read = { readonly pages: readonly ReadPage[]; readonly next: string | undefined };

/** Whether each index above the cursor is there, up to the highest. @param messages by index. */
export const isUnbroken = (messages: readonly Message[], cursor: number): boolean =>
  messages.filter(({ index }) => index > cursor).every(({ index }, n) => index === cursor + 1 + n);

const readUp = (
  { flex }: { readonly flex: Pick<BridgeDeps['flex'], 'listMessages'> },
  channel: ChannelSid,
  place: string | undefined,
): Promise<Page> =>
  flex.listMessages(channel, 'asc', place).catch((error: unknown) => {
    // A remembered page that Twilio does not know any more: from the start, past what is accounted for.
    if (error instanceof TwilioError && error.effect === 'refused' && error.remedy === 'park' && place !== undefined)
      return flex.listMessages(channel, 'asc');
    throw error;
  });
