/** Whether all that is due to the customer by SMS has gone out, or never will. */
import type { BridgeDeps } from '../deps.ts';
import type { ChannelSid } from '../model/sids.ts';
import { FORWARD_RECENT_MS } from '../model/times.ts';
import { forwardKey } from '../state/items.ts';
import { messageKey } from './compose.ts';
import { hasEnded, isNeededBy, readForwardCursor } from './holes.ts';
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
  const cursor = await readForwardCursor(deps, channel);
  const { messages } = await deps.flex.listMessages(channel, 'desc');
  const now = deps.clock.now();
  for (const message of messages) {
    if (message.index <= cursor || !isNeededBy(message, customer)) continue;
    const row = await readForwardRow(deps, forwardKey(channel, messageKey(message.sid)));
    if (row === undefined && Date.parse(message.createdAt) < now - FORWARD_RECENT_MS) continue;
    if (!hasEnded(row)) return false;
  }
  return true;
};
