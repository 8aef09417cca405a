import type { QueueName } from '../../contract.ts';
import type { BridgeDeps } from '../deps.ts';
import type { Parked } from '../model/outcome.ts';
import { DEDUPE_CHARACTERS } from '../model/times.ts';
import { encodeEnvelope, type Work } from './envelope.ts';

/**
 * Gives work up: it goes to the queue's dead letters, which raise an alarm, and an operator may redrive it. May be sent
 * twice.
 * @param work what is redriven. `parked` names a message only, whose text is read again from its source.
 */
export const sendDeadLetter = (
  deps: Pick<BridgeDeps, 'clock'> & { readonly queues: Pick<BridgeDeps['queues'], 'deadLetter'> },
  queue: QueueName,
  of: {
    readonly group: string;
    /** Names what is given up, so that the same dead letter soon after is dropped. */
    readonly name: string;
    readonly reason: Parked;
    /** Milliseconds since 1970, when it came; now unless given. */
    readonly receivedAt?: number;
  },
  work: Work,
): Promise<void> =>
  deps.queues.deadLetter(queue, {
    group: of.group,
    dedupe: `parked-${of.name}`.slice(0, DEDUPE_CHARACTERS),
    reason: of.reason,
    body: encodeEnvelope({ receivedAt: of.receivedAt ?? deps.clock.now(), work }),
  });
