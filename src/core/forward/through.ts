/** Whether all that is due to the customer by SMS has gone out, or never will. */
import type { BridgeDeps } from '../deps.ts';
import type { ChannelSid } from '../model/sids.ts';
import { FORWARD_RECENT_MS } from '../model/times.ts';
import { forwardCursorKey, forwardKey } from '../state/items.ts';
import { messageKey } from './compose.ts';
import { isNeededBy } from './holes.ts';
import { readForwardRow } from './row.ts';

/**
 * By the newest page of the channel: an end of the channel that overtook a message would end the customer's session,
 * and keep it from him. A message without a row, younger than its webhook may be late, is on its way.
 */
export const forwardsAreThrough = async (
  deps: BridgeDeps,
  channel: ChannelSid,
  customer: string | undefined,
): Promise<boolean> => {
  const cursor = (await deps.store.get(forwardCursorKey(channel)))?.upTo;
  const { messages } = await deps.flex.listMessages(channel, 'desc');
  const now = deps.clock.now();
  for (const message of messages) {
    if (typeof cursor === 'number' && message.index <= cursor) continue;
    if (!isNeededBy(message, customer)) continue;
    const row = await readForwardRow(deps, forwardKey(channel, messageKey(message.sid)));
    if (row === undefined && Date.parse(message.createdAt) < now - FORWARD_RECENT_MS) continue;
    if (row?.state !== 'sent' && row?.state !== 'skipped' && row?.state !== 'parked') return false;
  }
  return true;
};
