/**
 * Was a message sent to the customer by a post of which the answer does not tell? The Proxy session lists what it
 * carried. Whether it names the chat message is not known, so without a name it goes by text and time, counted: two
 * equal texts are two messages. `named` and `counted` must never be wrong, for then the customer lacks a message; when
 * in doubt it is `unclear`.
 */

import type { Forward } from '../jobs/envelope.ts';
import { textField } from '../model/json.ts';
import { CLOCK_SLACK_MS, INTERACTION_PAGES } from '../model/times.ts';
import type { FlexSide } from '../ports/chat.ts';
import type { DefaultWebhook, Interaction } from '../ports/default-webhook.ts';
import type { Store } from '../ports/store.ts';
import { forwardKey } from '../state/items.ts';
import { type DoubtfulForward, type ForwardRow, readForwardRow } from './row.ts';

export type SmsLookupDeps = {
  readonly store: Store;
  readonly flex: Pick<FlexSide, 'container' | 'listMessages'>;
  readonly settings: { readonly settleMs: number };
};

/**
 * `named`: the session names the message. `counted`: it shows more of its text than others can have made. `noSession`:
 * the channel has none, and Proxy sends nothing of it however often it is told.
 */
export type SmsFound = 'named' | 'counted' | 'notListed' | 'unclear' | 'noSession';

/**
 * @param job.forward what would be posted now, which an earlier try may have posted, too.
 * @param job.came what was posted at first: its text may have been edited since.
 * @param isSettled whether what is there must be listed; before that nothing is counted.
 * @throws {TwilioError}
 */
export const findSentSms = async (
  deps: SmsLookupDeps,
  webhook: DefaultWebhook,
  { forward, came }: { readonly forward: Forward; readonly came: Forward },
  row: DoubtfulForward,
  isSettled: boolean,
): Promise<SmsFound> => {
  const channel = await deps.flex.container(forward.container);
  // A look may be behind by seconds: one that shows no channel at all does not show that it has no session.
  if (channel === undefined && !isSettled) return 'unclear';
  const session = textField(channel?.attributes ?? '', 'proxySession');
  // Proxy refuses what comes from a channel that names no session (80619), so a second post cannot double anything.
  if (session === undefined) return 'noSession';
  const carried = await readInteractions(webhook, session, forward.about, row.since - CLOCK_SLACK_MS);
  if (carried === undefined) return 'unclear';
  const texts = new Set([textOf(came), textOf(forward)]);
  const judged = judge(carried, forward.about, texts, row);
  if (typeof judged === 'string') return judged;
  if (!isSettled) return 'unclear';
  const others = await equalOthers(deps, forward, texts, row.since - 2 * CLOCK_SLACK_MS);
  return judged.alike > others ? 'counted' : 'unclear';
};

/**
 * What the session's list says by itself. `alike`: so many SMS that name no message have one of these texts; whether
 * ours is among them, the number of other messages with these texts tells.
 * @param texts what was posted at first, and what would be posted now.
 */
const judge = (
  carried: readonly Interaction[],
  about: string,
  texts: ReadonlySet<string>,
  row: DoubtfulForward,
): SmsFound | { readonly alike: number } => {
  if (carried.some(({ messages }) => messages.includes(about))) return 'named';
  const unnamed = carried.filter(
    ({ direction, messages, createdAt }) =>
      direction !== 'in' && messages.length === 0 && Date.parse(createdAt) >= row.since - CLOCK_SLACK_MS,
  );
  const alike = unnamed.filter(({ body }) => body === undefined || texts.has(body));
  // A try may have posted what the message said in between.
  if (alike.length === 0) return texts.size > 1 && unnamed.length > 0 ? 'unclear' : 'notListed';
  if (alike.some(({ direction, body }) => direction !== 'out' || body === undefined)) return 'unclear';
  // Days may have passed: what made these may be deleted, or no longer among the newest, and could not be counted.
  if (row.state === 'queued' && row.revived) return 'unclear';
  return { alike: alike.length };
};

const textOf = ({ body }: Forward): string => new URLSearchParams(body).get('Body') ?? '';

/** At least all since `floor`, and the one that names the message if there is one; undefined: Proxy does not say. */
const readInteractions = async (
  webhook: DefaultWebhook,
  session: string,
  message: string,
  floor: number,
): Promise<readonly Interaction[] | undefined> => {
  // By SID: what comes in while pages are read moves the others onto the next page.
  const found = new Map<string, Interaction>();
  let next: string | undefined;
  for (let pages = 0; pages < INTERACTION_PAGES; pages += 1) {
    const page = await webhook.interactions(session, next);
    if (page === undefined) return undefined;
    for (const one of page.interactions) found.set(one.sid, one);
    next = page.next;
    const named = page.interactions.some(({ messages }) => messages.includes(message));
    if (named || next === undefined || endsBefore(page.interactions, floor)) return [...found.values()];
  }
  return undefined;
};

/** The page shows by itself that the newest come first, and it reaches below the floor. */
const endsBefore = (page: readonly Interaction[], floor: number): boolean => {
  const times = page.map(({ createdAt }) => Date.parse(createdAt));
  const [first = 0, last = 0] = [times.at(0), times.at(-1)];
  return first > last && last < floor;
};

/** How many SMS of other messages with these texts may have been carried since `floor`. */
const equalOthers = async (
  deps: SmsLookupDeps,
  forward: Forward,
  texts: ReadonlySet<string>,
  floor: number,
): Promise<number> => {
  const { messages } = await deps.flex.listMessages(forward.container, 'desc');
  const equal = messages.filter(({ sid, body }) => sid !== forward.about && texts.has(body));
  const most = equal.map(async ({ sid, createdAt }) => {
    const row = await readForwardRow(deps, forwardKey(forward.container, `${forward.eventType}:${sid}`));
    // Nothing is known of it: Flex may have sent it before the bridge stood in between.
    if (row === undefined) return Date.parse(createdAt) < floor ? 0 : 1;
    return mostCarried(row, floor, deps.settings.settleMs);
  });
  return (await Promise.all(most)).reduce((sum: number, one) => sum + one, 0);
};

/** What a try in doubt sends may be carried until it has settled. */
const mostCarried = (row: ForwardRow, floor: number, settleMs: number): number => {
  switch (row.state) {
    case 'sent':
      if (row.at < floor) return row.at + settleMs < floor ? 0 : row.again;
      return 1 + row.again;
    case 'parked':
      return row.unsent || row.at + settleMs < floor ? 0 : 1 + row.again;
    case 'skipped':
      return 0;
    case 'free':
      return row.again;
    case 'trying':
    case 'queued':
      return 1 + row.again;
    default:
      return row satisfies never;
  }
};
