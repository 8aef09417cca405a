/** Whether all that is due to the customer by SMS has gone out, or never will. */
import type { BridgeDeps } from '../deps.ts';
import type { Message } from '../model/event.ts';
import { FORWARD_RECENT_MS } from '../model/times.ts';
import { forwardKey } from '../state/items.ts';
import { messageKey } from './compose.ts';
import { forwardHoles, type HolesChannel, hasEnded, isNeededBy, reaches, recalledFrom } from './holes.ts';
import { byIndex, readForwardPlace } from './place.ts';
import { readForwardRow } from './row.ts';

/**
 * An end of the channel that overtook a message would end the customer's session, and keep it from him. A message
 * without a row, younger than its webhook may be late, is on its way. What lies between the newest page and what is
 * known to be forwarded is looked into first.
 */
export const forwardsAreThrough = async (deps: BridgeDeps, channel: HolesChannel): Promise<boolean> => {
  const { messages } = await deps.flex.listMessages(channel.sid, 'desc');
  const listed = byIndex(messages);
  const first = await recalledFrom(deps, channel);
  const known = async () => (await readForwardPlace(deps, channel.sid)).upTo;
  let upTo = await known();
  if (listed.length > 0 && !reaches(listed, upTo, first)) {
    await forwardHoles(deps, channel, messages);
    upTo = await known();
    if (!reaches(listed, upTo, first) && !showsAllButGone(deps, listed, upTo)) return false;
  }
  const now = deps.clock.now();
  for (const message of messages) {
    if (message.index <= upTo || !isNeededBy(message, channel.customer)) continue;
    const row = await readForwardRow(deps, forwardKey(channel.sid, messageKey(message.sid)));
    // Its webhook was lost: it is sent anew, and waited for as the others are.
    if (row === undefined && Date.parse(message.createdAt) < now - FORWARD_RECENT_MS) {
      if ((await forwardHoles(deps, channel, messages)) > 0) return false;
      continue;
    }
    if (!hasEnded(row)) return false;
  }
  return true;
};

/**
 * The newest page goes back to the cursor, and what it leaves out has been missing as long as SETTLE: an end waits no
 * longer for a message that was perhaps deleted. One that stands on an earlier page was put into the line by now, where
 * the end of the channel comes behind it.
 * @param listed the newest page, by index
 */
const showsAllButGone = ({ clock, settings }: BridgeDeps, listed: readonly Message[], cursor: number): boolean => {
  const settled = clock.now() - settings.settleMs;
  const [oldest] = listed;
  if (oldest === undefined || oldest.index > cursor + 1) return false;
  return listed.every(({ index, createdAt }, n) => {
    const isNext = index <= cursor + 1 || index === (listed[n - 1]?.index ?? cursor) + 1;
    return isNext || Date.parse(createdAt) <= settled;
  });
};
