/**
 * Once a minute: what waits is put on its own lane's queue at once; then, spread over the minute, pairs that want to be
 * compared once, or linked, are put there, and a share of all open pairs is compared without any webhook. The lane's
 * consumer does the work; the sweep repairs nothing itself. It has a lease of its own, so that two do not read for one,
 * and the lease remembers how far the last one came.
 */

import type { BridgeDeps } from '../deps.ts';
import { sendBacklog } from '../jobs/backlog.ts';
import { errorName } from '../model/error-name.ts';
import type { Modes } from '../model/mode.ts';
import type { SweepVerdict } from '../model/sweep-verdict.ts';
import { SWEEP_END_MS, SWEEP_LEASE_MS, SWEEP_PACE_MS, SWEEP_SHARE } from '../model/times.ts';
import type { Item } from '../ports/change.ts';
import type { ListedKey } from '../ports/store.ts';
import { keysBehind } from '../state/every-item.ts';
import { NONCE, type PairId, SWEEP_LEASE } from '../state/items.ts';
import { modesNow } from '../state/modes.ts';
import type { SweepClass } from '../state/sweep-lists.ts';
import { bothLanes, comparePair, type Verdicts } from './compare-pair.ts';
import { createPacer } from './pacer.ts';
import { readWaiting, sendByAndBy, sendUrgent } from './waiting.ts';
import { createEndsSweep, type EndsSweep } from './what-is-open.ts';

export const createSweep = (deps: BridgeDeps) => async (): Promise<void> => {
  const start = deps.clock.now();
  const lease = await deps.store.write(SWEEP_LEASE, {
    when: [['any', [['lacks', 'until']], [['<=', 'until', start]]]],
    set: { until: start + SWEEP_LEASE_MS },
    nonce: [NONCE, deps.nonce()],
  });
  if (!lease.ok) return deps.journal({ step: 'swept', type: 'sweep', reason: 'overlapped', sids: [] });

  const modes = await modesNow(deps);
  const { due, urgent, marked, links } = await readWaiting(deps, modes);
  deps.journal({ step: 'swept', type: 'sweep', sids: [], count: due });
  const waiting = await sendUrgent(deps, urgent, placeIn(lease.item, 'waiting'), start + SWEEP_END_MS.waiting);
  const end = start + SWEEP_END_MS.active;
  // Side by side, each at its pace; and all end before a failure of one is told.
  const ended = await Promise.allSettled([
    sendByAndBy(deps, marked, placeIn(lease.item, 'marked'), end).then((place) => ({ marked: place })),
    sendByAndBy(deps, links, placeIn(lease.item, 'links'), end).then((place) => ({ links: place })),
    kept(deps, modes, placeIn(lease.item, 'backlog'), end).then((place) => ({ backlog: place })),
    compareShares(deps, lease.item, start),
  ]);
  const failed = ended.find((one) => one.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  const places: { readonly [place in Place]?: string | undefined } = Object.assign(
    { waiting },
    ...ended.map((one) => (one.status === 'fulfilled' ? one.value : {})),
  );
  await deps.store.write(SWEEP_LEASE, {
    when: [['=', 'until', start + SWEEP_LEASE_MS]],
    set: { until: 0, ...Object.fromEntries(Object.entries(places).filter(([, place]) => place !== undefined)) },
    remove: PLACES.filter((place) => places[place] === undefined),
    nonce: [NONCE, deps.nonce()],
  });
};

const kept = async (deps: BridgeDeps, modes: Modes, from: string | undefined, deadline: number) =>
  modes.toFrontline === 'on' ? sendBacklog(deps, from, deadline) : from;

/** How far a run came. */
const PLACES = ['active', 'quiet', 'waiting', 'marked', 'links', 'backlog'] as const;
type Place = (typeof PLACES)[number];

const placeIn = (lease: Item, of: Place): string | undefined => {
  const place = lease[of];
  return typeof place === 'string' ? place : undefined;
};

const compareShares = async (
  deps: BridgeDeps,
  lease: Item,
  start: number,
): Promise<Readonly<Record<SweepClass, string | undefined>>> => {
  const ends = createEndsSweep(deps);
  const active = await compareShare(deps, 'active', placeIn(lease, 'active'), start + SWEEP_END_MS.active, ends);
  const quiet = await compareShare(deps, 'quiet', placeIn(lease, 'quiet'), start + SWEEP_END_MS.quiet, ends);
  await ends.ended();
  return { active, quiet };
};

/** @returns where the next run goes on; undefined: at the beginning. */
const compareShare = async (
  deps: BridgeDeps,
  kind: SweepClass,
  from: string | undefined,
  deadline: number,
  ends: EndsSweep,
): Promise<string | undefined> => {
  const seen: Seen[] = [];
  const pacer = createPacer(deps.clock, SWEEP_PACE_MS[kind]);
  let place = from;
  let begun = 0;
  const isOver = (): boolean => begun >= SWEEP_SHARE[kind] || deps.clock.now() >= deadline;
  for await (const { pk, listOrder } of isOver() ? [] : allOnce(deps, kind, from)) {
    begun += 1;
    place = listOrder;
    await pacer.begin(() => compareOne(deps, pk as PairId, kind, seen, ends));
    if (isOver()) break;
  }
  if (!isOver()) place = undefined;
  await pacer.ended();
  log(deps, kind, seen);
  return place;
};

/** Those of a list that come after this place, and then the others: a round is no longer than its pairs. */
async function* allOnce({ store }: BridgeDeps, kind: SweepClass, from: string | undefined): AsyncGenerator<ListedKey> {
  yield* keysBehind(store, kind, from);
  if (from === undefined) return;
  for await (const key of keysBehind(store, kind, undefined)) {
    if (key.listOrder > from) return;
    yield key;
  }
}

/** @returns lanes found to differ. */
const compareOne = async (
  deps: BridgeDeps,
  pair: PairId,
  kind: SweepClass,
  seen: Seen[],
  ends: EndsSweep,
): Promise<number> => {
  const lanes = await comparePair(deps, pair, kind, ends.hasItEnded).catch((error: unknown) =>
    // The store or a queue did not do as asked: this pair is looked at again by the next run.
    bothLanes({ verdict: 'not_compared', why: 'failed', error: errorName(error) }),
  );
  seen.push({ pair, lanes });
  return count(lanes, 'repairing');
};

type Seen = { readonly pair: PairId; readonly lanes: Verdicts };

const count = (lanes: Verdicts, verdict: SweepVerdict['verdict']): number =>
  Object.values(lanes).filter((one) => one.verdict === verdict).length;

/** A verdict per lane; what was not seen is never called clean. */
const log = (deps: BridgeDeps, kind: SweepClass, pairs: readonly Seen[]): void => {
  for (const verdict of ['clean', 'repairing'] as const) {
    const lanes = pairs.reduce((sum, seen) => sum + count(seen.lanes, verdict), 0);
    if (verdict === 'clean' || lanes > 0)
      deps.journal({ step: 'swept', type: `${kind}_lanes`, reason: verdict, sids: [], count: lanes });
  }
  for (const { pair, lanes } of pairs)
    for (const lane of ['toFrontline', 'toFlex'] as const) {
      const seen = lanes[lane];
      if (seen?.verdict !== 'left_alone' && seen?.verdict !== 'not_compared') continue;
      const { verdict: reason, ...why } = seen;
      deps.journal({ step: 'swept', type: `${kind}_lanes`, lane, reason, ...why, sids: [pair] });
    }
};
