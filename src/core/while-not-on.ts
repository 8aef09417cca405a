/** What becomes of work whose direction an operator has switched off, or to read-only: it is put aside. */

import type { BridgeDeps } from './deps.ts';
import { hasLeftBacklog } from './jobs/backlog.ts';
import type { Work } from './jobs/envelope.ts';
import { decide } from './messages/decide.ts';
import { markNeverCopied } from './messages/edit.ts';
import { type BridgeEvent, laneFrom, otherLane } from './model/event.ts';
import type { NotOn } from './model/mode.ts';
import { deferred, type Outcome, retry, skipped } from './model/outcome.ts';
import { retryDelay } from './model/retry-delay.ts';
import { TwilioError } from './model/twilio-error.ts';
import type { Decided, Entry } from './ports/journal.ts';
import type { Delivery } from './ports/queues.ts';
import { watchWrites } from './ports/writes.ts';
import { putAside } from './put-aside.ts';
import { modesNow } from './state/modes.ts';
import { loadPair, type Pair } from './state/pair.ts';
import type { PairIds } from './state/pair-ids.ts';

/**
 * The same ports, which refuse to write in a direction that is not on. Work is held back before it comes to that
 * ({@link whileNotOn}); this is so that none which was overlooked writes all the same.
 */
export const guardWrites = (deps: BridgeDeps): BridgeDeps => ({
  ...deps,
  ...watchWrites(deps, async (direction, write) => {
    const mode = (await modesNow(deps))[direction];
    if (mode === 'on') return;
    throw new TwilioError(`${write} is not made: ${direction} is ${mode}`, { remedy: 'retry', effect: 'unsent' });
  }),
});

export type NotOnWays = {
  /** As if it were on: only of what is known to write nothing. */
  readonly act: () => Promise<Outcome>;
  readonly rehearse: () => Promise<Decided>;
  /** What the journal says of this work besides. */
  readonly about: Pick<Entry, 'type' | 'lane' | 'sids'>;
};

export const whileNotOn = async (
  deps: BridgeDeps,
  pairs: PairIds,
  work: Work,
  mode: NotOn,
  { group, attempts }: Delivery,
  ways: NotOnWays,
): Promise<Outcome> => {
  if (await hasLeftBacklog(deps, work)) return skipped('already');
  if (work.kind === 'event' && (await hasNothingToWrite(deps, pairs, work.event))) return ways.act();
  // What the sweep sends each minute was decided when it was put aside.
  const comesAgain = work.kind === 'link' && work.because === 'unfinished';
  if (mode === 'read_only' && !comesAgain)
    deps.journal({ ...ways.about, step: 'decided', reason: await ways.rehearse() });
  // Who waits now does not want an agent to be told tomorrow.
  if (work.kind === 'notify_agent') return skipped('not_on');
  return (await putAside(deps, pairs, work, group)) ? deferred(mode) : retry(retryDelay(attempts), 'failed');
};

/** By what is stored; and what a person has taken away by hand is noted there. */
const hasNothingToWrite = async (deps: BridgeDeps, pairs: PairIds, event: BridgeEvent): Promise<boolean> => {
  if (!('side' in event) || !('container' in event) || event.type === 'reservation.accepted') return false;
  const { side, container } = event;
  const id = await pairs.find(side, container);
  const pair = id === undefined ? undefined : await loadPair(deps.store, id);
  if (event.type === 'chat.changed') return !goesOnIn(pair, side, container);
  const lane = laneFrom(side);
  if (event.type === 'message.added') return decide(pair, lane, container, event.message.index).do === 'skip';
  if (pair === undefined || !goesOnIn(pair, side, container)) return true;
  if (event.type === 'message.removed') await markNeverCopied(deps, pair, otherLane(lane), event);
  return false;
};

const goesOnIn = (pair: Pair | undefined, side: 'flex' | 'frontline', container: string): boolean =>
  pair !== undefined && pair.state !== 'closed' && pair[side] === container;
