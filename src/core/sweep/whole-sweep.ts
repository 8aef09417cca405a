import type { BridgeDeps } from '../deps.ts';
import { ACCEPTS_MS, OFFERS_MS } from '../model/times.ts';
import { type AcceptSweepDeps, createAcceptSweep } from './lost-accepts/sweep.ts';
import { createOfferSweep } from './offers.ts';
import { createSweep } from './sweep.ts';

/** What runs once a minute: offers and accepts first, within a time of their own; then pairs. Make it once. */
export const createWholeSweep = (deps: BridgeDeps & Pick<AcceptSweepDeps, 'tasks'>): (() => Promise<void>) => {
  const accepts = createAcceptSweep(deps);
  const pairs = createSweep(deps);
  const offers = createOfferSweep(deps);
  return async () => {
    const begun = deps.clock.now();
    await offers(begun + OFFERS_MS);
    await accepts(begun + ACCEPTS_MS);
    await pairs();
  };
};
