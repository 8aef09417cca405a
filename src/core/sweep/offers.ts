/**
 * Looks each minute at what is offered: TaskRouter's reserved tasks and their open reservations, of which a webhook may
 * have been lost, and the agents of whom an offer is known to be open, whose answer or end may have been. What it finds
 * is a job in the group of the agent's worker.
 */
import { TABLE } from '../../contract.ts';
import { sendOffersJob } from '../agents/offers.ts';
import type { BridgeDeps } from '../deps.ts';
import { errorName } from '../model/error-name.ts';
import type { ReservationSid, TaskSid, WorkerSid } from '../model/sids.ts';
import type { SweepVerdict } from '../model/sweep-verdict.ts';
import { ITEMS_A_PAGE, OFFER_PACE_MS, OFFER_READS, TASK_PAGES } from '../model/times.ts';
import { TwilioError, twilioAnswer } from '../model/twilio-error.ts';
import type { ReservedTask, TaskSide } from '../ports/tasks.ts';

type Verdict = Exclude<SweepVerdict, { verdict: 'left_alone' }>;
type Deps = BridgeDeps & { readonly tasks: TaskSide };

/** Tasks that were looked at, by when they had last changed: an offer more changes its task. */
type Seen = Map<TaskSid, number>;

class OfferReadsSpent extends Error {}

/** @returns what sweeps once, until a deadline in milliseconds since 1970; it never rejects. Make it once. */
export const createOfferSweep = (deps: BridgeDeps): ((deadline: number) => Promise<void>) => {
  const seen: Seen = new Map();
  let notBefore = 0;
  const log = ({ verdict: reason, ...why }: Verdict, count: number): void =>
    deps.journal({ step: 'swept', type: 'offers', sids: [], count, reason, ...why });
  return async (deadline) => {
    const { tasks } = deps;
    if (tasks === undefined) return;
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

const notCompared = (error: unknown): Verdict => {
  if (error instanceof OfferReadsSpent) return { verdict: 'not_compared', why: 'budget_spent' };
  if (error instanceof TwilioError) return { verdict: 'not_compared', why: 'twilio', ...twilioAnswer(error) };
  return { verdict: 'not_compared', why: 'failed', error: errorName(error) };
};

/** Agents of whom an offer is open, or an end is not told. */
const waiting = async (deps: BridgeDeps): Promise<readonly WorkerSid[]> => {
  const workers: WorkerSid[] = [];
  let after: string | undefined;
  do {
    const page = await deps.store.list('offers', { limit: ITEMS_A_PAGE, after });
    workers.push(...page.items.map((item) => String(item[TABLE.listOrder]) as WorkerSid));
    after = page.next;
  } while (after !== undefined);
  return workers;
};

/**
 * A task that waits for nobody's answer has no open reservation:
 * https://www.twilio.com/docs/taskrouter/lifecycle-task-state
 */
const findOpen = async (
  deps: Deps,
  seen: Seen,
  found: Map<WorkerSid, readonly ReservationSid[]>,
  { deadline, notBefore }: { readonly deadline: number; readonly notBefore: number },
): Promise<Verdict | undefined> => {
  if (deps.clock.now() < notBefore) return { verdict: 'not_compared', why: 'asked_to_wait' };
  let left = OFFER_READS;
  const turn = async (): Promise<void> => {
    left -= 1;
    if (left < 0 || deps.clock.now() + OFFER_PACE_MS > deadline) throw new OfferReadsSpent();
    await deps.clock.sleep(OFFER_PACE_MS);
  };
  const reserved = await listAll(deps.tasks, turn);
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

const listAll = async (tasks: TaskSide, turn: () => Promise<void>): Promise<readonly ReservedTask[]> => {
  const found: ReservedTask[] = [];
  let from: string | undefined;
  for (let page = 0; page < TASK_PAGES; page += 1) {
    await turn();
    const { tasks: some, next } = await tasks.listReserved(from);
    found.push(...some);
    if (next === undefined) return found;
    from = next;
  }
  throw new OfferReadsSpent();
};
