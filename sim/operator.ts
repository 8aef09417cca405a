/** An operator at work while things go on: what `npx bridge redrive` and `npx bridge repair` put on the queues. */

import type { LocalQueues } from '../src/adapters/in-process/source.ts';
import { QUEUES } from '../src/contract.ts';
import type { ChannelSid } from '../src/core/model/sids.ts';
import { givenUpForwards, readUnlisted } from '../src/core/operate/dead-letters.ts';
import type { DeadLetter, Operator } from '../src/core/operate/operator.ts';
import { listParked } from '../src/core/operate/parked.ts';
import { redriveForwards, redriveMessages } from '../src/core/operate/redrive.ts';
import { repairPair } from '../src/core/operate/repair.ts';
import { pairId } from '../src/core/state/items.ts';
import { loadPair } from '../src/core/state/pair.ts';
import type { SimWorld } from './world.ts';

/** Beside a bridge in memory. Dead letters are removed by being seen no more. */
export const memoryOperator = ({
  store,
  queues,
  clock,
  nonce,
}: Pick<Operator, 'store' | 'clock' | 'nonce'> & { readonly queues: LocalQueues }): Operator => {
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

type Place = Pick<SimWorld, 'store' | 'queues' | 'time' | 'meter'>;

const operatorOf = ({ store, queues, time }: Place): Operator => {
  let nonces = 0;
  return memoryOperator({ store, queues, clock: time, nonce: () => `operator at ${time.now()}, ${++nonces}` });
};

/** Everything that is parked, and every SMS that was refused, whether it was put back before or not. */
export const redriveAll = async (world: Place): Promise<void> => {
  const operator = operatorOf(world);
  const rows = await listParked(world.store, {});
  world.meter.met('redriven', rows.length);
  await redriveMessages(operator, rows, 0);
  const deadLetters = await readUnlisted(operator, await operator.counts());
  const forwards = givenUpForwards(deadLetters.filter(({ reason }) => reason === 'forward_refused'));
  if (forwards.length > 0) world.meter.met('SMS redriven', forwards.length);
  await redriveForwards(operator, forwards, 0);
};

export const repairChat = async (world: SimWorld, channel: ChannelSid, full: boolean): Promise<void> => {
  const pair = await loadPair(world.store, pairId('flex', channel));
  if (pair === undefined || pair.state === 'closed') return;
  world.meter.met(full ? 'repaired in full' : 'repaired');
  await repairPair(operatorOf(world), pair, { full, waitMs: 0 });
};
