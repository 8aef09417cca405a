/**
 * A chat is handed over in Frontline: an agent comes into the conversation, another goes, in either order. Who comes
 * gets a task in Flex, routed straight to him, and the bridge accepts it for him: he has taken the chat already. Only
 * when he serves it on both sides may the others go (members.ts). Where it cannot be, it is handed back (hand-back.ts).
 *
 * No step waits. What is waited for, a reservation or the end of a call without an answer, sends the pair's job again,
 * and the sweep does once a minute.
 */
import { twinOf } from '../agents/twin.ts';
import type { BridgeDeps } from '../deps.ts';
import type { Run } from '../jobs/run.ts';
import { decodeIdentity, encodeIdentity } from '../model/identity.ts';
import { deferred, type Outcome, pairMovedOn } from '../model/outcome.ts';
import type { TaskSid, WorkerSid } from '../model/sids.ts';
import { HANDOVER_MS } from '../model/times.ts';
import type { ReservationNow, TaskSide } from '../ports/tasks.ts';
import type { WorkerNow, Workers } from '../ports/workers.ts';
import { noteDisagreement, noteTakenOver } from '../state/agreed.ts';
import type { Handover, HandoverRefusal } from '../state/handover.ts';
import { hasBothContainers, type LinkedPair } from '../state/pair.ts';
import { rememberAgents } from '../state/pair-writes.ts';
import { handBack } from './hand-back.ts';
import { findOffered, type HandoverStep, makeTask, storeHandover } from './handover-task.ts';
import { agentToAdd } from './late-joins.ts';
import { newcomersAmong } from './newcomers.ts';
import { addParticipant } from './participants.ts';
import type { Members } from './read-members.ts';

/** Who serves the chat, and who is there, when nothing is being handed over any more. `by`: who took it over. */
export type HandedOver = { readonly pair: LinkedPair; readonly members: Members; readonly by?: string };

type Ports = { readonly tasks: TaskSide; readonly workers: Workers };

/** @returns how the run ends while a hand-over is under way. @throws TwilioError; repeating is safe. */
export const handOver = async (
  deps: BridgeDeps,
  pair: LinkedPair,
  members: Members,
  run: Run,
): Promise<HandedOver | Outcome> => {
  const { tasks, workers } = deps;
  // Nobody could be told from a supervisor, or given a task.
  if (tasks === undefined || workers === undefined) return { pair, members };
  const begun = pair.handover ?? (await begin(deps, { tasks, workers }, pair, members));
  if (begun === undefined) return { pair, members };
  if ('end' in begun) return begun;
  const step = 'pair' in begun ? begun : { pair, handover: begun };
  return goOn(deps, tasks, step, members, run);
};

const waits = async (deps: BridgeDeps, pair: LinkedPair): Promise<Outcome> =>
  (await noteDisagreement(deps, pair)) === undefined ? pairMovedOn() : deferred('handing_over');

/** @returns undefined when nobody has come in. */
const begin = async (
  deps: BridgeDeps,
  { tasks, workers }: Ports,
  pair: LinkedPair,
  members: Members,
): Promise<HandoverStep | Outcome | undefined> => {
  for (const { identity, mayBeGone } of newcomersAmong(pair, members.frontline, deps.clock.now())) {
    if (mayBeGone) return waits(deps, pair);
    const worker = await workers.frontline.named(identity);
    // A supervisor's or a bot's: they cross to nobody.
    if (worker === undefined) continue;
    const twin = await inFlex(tasks, workers, worker);
    const offered = twin && (await findOffered(tasks, pair, twin.worker));
    const handover = beginning(deps, pair, twin ?? { identity: encodeIdentity(identity) }, offered);
    return (await storeHandover(deps, pair, handover)) ?? pairMovedOn();
  }
  return undefined;
};

type InFlex = { readonly identity: string; readonly worker?: WorkerSid };

/** A chat goes by identities (link.ts), so his in Flex must be the same. */
const inFlex = async (tasks: TaskSide, workers: Workers, worker: WorkerNow): Promise<Required<InFlex> | undefined> => {
  const twin = await twinOf(workers, 'frontline', worker);
  const identity = twin && (await tasks.workerIdentity(twin.sid));
  if (twin === undefined || identity === undefined || decodeIdentity(identity) !== worker.name) return undefined;
  return { worker: twin.sid, identity };
};

