import { encodeEnvelope, eventsQueue, type Lane, type Work } from '../event.ts';
import { containerOf, type Home, source } from '../pair.ts';
import type { Operator } from './ports.ts';

/** On the lane's own queue and in its own group, so that its consumer stays its only writer. */
export const putJob = async (
  { queues, clock, nonce }: Pick<Operator, 'queues' | 'clock' | 'nonce'>,
  home: Home,
  lane: Lane,
  work: Work,
): Promise<void> => {
  const container = containerOf(home, source(lane));
  if (container === undefined) throw new Error('a job for a lane without a source');
  await queues.send(eventsQueue(source(lane)), {
    group: container,
    dedupe: `operator-${nonce()}`,
    body: encodeEnvelope({ receivedAt: clock.now(), work }),
  });
};
