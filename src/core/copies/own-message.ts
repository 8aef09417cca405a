/** Is a message in a container the bridge's own writing? Never recognised by timing or by author alone. */

import type { BridgeDeps } from '../deps.ts';
import type { Lane, Message } from '../model/event.ts';
import { readRow } from '../state/ledger.ts';
import type { Pair } from '../state/pair.ts';
import { stampOn, type Writer } from './find.ts';
import { isIntended } from './fingerprint.ts';
import { isNoticeText } from './notice-text.ts';
import { claimedStamp } from './stamp.ts';

/**
 * @param by the lane that would have written it; the message stands in that lane's destination.
 * Costs no call when the stamp is whole, as it nearly always is.
 */
export const isOwnMessage = async (
  deps: BridgeDeps,
  pair: Pair,
  by: Writer & { readonly lane: Lane },
  message: Message,
): Promise<boolean> => {
  const { lane: writer } = by;
  if (stampOn(deps.settings, by, message) !== undefined) return true;

  // A notice whose attributes an app replaced. No person can write in that name, and it must not go where customers
  // read.
  if (writer === 'toFrontline' && isNoticeText(message)) return true;

  // A person edited the bridge's copy, so its proof is broken, but the ledger names this very message.
  const claimed = claimedStamp(message.attributes);
  if (claimed !== undefined) {
    const row = await readRow(deps, { pair, lane: writer, sid: claimed.s });
    if (row?.state === 'copied' && row.copy === message.sid) return true;
  }
  // An app replaced its attributes before its row was written: the writer's open intent says what it would be.
  const intent = pair.lanes[writer].intent;
  return intent !== undefined && isIntended(deps.settings.stampKey, writer, message, intent, pair);
};
