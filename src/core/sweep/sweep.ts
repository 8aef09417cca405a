/**
 * Once a minute: what waits is put on its own lane's queue, and a share of all open pairs is compared without any
 * webhook. The lane's consumer does the work; the sweep repairs nothing itself. It has a lease of its own, so that two
 * do not read for one, and the lease remembers how far the last one came.
 */

import { TABLE } from '../../contract.ts';
import type { BridgeDeps } from '../deps.ts';
import { sendBacklog } from '../jobs/backlog.ts';
import { jobsFor, sendJob } from '../jobs/send.ts';
import { errorName } from '../model/error-name.ts';
import type { SweepVerdict } from '../model/sweep-verdict.ts';
import { ITEMS_A_PAGE, JOBS_AT_ONCE, SWEEP_END_MS, SWEEP_LEASE_MS, SWEEP_SHARE } from '../model/times.ts';
import type { Item } from '../ports/change.ts';
import type { Journal } from '../ports/journal.ts';
import { NONCE, type PairId, SWEEP_LEASE } from '../state/items.ts';
import { isLinkLate, waitsSince } from '../state/lag.ts';
import { type Pair, readPair } from '../state/pair.ts';
import type { SweepClass } from '../state/pair-writes.ts';
import { bothLanes, comparePair, type Verdicts } from './compare-pair.ts';
import { createPacer } from './pacer.ts';

export const createSweep = (deps: BridgeDeps) => async (): Promise<void> => {
  const start = deps.clock.now();
  const lease = await deps.store.write(SWEEP_LEASE, {
    when: [['any', [['lacks', 'until']], [['<=', 'until', start]]]],
    set: { until: start + SWEEP_LEASE_MS },
    nonce: [NONCE, deps.nonce()],
  });
  if (!lease.ok) return deps.journal({ step: 'swept', type: 'sweep', reason: 'overlapped', sids: [] });

  const waiting = await sendWaiting(deps);
  deps.journal({ step: 'swept', type: 'sweep', sids: [], count: waiting });
  const places: Record<string, string> = {};
  for (const kind of ['active', 'quiet'] as const) {
    const place = await compareShare(deps, kind, placeIn(lease.item, kind), start + SWEEP_END_MS[kind]);
    if (place !== undefined) places[kind] = place;
  }
  await deps.store.write(SWEEP_LEASE, {
    when: [['=', 'until', start + SWEEP_LEASE_MS]],
    set: { until: 0, ...places },
    remove: (['active', 'quiet'] as const).filter((kind) => places[kind] === undefined),
    nonce: [NONCE, deps.nonce()],
  });
};

const placeIn = (lease: Item, kind: SweepClass): string | undefined => {
  const place = lease[kind];
  return typeof place === 'string' ? place : undefined;
};

/** @returns where the next run goes on; undefined: at the beginning. */
const compareShare = async (
  deps: BridgeDeps,
  kind: SweepClass,
  from: string | undefined,
  deadline: number,
): Promise<string | undefined> => {
  const seen: Seen[] = [];
  const pacer = createPacer(deps.clock);
  let place = from;
  let begun = 0;
  const isOver = (): boolean => begun >= SWEEP_SHARE[kind] || deps.clock.now() >= deadline;
  while (!isOver()) {
    const page = await deps.store.list(kind, {
      limit: Math.min(ITEMS_A_PAGE, SWEEP_SHARE[kind] - begun),
      after: place,
    });
    for (const item of page.items) {
      if (isOver()) break;
      begun += 1;
      place = String(item[TABLE.listOrder]);
      await pacer.begin(() => compareOne(deps, item.pk as PairId, kind, seen));
    }
    if (page.next === undefined && !isOver()) {
      place = undefined;
      break;
    }
  }
  await pacer.ended();
  log(deps, kind, seen);
  return place;
};

/** @returns lanes found to differ. */
const compareOne = async (deps: BridgeDeps, pair: PairId, kind: SweepClass, seen: Seen[]): Promise<number> => {
  const lanes = await comparePair(deps, pair, kind).catch((error: unknown) =>
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

const sendWaiting = async (deps: BridgeDeps): Promise<number> => {
  let after: string | undefined;
  const waiting: Pair[] = [];
  do {
    const page = await deps.store.list('due', { limit: ITEMS_A_PAGE, after });
    const pairs = page.items.map(readPair).filter((pair) => pair !== undefined);
    const jobs = pairs.flatMap((pair) => jobsFor(deps, pair));
    for (let n = 0; n < jobs.length; n += JOBS_AT_ONCE)
      await Promise.all(jobs.slice(n, n + JOBS_AT_ONCE).map((job) => sendJob(deps, job)));
    waiting.push(...pairs);
    after = page.next;
  } while (after !== undefined);
  logDirtyLanes(deps.journal, waiting, deps.clock.now());
  await sendBacklog(deps);
  return waiting.length;
};

/** Tells the journal how many lanes are not up to date, of pairs that wait for something; nothing when all are. */
export const logDirtyLanes = (journal: Journal, pairs: readonly Pair[], now: number): void => {
  const count = pairs
    .flatMap((pair) => [pair.lanes.toFrontline, pair.lanes.toFlex].map((lane) => ({ pair, lane })))
    .filter(({ pair, lane }) => isLinkLate(pair, now) || waitsSince(lane, now) !== undefined).length;
  if (count > 0) journal({ step: 'swept', type: 'dirty_lanes', sids: [], count });
};
