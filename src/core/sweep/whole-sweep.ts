import type { BridgeDeps } from '../deps.ts';
import { ACCEPTS_MS, ENDS_MS, OFFERS_MS, PRESENCE_END_MS, STARTS_MS } from '../model/times.ts';
import { type ChannelEndSweepDeps, sweepChannelEnds } from './channel-ends.ts';
import { type AcceptSweepDeps, createAcceptSweep } from './lost-accepts/sweep.ts';
import { createOfferSweep } from './offers.ts';
import { createPresenceSweep } from './presence.ts';
import { createStartSweep } from './starts.ts';
import { createSweep } from './sweep.ts';

/**
 * What runs once a minute, one after the other, so that their reads do not add up: offers, new conversations and
 * accepts are looked for within a time of their own, then pairs are compared, and agents in what is left of the
 * minute. Make it once.
 */
export const createWholeSweep = (
  deps: BridgeDeps & Pick<AcceptSweepDeps, 'tasks'> & Pick<ChannelEndSweepDeps, 'defaultWebhook'>,
): (() => Promise<void>) => {
  const accepts = createAcceptSweep(deps);
  const pairs = createSweep(deps);
  const offers = createOfferSweep(deps);
  const presence = createPresenceSweep(deps);
  const starts = createStartSweep(deps);
  return async () => {
    const begun = deps.clock.now();
    await offers(begun + OFFERS_MS);
    await starts(begun + STARTS_MS);
    await accepts(begun + ACCEPTS_MS);
    await sweepChannelEnds(deps, deps.clock.now() + ENDS_MS);
    try {
      await pairs();
    } finally {
      await presence(begun + PRESENCE_END_MS);
    }
  };
};
