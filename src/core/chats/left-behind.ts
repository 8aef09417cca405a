/** What a closed conversation can take no more. */
import { isOwnMessage } from '../copies/own-message.ts';
import { textAcross } from '../copies/render.ts';
import type { BridgeDeps } from '../deps.ts';
import type { Message } from '../model/event.ts';
import { leaseOf } from '../state/lane/lease.ts';
import { readRow, writeSkipped } from '../state/ledger.ts';
import type { LinkedPair } from '../state/pair.ts';

/**
 * Whether the customer has said something that has not crossed. If not, the agents' words that have not are noted as
 * skipped: who closed the conversation has not waited for them.
 */
export const customersWordsLeft = async (deps: BridgeDeps, pair: LinkedPair): Promise<boolean> => {
  const left = await wordsLeft(deps, pair);
  if (left.some(({ author }) => author === pair.customer)) return true;
  for (const { sid } of left) await writeSkipped(deps, { pair, lane: 'toFrontline', sid }, 'closed');
  return false;
};

/** On the newest page: whoever wrote a hundred messages since the last one crossed is caught up with otherwise. */
const wordsLeft = async (deps: BridgeDeps, pair: LinkedPair): Promise<readonly Message[]> => {
  const { cursor, holes, ownIndices } = pair.lanes.toFrontline;
  const { messages } = await deps.flex.listMessages(pair.flex, 'desc');
  const left: Message[] = [];
  for (const message of messages) {
    const { sid, index } = message;
    if ((index <= cursor && !holes.has(index)) || ownIndices.includes(index)) continue;
    if (textAcross('toFrontline', message, false) === '') continue;
    if (await isOwnMessage(deps, pair, leaseOf(pair, 'toFlex'), message)) continue;
    if ((await readRow(deps, { pair, lane: 'toFrontline', sid })) === undefined) left.push(message);
  }
  return left;
};
