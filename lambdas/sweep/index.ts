import { ACCEPTS_MS } from '../../src/core/model/times.ts';
import { createAcceptSweep } from '../../src/core/sweep/lost-accepts/sweep.ts';
import { createSweep } from '../../src/core/sweep/sweep.ts';
import { lazily } from '../../src/runtime/lazily.ts';
import { functionBase } from '../compose-base.ts';
import { bridgeDeps } from '../compose-bridge.ts';
import { createSweepHandler } from './handler.ts';

const sweep = lazily(async () => {
  const deps = await bridgeDeps();
  const accepts = createAcceptSweep(deps);
  const pairs = createSweep(deps);
  return async (): Promise<void> => {
    await accepts(functionBase.clock.now() + ACCEPTS_MS);
    await pairs();
  };
});

export const handler = createSweepHandler({ journal: functionBase.journal, sweep: async () => (await sweep())() });
