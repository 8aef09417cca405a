import { sendSweptOffers } from '../agents/offers.ts';
import type { BridgeDeps } from '../deps.ts';
import { DIRECTIONS, modeFor } from '../model/mode.ts';
import type { TaskSid, WorkerSid } from '../model/sids.ts';
import { OFFER_AGAIN_MS, OFFER_PACE_MS, OFFER_READS, TASK_PAGES } from '../model/times.ts';
import { TwilioError } from '../model/twilio-error.ts';
import type { ReservationNow, ReservedTask, TaskSide } from '../ports/tasks.ts';
import { everyKey } from '../state/every-item.ts';
import { modesNow } from '../state/modes.ts';
import { loadOffers, offerOf } from '../state/offers.ts';
import {
  type BulkVerdict,
  concernsAll,
  createTurns,
  type LeftToMode,
  listAll,
  notCompared,
  type Turn,
} from './turns.ts';

type Deps = BridgeDeps & { readonly tasks: TaskSide };

/**
 * Tasks that were looked at, by when they had last changed, for an offer more changes its task; they are not looked at
 * again until then (milliseconds since 1970).
 */
type Seen = Map<TaskSid, { readonly updatedAt: number; readonly until: number }>;

/** What waits for an answer, by whose. */
type Found = Map<WorkerSid, readonly ReservationNow[]>;

/** @returns what sweeps once, until a deadline in milliseconds since 1970; it never rejects. Make it once. */
export const createOfferSweep = (deps: BridgeDeps): ((deadline: number) => Promise<void>) => {
  const seen: Seen = new Map();
  let notBefore = 0;
  const log = ({ verdict: reason, ...why }: BulkVerdict | LeftToMode, count: number): void =>
    deps.journal({ step: 'swept', type: 'offers', sids: [], count, reason, ...why });
  return async (deadline) => {
    const { tasks } = deps;
    if (tasks === undefined) return;
    const mode = modeFor(await modesNow(deps), DIRECTIONS);
    // What it sent would only be put aside.
    if (mode !== 'on') return log({ verdict: 'left_alone', why: mode }, 0);
    try {
      const found: Found = new Map();
      const trouble = await findOpen({ ...deps, tasks }, seen, found, { deadline, notBefore }).catch(
        (error: unknown) => {
          if (error instanceof TwilioError) notBefore = deps.clock.now() + (error.retryAfter ?? 0) * 1000;
          return notCompared(error);
        },
      );
      // Those who wait are looked after although TaskRouter shows nothing.
      for (const worker of await waiting(deps)) if (!found.has(worker)) found.set(worker, []);
      const { sent, notSent } = await send(deps, seen, found);
      log(trouble ?? notSent ?? { verdict: sent === 0 ? 'clean' : 'repairing' }, sent);
    } catch (error) {
      log(notCompared(error), 0);
    }
  };
};

/** What a queue does not take is found again by the next run. */
const send = async (
  deps: BridgeDeps,
  seen: Seen,
  found: Found,
): Promise<{ readonly sent: number; readonly notSent: BulkVerdict | undefined }> => {
  const sids = [...found].map(([worker, open]) => [worker, open.map(({ reservation }) => reservation)] as const);
  const notTaken = await sendSweptOffers(deps, new Map(sids));
  for (const { worker, why } of notTaken) {
    deps.journal({ step: 'failed', type: 'offers', reason: why, sids: [worker] });
    for (const { task } of found.get(worker) ?? []) seen.delete(task);
  }
  const [first] = notTaken;
  const notSent = first && ({ verdict: 'not_compared', why: 'failed', error: first.why } as const);
  return { sent: found.size - notTaken.length, notSent };
};

/** Agents of whom an offer is open, or an end is not told. */
const waiting = async (deps: BridgeDeps): Promise<readonly WorkerSid[]> =>
  (await everyKey(deps.store, 'offers')).map(({ listOrder }) => listOrder as WorkerSid);

/**
 * A task that waits for nobody's answer has no open reservation:
 * https://www.twilio.com/docs/taskrouter/lifecycle-task-state
 */
const findOpen = async (
  deps: Deps,
  seen: Seen,
  found: Found,
  { deadline, notBefore }: { readonly deadline: number; readonly notBefore: number },
): Promise<BulkVerdict | undefined> => {
  if (deps.clock.now() < notBefore) return { verdict: 'not_compared', why: 'asked_to_wait' };
  const turn = createTurns(deps.clock, { deadline, paceMs: OFFER_PACE_MS, most: OFFER_READS });
  const reserved = await allReserved(deps.tasks, turn);
  const sids = new Set(reserved.map(({ sid }) => sid));
  for (const sid of seen.keys()) if (!sids.has(sid)) seen.delete(sid);
  let unread: BulkVerdict | undefined;
  for (const task of reserved) {
    const before = seen.get(task.sid);
    if (before?.updatedAt === task.updatedAt && deps.clock.now() < before.until) continue;
    await turn();
    await lookAt(deps, seen, found, task).catch((error: unknown) => {
      if (concernsAll(error)) throw error;
      unread = notCompared(error);
    });
  }
  return unread;
};

const lookAt = async (deps: Deps, seen: Seen, found: Found, { sid, updatedAt }: ReservedTask): Promise<void> => {
  const open = await deps.tasks.openReservations(sid);
  for (const one of open) found.set(one.worker, [...(found.get(one.worker) ?? []), one]);
  // By the second: what changes within the same one is looked at again.
  const age = deps.clock.now() - updatedAt;
  if (age <= SETTLED_MS) return;
  const rests = (await areNoted(deps, open)) ? Number.POSITIVE_INFINITY : Math.min(age, OFFER_AGAIN_MS);
  seen.set(sid, { updatedAt, until: deps.clock.now() + rests });
};

/** A task that changed within this time may change again without another date, and a list may be behind. */
const SETTLED_MS = 60_000;

/** From then on what waits is looked after by its own list. A job may have come to nothing: a side was down. */
const areNoted = async (deps: BridgeDeps, open: readonly ReservationNow[]): Promise<boolean> => {
  for (const { worker, reservation } of open)
    if (offerOf(await loadOffers(deps, worker), reservation) === undefined) return false;
  return true;
};

const allReserved = (tasks: TaskSide, turn: Turn): Promise<readonly ReservedTask[]> =>
  listAll(
    async (from) => {
      const { tasks: all, next } = await tasks.listReserved(from);
      return { all, next };
    },
    TASK_PAGES,
    turn,
  );
