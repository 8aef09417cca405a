/** An operator at work while things go on: what `npx bridge redrive` and `npx bridge repair` put on the queues. */
import { listParked } from '../src/core/operate/parked.ts';
import type { Operator } from '../src/core/operate/ports.ts';
import { putBack } from '../src/core/operate/put-back.ts';
import { repair } from '../src/core/operate/repair.ts';
import { readHome } from '../src/core/pair.ts';
import type { World } from './world.ts';

const unasked = (): never => {
  throw new Error('an operator of a run reads no dead letters');
};

type Place = Pick<World, 'store' | 'queues' | 'time' | 'meter'>;

const operatorOf = ({ store, queues, time }: Place): Operator => {
  let nonces = 0;
  return {
    store,
    queues,
    clock: time,
    nonce: () => `operator at ${time.now()}, ${++nonces}`,
    consumed: true,
    counts: unasked,
    deadLetters: unasked,
    removeDead: unasked,
    leaveDead: unasked,
  };
};

/** Everything that is parked. */
export const redriveAll = async (world: Place): Promise<void> => {
  const rows = await listParked(world.store, {});
  world.meter.met('redriven', rows.length);
  await putBack(operatorOf(world), rows, 0);
};

export const repairPair = async (world: World, channel: string, full: boolean): Promise<void> => {
  const home = readHome(await world.store.get({ pk: `flex#${channel}`, sk: 'pair' }));
  if (home === undefined || home.state === 'closed') return;
  world.meter.met(full ? 'repaired in full' : 'repaired');
  await repair(operatorOf(world), home, { full, waitMs: 0 });
};
