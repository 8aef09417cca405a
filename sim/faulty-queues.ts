/** Queues as SQS is on a bad day: slow, and now and then they refuse a message. */
import type { QueueName } from '../src/contract.ts';
import type { QueueMessage, Queues } from '../src/core/ports/queues.ts';
import type { Meter } from './meter.ts';
import type { Process } from './process.ts';
import type { Dice } from './random.ts';

/** A message that a process sent, as the queue answered it. */
export type SentMessage = Pick<QueueMessage, 'dedupe' | 'body'> & {
  readonly queue: QueueName;
  readonly refused: boolean;
};

/** @param note hears of each message before the queue has it */
export const createFaultyQueues = (
  inner: Queues,
  process: Process,
  dice: Dice,
  faults: () => { readonly notQueued: number },
  meter: Meter,
  note: (sent: SentMessage) => void,
): Queues => ({
  send: (queue, message) =>
    process.step(`send ${queue}`, dice.between(3, 15), async () => {
      const { dedupe, body } = message;
      const refused = dice.chance(faults().notQueued);
      note({ queue, dedupe, body, refused });
      if (refused) {
        meter.met('queue refused');
        throw new Error('the queue refused');
      }
      await inner.send(queue, message);
    }),
  sendMany: (queue, messages) =>
    process.step(`send ${queue}`, dice.between(3, 15), async () => {
      const [taken, notTaken] = [[] as QueueMessage[], [] as QueueMessage[]];
      for (const message of messages) {
        const { dedupe, body } = message;
        const refused = dice.chance(faults().notQueued);
        note({ queue, dedupe, body, refused });
        if (refused) meter.met('queue refused');
        (refused ? notTaken : taken).push(message);
      }
      const notStored = await inner.sendMany(queue, taken);
      return [...notStored, ...notTaken.map((message) => ({ message, why: 'refused' }))];
    }),
  deadLetter: (queue, message) =>
    process.step(`bury ${queue}`, dice.between(3, 15), () => inner.deadLetter(queue, message)),
});
