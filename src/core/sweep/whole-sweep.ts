import type { BridgeDeps } from '../deps.ts';
import { ACCEPTS_MS } from '../model/times.ts';
import { type AcceptSweepDeps, createAcceptSweep } from './lost-accepts/sweep.ts';
import { createSweep } from './sweep.ts';

/** What runs once a minute: accepts are looked for first, within a time of their own; then pairs. Make it once. */
export const createWholeSweep = (deps: BridgeDeps & Pick<AcceptSweepDeps, 'tasks'>): (() => Promise<void>) => {
  const accepts = createAcceptSweep(deps);
  const pairs = createSweep(deps);
  return async () => {
    await accepts(deps.clock.now() + ACCEPTS_MS);
    await pairs();
  };
};
