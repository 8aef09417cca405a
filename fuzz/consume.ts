import type { QueueName } from '../src/contract.ts';
import type { Consumer, Disposition } from '../src/core/ports/queues.ts';

/** The consumers, in a time of their own. */
export type ConsumerAccess = {
  readonly consumerOf: (queue: QueueName) => Consumer;
  readonly now: () => number;
  readonly pass: (ms: number) => void;
};

/** Longer than any patience of a consumer: 15 minutes, and 24 hours for a forward. */
const MOST_ATTEMPTS = 60;
/** A queue may be late; after some attempts it is, later each time, so that patience ends soon. */
const late = (attempts: number): number => 2 ** Math.min(Math.max(attempts - 10, 0), 10);

/** Hands a message to its consumer until it is done with. @returns undefined when it never is. */
export const consumeQueued = async (
  bridge: ConsumerAccess,
  queue: QueueName,
  group: string,
  body: string,
): Promise<Exclude<Disposition, { verdict: 'retry' }> | undefined> => {
  const firstReceivedAt = bridge.now();
  for (let attempts = 1; attempts <= MOST_ATTEMPTS; attempts += 1) {
    const deadline = bridge.now() + 25_000;
    const verdict = await bridge.consumerOf(queue)({ id: '1', group, body, firstReceivedAt, attempts, deadline });
    if (verdict.verdict !== 'retry') return verdict;
    if (!(verdict.afterSeconds >= 0 && verdict.afterSeconds <= 43_200))
      throw new Error('a retry after seconds that no queue can wait');
    bridge.pass(verdict.afterSeconds * 1000 * late(attempts) + 1);
  }
  return undefined;
};
