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
 * messages by index or by date: one stands on an earlier page than its index would have it, never on a later one.
 * @param newest the first index of the newest page.
 */
export const readOlder = async (
  deps: { readonly flex: Pick<BridgeDeps['flex'], 'listMessages'> },
  channel: ChannelSid,
  cursor: number,
  place: string | undefined,
  newest: number,
): Promise<Older> => {
  const pages: { readonly at: string | undefined; readonly messages: readonly Message[] }[] = [];
  let at = place;
  let more = true;
  while (more && pages.length < FORWARD_PAGES) {
    const page: Page = await readUp(deps, channel, at);
    pages.push({ at, messages: page.messages });
    at = page.next;
    more = at !== undefined && !page.messages.some(({ index }) => index >= newest);
  }
  const last = pages.at(-1)?.messages.map(({ index }) => index) ?? [];
  return {
    messages: byIndex(pages.flatMap(({ messages }) => messages)).filter(
      ({ index }) => index > cursor && index < newest,
    ),
    reachesNewest: !more,
    surelyUpTo: Math.min(...last) - 1,
    placeOf: (upTo) => {
      const first = pages.find(({ messages }) => messages.some(({ index }) => index > upTo));
      return first === undefined ? at : first.at;
    },
  };
};

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
