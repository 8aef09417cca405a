/**
 * What waits, put on its own lane's queue: at once and in batches where a message, an edit or a call's outcome waits;
 * by and by where nothing does but the mark of a pair that was linked, and where a link is to be finished. Each mark
 * costs two jobs that read both lists, and the marks of many new chats, sent together, would hold up all that is said
 * meanwhile; a link makes a conversation, of which Twilio takes 30 a second for all chats.
 */
import type { BridgeDeps } from '../deps.ts';
import { directionsOf } from '../jobs/directions.ts';
import { type Job, jobsFor, sendJob, sendJobs } from '../jobs/send.ts';
import type { Lane } from '../model/event.ts';
import { DIRECTIONS, type Modes, modeFor } from '../model/mode.ts';
import { ITEMS_A_PAGE, JOBS_AT_ONCE, SENT_BY_AND_BY_MS } from '../model/times.ts';
import type { Journal } from '../ports/journal.ts';
import { takeClosedOffList } from '../state/agreed.ts';
import type { PairId } from '../state/items.ts';
import { isLinkLate, waitsSince } from '../state/lag.ts';
import { type Pair, readPair } from '../state/pair.ts';

type Waits = { readonly pair: PairId; readonly jobs: readonly Job[] };

/** What is due, as one run of the sweep finds it. */
export type Waiting = {
  /** How many pairs. */
  readonly due: number;
  /** Those for which somebody waits. */
  readonly urgent: readonly Waits[];
  /** Those that only want to be compared once. */
  readonly marked: readonly Waits[];
  /** Those whose link is not finished. */
  readonly links: readonly Waits[];
};

export const readWaiting = async (deps: BridgeDeps, modes: Modes): Promise<Waiting> => {
  let after: string | undefined;
  const due: Pair[] = [];
  const urgent: Waits[] = [];
  const marked: Waits[] = [];
  const links: Waits[] = [];
  do {
    const page = await deps.store.list('due', { limit: ITEMS_A_PAGE, after });
    const all = page.items.map(readPair).filter((pair) => pair !== undefined);
    for (const pair of all) if (pair.state === 'closed') await takeClosedOffList(deps, pair);
    const pairs = all.filter(({ state }) => state !== 'closed');
    for (const pair of pairs) {
      const jobs = jobsFor(deps, pair).filter((job) => isWorthSending(job, modes));
      const kind = jobs.some(isForMark) ? marked : jobs.some(isLink) ? links : urgent;
      kind.push({ pair: pair.id, jobs });
    }
    due.push(...pairs);
    after = page.next;
  } while (after !== undefined);
  logDirtyLanes(deps.journal, due, deps.clock.now(), modes);
  return { due: due.length, urgent, marked, links };
};

/**
 * Sends what cannot wait: as many as there is time for, after those that the last run sent, so that no number of
 * chats keeps the others from their turn, or the sweep from comparing. What a queue does not take waits for the next
 * minute.
 * @returns where the next run goes on; undefined: all were sent.
 */
export const sendUrgent = async (
  deps: BridgeDeps,
  urgent: readonly Waits[],
  from: string | undefined,
  deadline: number,
): Promise<string | undefined> => {
  const waits = goingOnFrom(urgent, from);
  for (let n = 0; n < waits.length; n += JOBS_AT_ONCE) {
    if (n > 0 && deps.clock.now() >= deadline) return waits[n - 1]?.pair;
    const jobs = waits.slice(n, n + JOBS_AT_ONCE).flatMap((one) => one.jobs);
    for (const { job, why } of await sendJobs(deps, jobs))
      deps.journal({ step: 'failed', type: job.work.kind, reason: why, sids: [job.group] });
  }
  return undefined;
};

/** Begins after the pair at which the last run was cut off: those which stay do not keep others back for ever. */
const goingOnFrom = (waits: readonly Waits[], from: string | undefined): readonly Waits[] => {
  const first =
    from === undefined
      ? 0
      : Math.max(
          waits.findIndex(({ pair }) => pair > from),
          0,
        );
  return [...waits.slice(first), ...waits.slice(0, first)];
};

/** What is not on would only be put aside again; but a chat's SMS are looked after by its link, whatever the modes. */
const isWorthSending = ({ work }: Job, modes: Modes): boolean =>
  work.kind === 'link' || modeFor(modes, directionsOf(work)) === 'on';

const isLink = ({ work }: Job): boolean => work.kind === 'link';

const isForMark = ({ work }: Job): boolean => work.kind === 'reconcile' && work.because === 'marked';

/** One at each turn of its pace. @returns where the next run goes on; undefined: all were sent. */
export const sendByAndBy = async (
  deps: BridgeDeps,
  waits: readonly Waits[],
  from: string | undefined,
  deadline: number,
): Promise<string | undefined> => {
  let last: PairId | undefined;
  for (const { pair, jobs } of goingOnFrom(waits, from)) {
    if (last !== undefined) await deps.clock.sleep(SENT_BY_AND_BY_MS);
    if (deps.clock.now() >= deadline) return last ?? from;
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
