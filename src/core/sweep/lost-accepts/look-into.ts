/**
 * Asks TaskRouter who accepted an open chat that no pair knows of, and sends the event that its webhook was to bring.
 */

import { encodeEnvelope, eventsQueue } from '../../jobs/envelope.ts';
import type { BridgeEvent } from '../../model/event.ts';
import type { WorkerSid } from '../../model/sids.ts';
import { NO_ACCEPT_MS } from '../../model/times.ts';
import type { Clock, Nonce } from '../../ports/clock.ts';
import type { Journal } from '../../ports/journal.ts';
import type { Queues } from '../../ports/queues.ts';
import type { Store } from '../../ports/store.ts';
import type { Acceptance, AcceptedTasks } from '../../ports/tasks.ts';
import type { Turn } from '../turns.ts';
import { askAgainAt, writeAsked } from './asked.ts';
import type { Memory } from './memory.ts';
import type { UnknownChat } from './unknown.ts';

export type Search = {
  readonly store: Store;
  readonly queues: Queues;
  readonly tasks: AcceptedTasks;
  readonly clock: Clock;
  readonly nonce: Nonce;
  readonly journal: Journal;
  readonly memory: Memory;
  readonly turn: Turn;
  /** An accept's own webhook may be on its way for so long, or its event wait for its turn. */
  readonly settleMs: number;
  /** The deployment's first start, in milliseconds since 1970. */
  readonly since: number;
  /** Of the workers met in this run. */
  readonly identities: Map<WorkerSid, string | undefined>;
};

/** @returns whether the accept was sent. @throws BudgetSpent, TwilioError; then it is looked at again. */
export const lookInto = async (search: Search, unknown: UnknownChat): Promise<boolean> => {
  const { tasks, clock, turn, memory, since } = search;
  const { task, asked, parked } = unknown;
  await turn();
  const acceptance = await tasks.acceptance(task.sid);
  const now = clock.now();
  if (acceptance === undefined || acceptance.reservation === parked) {
    memory.snooze(task, now + NO_ACCEPT_MS);
    return false;
  }
  // The task has changed, but not who serves it.
  if (acceptance.reservation === asked?.reservation && now < asked.until) {
    await restUntil(search, unknown, acceptance, asked.until);
    return false;
  }
  if (acceptance.at >= since) {
    if (now - acceptance.at < search.settleMs) return false;
    const identity = await identityOf(search, acceptance.worker);
    if (identity === undefined) {
      memory.snooze(task, now + NO_ACCEPT_MS);
      return false;
    }
    await send(search, unknown, acceptance, identity);
  }
  await restUntil(search, unknown, acceptance, askAgainAt(now, acceptance.at));
  return acceptance.at >= since;
};

const restUntil = async (search: Search, { task }: UnknownChat, { reservation }: Acceptance, until: number) => {
  await writeAsked(search, task.sid, { reservation, updatedAt: task.updatedAt, until });
  search.memory.snooze(task, until);
};

const identityOf = async ({ tasks, turn, identities }: Search, worker: WorkerSid): Promise<string | undefined> => {
  if (identities.has(worker)) return identities.get(worker);
  await turn();
  const identity = await tasks.workerIdentity(worker);
  identities.set(worker, identity);
  return identity;
};

/**
 * On the same queue, in the same group and under the same name as from the webhook, so that the later one is dropped.
 */
const send = async (search: Search, { task, chat }: UnknownChat, acceptance: Acceptance, workerIdentity: string) => {
  const { reservation, worker, at: acceptedAt } = acceptance;
  const event: BridgeEvent = {
    type: 'reservation.accepted',
    side: 'flex',
    ...chat,
    workspace: search.tasks.workspace,
    task: task.sid,
    reservation,
    worker,
    workerIdentity,
    acceptedAt,
  };
  await search.queues.send(eventsQueue('flex'), {
    group: chat.container,
    dedupe: `${event.type}:${reservation}`,
    body: encodeEnvelope({ receivedAt: search.clock.now(), work: { kind: 'event', event } }),
  });
  search.journal({
    step: 'queued',
    type: event.type,
    reason: 'found_by_sweep',
    sids: [reservation, task.sid, worker, chat.container],
  });
};
