/**
 * Presence: a change of an agent's activity on one side is carried to the other. All that concerns one agent is done in
 * the group of his Flex worker, one after the other; a change in Frontline only sends its job there.
 */

import type { BridgeDeps } from '../deps.ts';
import { encodeEnvelope, type Work } from '../jobs/envelope.ts';
import { mayOutlast, type Run } from '../jobs/run.ts';
import type { JobDeps } from '../jobs/send.ts';
import type { ActivityChanged, Lane } from '../model/event.ts';
import { modeFor } from '../model/mode.ts';
import { deferred, type Outcome, retry, type Skipped, skipped } from '../model/outcome.ts';
import { isMapped } from '../model/presence.ts';
import type { WorkerSid } from '../model/sids.ts';
import { LEASE_LOOK_SECONDS } from '../model/times.ts';
import { knownFirstStart } from '../state/first-start.ts';
import { modesNow } from '../state/modes.ts';
import { loadPresence, type Presence, type Todo, takePresence } from '../state/presence.ts';
import type { Agents } from './agents.ts';
import { carryOut, namesOf } from './carry-out.ts';
import { type BothSides, heard, looked, type PresenceStep } from './decide-presence.ts';
import type { Twin } from './twin.ts';

export type PresenceJob = Extract<Work, { kind: 'presence' }>;

export const sendPresenceJob = (deps: JobDeps, job: PresenceJob): Promise<void> =>
  deps.queues.send('flex-events', {
    group: job.worker,
    dedupe: `presence-${deps.nonce()}`,
    body: encodeEnvelope({ receivedAt: deps.clock.now(), work: job }),
  });

export const onActivity = async (
  deps: BridgeDeps,
  agents: Agents | undefined,
  event: ActivityChanged,
  run: Run,
): Promise<Outcome> => {
  if (agents === undefined) return skipped('no_workspace');
  const { side, worker, activity, at } = event;
  if (!isMapped(deps.settings.presence, side, activity)) return skipped('unmapped_activity');
  if (side === 'flex') return settle(deps, agents, { kind: 'presence', worker, change: { side, activity, at } }, run);
  const twin = await agents.twins.of('frontline', worker);
  if (twin === undefined) return skipped('no_twin');
  await sendPresenceJob(deps, { kind: 'presence', worker: twin.sid, change: { side, activity, at } });
  return skipped('sent_on');
};

export const onPresenceJob = async (
  deps: BridgeDeps,
  agents: Agents | undefined,
  job: PresenceJob,
  run: Run,
): Promise<Outcome> => (agents === undefined ? skipped('no_workspace') : settle(deps, agents, job, run));

/** Whether no person has put the worker there: Flex does so when he lets an offer time out. */
const isNobodysWish = async (
  deps: BridgeDeps,
  { workers, activities }: Agents,
  worker: WorkerSid,
  { activity, at }: Pick<ActivityChanged, 'activity' | 'at'>,
): Promise<boolean> => {
  if (deps.settings.presence.mirrorsTimeouts) return false;
  const { afterTimeout } = await activities.of('flex');
  return activity === afterTimeout && workers.flex.letTimeOut(worker, at);
};

const settle = async (deps: BridgeDeps, agents: Agents, job: PresenceJob, run: Run): Promise<Outcome> => {
  const { worker, change } = job;
  if (change?.side === 'flex' && (await isNobodysWish(deps, agents, worker, change)))
    return skipped('timeout_activity');
  const known = await loadPresence(deps, worker);
  const left = (known?.until ?? 0) - deps.clock.now();
  if (left > 0) return retry(Math.min(LEASE_LOOK_SECONDS, Math.ceil(left / 1000)), 'intent_settling');
  const told: PresenceStep =
    change === undefined ? { is: 'look', otherwise: 'already' } : heard(deps.settings.presence, known, change);
  if (told.is === 'skip') return skipped(told.reason);
  const twin = job.twin ?? (await agents.twins.of('flex', worker));
  if (twin === undefined) return skipped('no_twin');
  if (told.is === 'take') return take(deps, agents, { worker, twin, known }, told, run);
  const seen = await look(deps, agents, { worker, twin, known }, job.asksUser === true || known === undefined);
  if (seen === undefined) return gone(agents, worker, twin);
  const step = looked(deps.settings.presence, known, seen, { change, otherwise: told.otherwise });
  return step.is === 'take' ? take(deps, agents, { worker, twin, known }, step, run) : skipped(reasonOf(step));
};

const reasonOf = (step: Exclude<PresenceStep, { is: 'take' }>): Skipped =>
  step.is === 'skip' ? step.reason : step.otherwise;

/** One agent: his worker in Flex, the one in Frontline, and what is agreed of him. */
type Agent = { readonly worker: WorkerSid; readonly twin: Twin; readonly known: Presence | undefined };

/** @returns undefined when one of the two is gone. */
const look = async (
  deps: BridgeDeps,
  agents: Agents,
  { worker, twin }: Agent,
  asksUser: boolean,
): Promise<BothSides | undefined> => {
  const { workers } = agents;
  const now = deps.clock.now();
  const [flex, frontline, user] = await Promise.all([
    workers.flex.worker(worker),
    workers.frontline.worker(twin.sid),
    asksUser ? workers.availability.read(twin.name) : undefined,
  ]);
  if (flex === undefined || frontline === undefined) return undefined;
  const { activity, since: at } = flex;
  const ignoresFlex =
    isMapped(deps.settings.presence, 'flex', activity) && (await isNobodysWish(deps, agents, worker, { activity, at }));
  const firstStart = (await knownFirstStart(deps.store)) ?? deps.clock.now();
  return { flex, frontline, user, at: now, ignoresFlex, firstStart };
};

/** Whoever was remembered is looked up anew, and the next try finds that there is no twin any more. */
const gone = ({ twins }: Agents, worker: WorkerSid, twin: Twin): Outcome => {
  twins.forget(worker);
  twins.forget(twin.sid);
  return retry(1, 'worker_gone');
};

const directionOf = (one: Todo): Lane => (one === 'flex' ? 'toFlex' : 'toFrontline');

const take = async (
  deps: BridgeDeps,
  agents: Agents,
  agent: Agent,
  { next, todo, said }: Extract<PresenceStep, { is: 'take' }>,
  run: Run,
): Promise<Outcome> => {
  const mode = modeFor(await modesNow(deps), [...todo].map(directionOf));
  // Nothing is agreed that is not carried out: the sweep finds that the two sides differ.
  if (mode !== 'on') return deferred(mode);
  const names = await namesOf(agents, next.agreed, todo);
  if (names === undefined) return skipped('no_such_activity');
  if (mayOutlast(deps, run.deadline)) return retry(1, 'no_time_left');
  const mine = await takePresence(deps, agent.worker, agent.known, { ...next, todo, said });
  if (mine === undefined) return retry(1, 'lease_lost');
  if (todo.size === 0) return skipped('already');
  const outcome = await carryOut(deps, agents, { ...agent, known: mine }, names, run);
  return outcome === 'gone' ? gone(agents, agent.worker, agent.twin) : outcome;
};
