/** What a closed conversation can take no more. */
import { isOwnMessage } from '../copies/own-message.ts';
import { textAcross } from '../copies/render.ts';
import type { BridgeDeps } from '../deps.ts';
import type { Message } from '../model/event.ts';
import { leaseOf } from '../state/lane/lease.ts';
import { readRowOrUnsaid, writeSkipped } from '../state/ledger.ts';
import type { LaneState, LinkedPair } from '../state/pair.ts';

/** `not listed yet`: something tells of a message, and nobody can say yet whose it is. */
export type LeftBehind = 'nothing' | 'the customer’s' | 'not listed yet';

/**
 * What was said in the channel and has not crossed. If the customer has said none of it, the agents' words are noted as
 * skipped: who closed the conversation has not waited for them.
 */
export const wordsLeftBehind = async (deps: BridgeDeps, pair: LinkedPair): Promise<LeftBehind> => {
  const { messages } = await deps.flex.listMessages(pair.flex, 'desc');
  const left = await wordsLeft(deps, pair, messages);
  if (left.some(({ author }) => author === pair.customer)) return 'the customer’s';
  if (tellsOfMore(deps, pair.lanes.toFrontline, messages)) return 'not listed yet';
  for (const { sid } of left) await writeSkipped(deps, { pair, lane: 'toFrontline', sid }, 'closed');
  return 'nothing';
};

/**
 * A webhook has told of a message, or an index was left out, and no list shows it. An end waits for it no longer than
 * SETTLE: while a chat ends nothing else crosses.
 * @param listed what a list shows by now; nothing but what the lane's comparisons have seen when absent
 */
export const tellsOfMore = (
  { clock, settings }: BridgeDeps,
  { dirty, holes }: LaneState,
  listed: readonly Message[] = [],
): boolean => {
  const shown = new Set(listed.map(({ index }) => index));
  const isYoung = (since: number): boolean => clock.now() - since <= settings.settleMs;
  return (
    (dirty !== undefined && isYoung(dirty.since) && dirty.upTo > Math.max(-1, ...shown)) ||
    [...holes].some(([index, found]) => !shown.has(index) && isYoung(found))
  );
};

/** On the newest page: whoever wrote a hundred messages since the last one crossed is caught up with otherwise. */
const wordsLeft = async (
  deps: BridgeDeps,
  pair: LinkedPair,
  messages: readonly Message[],
): Promise<readonly Message[]> => {
  const { cursor, holes, ownIndices } = pair.lanes.toFrontline;
  const left: Message[] = [];
  for (const message of messages) {
    const { sid, index } = message;
    const wasPassedBy = index <= cursor && !holes.has(index);
    if ((wasPassedBy && message.neverEdited === true) || ownIndices.includes(index)) continue;
    if (textAcross('toFrontline', message, false) === '') continue;
    if (await isOwnMessage(deps, pair, leaseOf(pair, 'toFlex'), message)) continue;
    const row = await readRowOrUnsaid(deps, { pair, lane: 'toFrontline', sid });
    // What said nothing when it was passed by may have been given a text.
    if (wasPassedBy ? row?.state === 'skipped' : row === undefined) left.push(message);
  }
  return left;
};
