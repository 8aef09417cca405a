import { createMemoryQueues } from '../../../src/adapters/memory/queues.ts';
import { drainSource, receivingContract, sendingContract } from '../../contracts/queues.contract.ts';

sendingContract('Queues in memory', async (clock) => {
  const queues = createMemoryQueues({ clock });
  return { queues, drain: (queue) => drainSource(queues, queue), dead: queues.dead, close: async () => {} };
});

receivingContract('Queues in memory', async (clock) => ({
  queues: createMemoryQueues({ clock }),
  close: async () => {},
}));
