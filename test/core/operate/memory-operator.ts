/** An operator beside a bridge in memory, whose dead letters are removed by being seen no more. */
import type { createMemoryQueues } from '../../../src/adapters/memory/queues.ts';
import { QUEUES } from '../../../src/contract.ts';
import type { DeadLetter, Operator } from '../../../src/core/operate/ports.ts';

type Bridge = Pick<Operator, 'store' | 'clock' | 'nonce'> & { readonly queues: ReturnType<typeof createMemoryQueues> };

export const memoryOperator = ({ store, queues, clock, nonce }: Bridge): Operator => {
  const removed = new Set<string>();
  return {
    store,
    queues,
    clock,
    nonce,
    consumed: true,
    counts: async () => {
      const counts = await queues.counts();
      const of = (name: (typeof QUEUES)[number]) => [name, { ...counts[name], oldestAt: undefined }] as const;
      return Object.fromEntries(QUEUES.map(of)) as Awaited<ReturnType<Operator['counts']>>;
    },
    deadLetters: async (name): Promise<readonly DeadLetter[]> =>
      (await queues.dead(name))
        .map(({ body, reason }, n) => ({ handle: `${name} ${n}`, body, reason }))
        .filter(({ handle }) => !removed.has(handle)),
    removeDead: async (_, handles) => {
      for (const handle of handles) removed.add(handle);
    },
    leaveDead: async () => {},
  };
};
