import { sendOffersJob } from '../agents/offers.ts';
import type { BridgeDeps } from '../deps.ts';
import { DIRECTIONS, modeFor } from '../model/mode.ts';
import type { ReservationSid, TaskSid, WorkerSid } from '../model/sids.ts';
import { OFFER_PACE_MS, OFFER_READS, TASK_PAGES } from '../model/times.ts';
import { TwilioError } from '../model/twilio-error.ts';
import type { ReservedTask, TaskSide } from '../ports/tasks.ts';
import { everyKey } from '../state/every-item.ts';
import { modesNow } from '../state/modes.ts';
import { type BulkVerdict, createTurns, type LeftToMode, listAll, notCompared, type Turn } from './turns.ts';

type Deps = BridgeDeps & { readonly tasks: TaskSide };

/** Tasks that were looked at, by when they had last changed: an offer more changes its task. */
type Seen = Map<TaskSid, number>;

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
    // What it would remember as looked at nobody would look at again.
    if (mode !== 'on') return log({ verdict: 'left_alone', why: mode }, 0);
    let sent = 0;
    try {
      const found = new Map<WorkerSid, readonly ReservationSid[]>();
      const trouble = await findOpen({ ...deps, tasks }, seen, found, { deadline, notBefore }).catch(
        (error: unknown) => {
          if (error instanceof TwilioError) notBefore = deps.clock.now() + (error.retryAfter ?? 0) * 1000;
          return notCompared(error);
        },
      );
      // Those who wait are looked after although TaskRouter shows nothing.
      for (const worker of await waiting(deps)) if (!found.has(worker)) found.set(worker, []);
      for (const [worker, open] of found) {
        await sendOffersJob(deps, worker, { is: 'swept', open });
        sent += 1;
      }
      log(trouble ?? { verdict: sent === 0 ? 'clean' : 'repairing' }, sent);
    } catch (error) {
      log(notCompared(error), sent);
    }
  };
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
  found: Map<WorkerSid, readonly ReservationSid[]>,
  { deadline, notBefore }: { readonly deadline: number; readonly notBefore: number },
): Promise<BulkVerdict | undefined> => {
  if (deps.clock.now() < notBefore) return { verdict: 'not_compared', why: 'asked_to_wait' };
  const turn = createTurns(deps.clock, { deadline, paceMs: OFFER_PACE_MS, most: OFFER_READS });
  const reserved = await allReserved(deps.tasks, turn);
  const sids = new Set(reserved.map(({ sid }) => sid));
  for (const sid of seen.keys()) if (!sids.has(sid)) seen.delete(sid);
  for (const { sid, updatedAt } of reserved) {
    if (seen.get(sid) === updatedAt) continue;
    await turn();
    for (const { worker, reservation } of await deps.tasks.openReservations(sid))
      found.set(worker, [...(found.get(worker) ?? []), reservation]);
    // By the second: what changes within the same one is looked at again.
    if (deps.clock.now() - updatedAt > SETTLED_MS) seen.set(sid, updatedAt);
  }
  return undefined;
};

/** A task that changed within this time may change again without another date, and a list may be behind. */
const SETTLED_MS = 60_000;

const allReserved = (tasks: TaskSide, turn: Turn): Promise<readonly ReservedTask[]> =>
  listAll(
    async (from) => {
      const { tasks: all, next } = await tasks.listReserved(from);
      return { all, next };
    },
    TASK_PAGES,
    turn,
  );
