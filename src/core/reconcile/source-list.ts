/** Reads a lane's source: what may not have crossed yet, oldest first, a batch at a time. */

import { type BridgeDeps, chatSide } from '../deps.ts';
import type { Message, Side } from '../model/event.ts';
import { source } from '../model/event.ts';
import type { ContainerSid } from '../model/sids.ts';
import { SOURCE_PAGES } from '../model/times.ts';
import { TwilioError } from '../model/twilio-error.ts';
import type { Page } from '../ports/chat.ts';
import type { LaneLease, LaneWrite } from '../state/lane/lease.ts';
import { keepPlace } from '../state/lane/waiting-marks.ts';

/** `after` is written when the batch is across, so that a killed run goes on behind it. */
export type Batch = {
  readonly messages: readonly Message[];
  /** When this is the newest part of the source in one piece: whether nothing lies before it. */
  readonly newest: { readonly whole: boolean } | undefined;
  readonly after: ((lease: LaneLease) => Promise<LaneWrite>) | undefined;
};

const byIndex = (a: Message, b: Message): number => a.index - b.index;

/** Newest first down to what is done already. undefined: it is too far. */
const readDown = async (deps: BridgeDeps, { pair, lane, from }: LaneLease): Promise<Batch | undefined> => {
  const { cursor, holes } = pair.lanes[lane];
  const floor = Math.min(cursor, ...holes.keys());
  const found: Message[] = [];
  let next: string | undefined;
  for (let pages = 0; pages < SOURCE_PAGES; pages += 1) {
    const page: Page = await chatSide(deps, source(lane)).listMessages(from, 'desc', next);
    found.push(...page.messages);
    next = page.next;
    if (next === undefined || reaches(page, floor))
      return { messages: found.sort(byIndex), newest: { whole: next === undefined }, after: undefined };
  }
  return undefined;
};

/**
 * Whether everything on later pages is at or below the floor. Twilio does not say whether it sorts back-dated messages
 * by index or by date: a page in strict order of index may end below the floor, any other must lie below it wholly.
 */
const reaches = (page: Page, floor: number): boolean => {
  const indices = page.messages.map((m) => m.index);
  const strict = indices.every((index, n) => n === 0 || index < (indices[n - 1] ?? Number.POSITIVE_INFINITY));
  return strict ? (indices.at(-1) ?? -1) <= floor : indices.every((index) => index <= floor);
};

const readUp = async (deps: BridgeDeps, { pair, lane, from }: LaneLease, place: string | undefined): Promise<Page> => {
  const side = chatSide(deps, source(lane));
  if (place === undefined) return side.listMessages(from, 'asc');
  return side.listMessages(from, 'asc', place).catch((error: unknown) => {
    // A remembered page that Twilio does not know any more: from the start, past what is done.
    if (error instanceof TwilioError && error.effect === 'refused' && error.remedy === 'park' && pair.lanes[lane].place)
      return side.listMessages(from, 'asc');
    throw error;
  });
};

export async function* sourceBatches(deps: BridgeDeps, lease: LaneLease): AsyncGenerator<Batch> {
  const { cursor, place } = lease.pair.lanes[lease.lane];
  if (cursor >= 0 && place === undefined) {
    const down = await readDown(deps, lease);
    if (down !== undefined) {
      yield down;
      return;
    }
  }
  let at = place;
  do {
    const page = await readUp(deps, lease, at);
    const { next } = page;
    yield {
      messages: [...page.messages].sort(byIndex),
      newest: at === undefined && next === undefined ? { whole: true } : undefined,
      after: next === undefined ? undefined : (mine) => keepPlace(deps, mine, next),
    };
    at = next;
  } while (at !== undefined);
}

/** Everything in a container, oldest first: for a comparison beyond the newest page. */
export const readAll = async (deps: BridgeDeps, side: Side, container: ContainerSid): Promise<readonly Message[]> => {
  const found: Message[] = [];
  let next: string | undefined;
  do {
    const page: Page = await chatSide(deps, side).listMessages(container, 'asc', next);
    found.push(...page.messages);
    next = page.next;
  } while (next !== undefined);
  return found.sort(byIndex);
};