/** What Flex has given him is his, whatever the settings say of Frontline. */
const beginning = (
  { clock, settings }: BridgeDeps,
  { agreeFence: number }: LinkedPair,
  { identity, worker }: InFlex,
  task: TaskSid | undefined,
): Handover => {
  const unwanted: HandoverRefusal | undefined = settings.refusesHandovers ? 'setting' : undefined;
  const refused = worker === undefined ? 'no_twin' : task === undefined ? unwanted : undefined;
  const byFlex = task !== undefined;
  return { number, since: clock.now(), identity, worker, task, byFlex, notAfter: 0, settlesAt: 0, refused };
};

const goOn = async (
  deps: BridgeDeps,
  tasks: TaskSide,
  { pair, handover }: HandoverStep,
  members: Members,
  run: Run,
): Promise<HandedOver | Outcome> => {
  const { identity, worker, task, refused } = handover;
  // Heard by its webhook (link.ts).
  const served = pair.agents.find((agent) => agent.identity === identity);
  if (served !== undefined) return takenOver(deps, pair, members, served);
  if (refused !== undefined) return handBack(deps, tasks, { pair, handover: { ...handover, refused }, members }, run);
  if (worker === undefined) return refuse(deps, tasks, { pair, handover }, 'no_twin', members, run);
  if (task === undefined) {
    const made = await makeTask(deps, tasks, { pair, handover: { ...handover, worker } }, run);
    if (made === undefined) return pairMovedOn();
    return made === 'wait' ? waits(deps, pair) : goOn(deps, tasks, made, members, run);
  }
  const his = await acceptFor(tasks, worker, task);
  if (his === 'ended') return refuse(deps, tasks, { pair, handover }, 'declined', members, run);
  if (his === undefined || his.state === 'open') {
    const isLate = deps.clock.now() > handover.since + HANDOVER_MS;
    return his === undefined && isLate
      ? refuse(deps, tasks, { pair, handover }, 'not_taken', members, run)
      : waits(deps, pair);
  }
  if ((await rememberAgents(deps, pair, [identity])) === undefined) return pairMovedOn();
  const joined = deps.flex.join(pair.flex, agentToAdd(deps, 'flex', identity));
  if ((await addParticipant(joined)) !== undefined)
    return refuse(deps, tasks, { pair, handover }, 'refused', members, run);
  const present = { ...members, flex: [...members.flex, { identity, attributes: '{}', sid: '' }] };
  return takenOver(deps, pair, present, { identity, worker, task, reservation: his.reservation });
};

/** @returns his reservation, accepted if it was open; `ended` when he has none any more; undefined when none yet. */
const acceptFor = async (
  tasks: TaskSide,
  worker: WorkerSid,
  task: TaskSid,
): Promise<ReservationNow | 'ended' | undefined> => {
  const his = (await tasks.reservations(task)).filter((one) => one.worker === worker);
  const accepted = his.find(({ state }) => state === 'accepted');
  if (accepted !== undefined) return accepted;
  const open = his.find(({ state }) => state === 'open');
  if (open === undefined) return his.length === 0 ? undefined : 'ended';
  const now = await tasks.answerReservation(worker, open.reservation, 'accepted');
  return now?.state === 'open' || now?.state === 'accepted' ? now : 'ended';
};

const takenOver = async (
  deps: BridgeDeps,
  pair: LinkedPair,
  members: Members,
  by: Parameters<typeof noteTakenOver>[2],
): Promise<HandedOver | Outcome> => {
  const taken = await noteTakenOver(deps, pair, by);
  if (taken === undefined || !hasBothContainers(taken)) return pairMovedOn();
  return { pair: taken, members, by: by.identity };
};

const refuse = async (
  deps: BridgeDeps,
  tasks: TaskSide,
  { pair, handover }: HandoverStep,
  why: HandoverRefusal,
  members: Members,
  run: Run,
): Promise<Outcome> => {
  const refused = { ...handover, refused: why };
  const noted = await storeHandover(deps, pair, refused);
  if (noted === undefined) return pairMovedOn();
  return handBack(deps, tasks, { pair: noted.pair, handover: refused, members }, run);
};
