/** Is a message in a container the bridge's own writing? Never recognised by timing or by author alone. */
import type { BridgeDeps } from '../deps.ts';
import type { Lane, Message } from '../model/event.ts';
import { readRow } from '../state/ledger.ts';
import { containerOf, destination, type Pair } from '../state/pair.ts';
import { isIntended } from './fingerprint.ts';
import { isNoticeText } from './notice-text.ts';
import { claimedStamp, provenStamp } from './stamp.ts';

/**
 * @param writer the lane that would have written it; the message stands in that lane's destination.
 * Costs no call when the stamp is whole, as it nearly always is.
 */
export const isOwnMessage = async (deps: BridgeDeps, pair: Pair, writer: Lane, message: Message): Promise<boolean> => {
  const container = containerOf(pair, destination(writer));
  if (container === undefined) return false;
  const { author, body, attributes } = message;
  if (provenStamp(deps.settings.stampKey, { lane: writer, container, author, body }, attributes) !== undefined)
    return true;

  // A notice whose attributes were replaced. Nobody can write in that name, and it must not go where customers read.
  if (writer === 'toFrontline' && isNoticeText(message)) return true;

  // Somebody edited our copy, so its proof is broken, but the ledger names this very message.
  const claimed = claimedStamp(attributes);
  if (claimed !== undefined) {
    const row = await readRow(deps, { pair, lane: writer, sid: claimed.s });
    if (row?.state === 'copied' && row.copy === message.sid) return true;
  }
  // Somebody replaced its attributes before its row was written: the writer's open intent says what it would be.
  const intent = pair.lanes[writer].intent;
  return intent !== undefined && isIntended(deps.settings.stampKey, writer, message, intent, pair);
};
