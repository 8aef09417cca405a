import type { Accepted } from '../../src/core/model/event.ts';
import type { ChannelSid } from '../../src/core/model/sids.ts';

/** Worker WK1 accepts the chat of this channel. */
export const acceptedIn = (container: ChannelSid): Accepted => ({
  type: 'reservation.accepted',
  side: 'flex',
  container,
  workspace: 'WS1',
  task: 'WT1',
  reservation: 'WR1',
  worker: 'WK1',
  workerIdentity: 'ann',
  customerName: '',
});
