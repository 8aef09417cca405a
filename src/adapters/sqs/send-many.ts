/** Many messages in batches, each of different groups: what a batch leaves out holds up its own group alone. */
import type { NotStored, QueueMessage } from '../../core/ports/queues.ts';

/**
 * What one call takes, in messages and in bytes.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html
 */
const BATCH = { messages: 10, bytes: 262_144 } as const;

/** What one call did not store, of messages of different groups; it never rejects. */
export type SendBatch = (messages: readonly QueueMessage[]) => Promise<readonly NotStored[]>;

/** The first of each group, then the second of each, and so on. */
const wavesOf = (messages: readonly QueueMessage[]): readonly (readonly QueueMessage[])[] => {
  const groups = [...Map.groupBy(messages, ({ group }) => group).values()];
  const longest = groups.reduce((most, { length }) => Math.max(most, length), 0);
  return Array.from({ length: longest }, (_, n) => groups.flatMap((group) => group.slice(n, n + 1)));
};

const batchesOf = (wave: readonly QueueMessage[]): readonly (readonly QueueMessage[])[] => {
  const batches: QueueMessage[][] = [];
  let bytes = 0;
  for (const message of wave) {
    const size = Buffer.byteLength(message.body);
    const last = batches.at(-1);
    if (last === undefined || last.length === BATCH.messages || bytes + size > BATCH.bytes) {
      batches.push([message]);
      bytes = size;
    } else {
      last.push(message);
      bytes += size;
    }
  }
  return batches;
};

export const sendInBatches = async (
  messages: readonly QueueMessage[],
  sendBatch: SendBatch,
): Promise<readonly NotStored[]> => {
  const notStored: NotStored[] = [];
  for (const wave of wavesOf(messages)) {
    const stopped = new Set(notStored.map(({ message }) => message.group));
    const behind = wave.filter(({ group }) => stopped.has(group));
    const ended = await Promise.all(batchesOf(wave.filter(({ group }) => !stopped.has(group))).map(sendBatch));
    notStored.push(...behind.map((message) => ({ message, why: 'behind_another' })), ...ended.flat());
  }
  return notStored;
};
