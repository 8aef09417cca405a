/**
 * What waits, put on its own lane's queue: at once where a message, an edit or a call's outcome waits; by and by where
 * nothing does but the mark of a pair that was linked. Each mark costs two jobs that read both lists, and the marks of
 * many new chats, sent together, would hold up all that is said meanwhile.
 */
import type { BridgeDeps } from '../deps.ts';
import { sendBacklog } from '../jobs/backlog.ts';
import { directionsOf } from '../jobs/directions.ts';
import { type Job, jobsFor, sendJob } from '../jobs/send.ts';
import type { Lane } from '../model/event.ts';
import { DIRECTIONS, type Modes, modeFor } from '../model/mode.ts';
import { ITEMS_A_PAGE, JOBS_AT_ONCE, SWEEP_MARK_PACE_MS } from '../model/times.ts';
import type { Journal } from '../ports/journal.ts';
import type { PairId } from '../state/items.ts';
import { isLinkLate, waitsSince } from '../state/lag.ts';
import { type Pair, readPair } from '../state/pair.ts';

/** A pair that only wants to be compared once. */
type Marked = { readonly pair: PairId; readonly jobs: readonly Job[] };

/** Sends what cannot wait. @returns how many pairs are due, and those that can wait. */
export const sendWaiting = async (
  deps: BridgeDeps,
  modes: Modes,
): Promise<{ readonly due: number; readonly marked: readonly Marked[] }> => {
  let after: string | undefined;
  const due: Pair[] = [];
  const marked: Marked[] = [];
  do {
    const page = await deps.store.list('due', { limit: ITEMS_A_PAGE, after });
    const pairs = page.items.map(readPair).filter((pair) => pair !== undefined);
    const jobs: Job[] = [];
    for (const pair of pairs) {
      const its = jobsFor(deps, pair).filter((job) => isWorthSending(job, modes));
      if (its.some(isForMark)) marked.push({ pair: pair.id, jobs: its });
      else jobs.push(...its);
    }
    for (let n = 0; n < jobs.length; n += JOBS_AT_ONCE)
      await Promise.all(jobs.slice(n, n + JOBS_AT_ONCE).map((job) => sendJob(deps, job)));
    due.push(...pairs);
    after = page.next;
  } while (after !== undefined);
  logDirtyLanes(deps.journal, due, deps.clock.now(), modes);
  if (modes.toFrontline === 'on') await sendBacklog(deps);
  return { due: due.length, marked };
};

/** What is not on would only be put aside again; but a chat's SMS are looked after by its link, whatever the modes. */
const isWorthSending = ({ work }: Job, modes: Modes): boolean =>
  work.kind === 'link' || modeFor(modes, directionsOf(work)) === 'on';

const isForMark = ({ work }: Job): boolean => work.kind === 'reconcile' && work.because === 'marked';

/**
 * Begins after the pair at which the last run was cut off, so that marks which stay do not keep others back for ever.
 * @returns where the next run goes on; undefined: all were sent.
 */
export const sendMarked = async (
  deps: BridgeDeps,
  marked: readonly Marked[],
  from: string | undefined,
  deadline: number,
): Promise<string | undefined> => {
  const first = from === undefined ? 0 : marked.findIndex(({ pair }) => pair > from);
  let last: PairId | undefined;
  for (const { pair, jobs } of [...marked.slice(Math.max(first, 0)), ...marked.slice(0, Math.max(first, 0))]) {
    if (last !== undefined) await deps.clock.sleep(SWEEP_MARK_PACE_MS);
    if (deps.clock.now() >= deadline) return last;
    await Promise.all(jobs.map((job) => sendJob(deps, job)));
    last = pair;
  }
  return undefined;
};

/**
 * Tells the journal how many lanes are not up to date, of pairs that wait for something; nothing when all are. Those of
 * a direction that is not on are told of apart, and so is the direction, though none waits.
 */
export const logDirtyLanes = (journal: Journal, pairs: readonly Pair[], now: number, modes: Modes): void => {
  const dirty = (lane: Lane): number =>
    pairs.filter((pair) => isLinkLate(pair, now) || waitsSince(pair.lanes[lane], now) !== undefined).length;
  let count = 0;
  for (const lane of DIRECTIONS) {
    const mode = modes[lane];
    if (mode === 'on') count += dirty(lane);
    else journal({ step: 'swept', type: 'mode', lane, reason: mode, sids: [], count: dirty(lane) });
  }
  if (count > 0) journal({ step: 'swept', type: 'dirty_lanes', sids: [], count });
};
