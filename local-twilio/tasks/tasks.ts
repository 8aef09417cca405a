/** Tasks, their reservations, and the workers who take them. https://www.twilio.com/docs/taskrouter/api */
import type { Reservation, ReservationStatus, Task, TaskStatus, Worker, Workspace } from '../model.ts';
import { problems } from '../problem.ts';
import { closeSession, findSession } from '../proxy/sessions.ts';
import { newSid } from '../sid.ts';
import type { TwilioWorld } from '../world.ts';
import { reservationParams, taskParams, tellTaskRouter } from './events.ts';
import { goTo, touch } from './worker-events.ts';

const tellTask = (world: TwilioWorld, workspace: Workspace, task: Task, event: string): void =>
  tellTaskRouter(
    world,
    workspace,
    { type: `task.${event}`, resource: 'task', sid: task.sid, said: `Task ${event}` },
    taskParams(workspace, task, world.now()),
  );

const tellReservation = (world: TwilioWorld, workspace: Workspace, reservation: Reservation, event: string): void =>
  tellTaskRouter(
    world,
    workspace,
    {
      type: `reservation.${event}`,
      resource: 'reservation',
      sid: reservation.sid,
      said: `Worker ${reservation.worker.friendlyName} reservation ${event}`,
    },
    reservationParams(workspace, reservation, world.now()),
  );

export type TaskDraft = {
  readonly attributes: string;
  readonly channel: string;
  readonly priority?: number | undefined;
  readonly timeout?: number | undefined;
  /** A worker who gets it at once. */
  readonly routingTarget?: string | undefined;
};

/** @throws TwilioProblem */
export const checkJson = (attributes: string): string => {
  try {
    JSON.parse(attributes);
    return attributes;
  } catch {
    throw problems.invalid('Attributes');
  }
};

export const createTask = (world: TwilioWorld, workspace: Workspace, draft: TaskDraft): Task => {
  const now = world.now();
  const task: Task = {
    sid: newSid(world.random, 'WT'),
    attributes: checkJson(draft.attributes),
    status: 'pending',
    reason: undefined,
    priority: draft.priority ?? 0,
    channel: draft.channel,
    routingTarget: draft.routingTarget,
    timeout: draft.timeout ?? 86_400,
    version: 0,
    dateCreated: now,
    dateUpdated: now,
    reservations: new Map(),
  };
  workspace.tasks.set(task.sid, task);
  tellTask(world, workspace, task, 'created');
  const target = workspace.workers.get(draft.routingTarget ?? '');
  if (target !== undefined) reserve(world, workspace, task, target);
  return task;
};

export function reserve(world: TwilioWorld, workspace: Workspace, task: Task, worker: Worker): Reservation {
  const now = world.now();
  const reservation: Reservation = {
    sid: newSid(world.random, 'WR'),
    task,
    worker,
    status: 'pending',
    version: 0,
    dateCreated: now,
    dateUpdated: now,
  };
  task.reservations.set(reservation.sid, reservation);
  task.status = 'reserved';
  touch(world, task);
  tellReservation(world, workspace, reservation, 'created');
  return reservation;
}

const taskAfter: Partial<Record<ReservationStatus, TaskStatus>> = {
  accepted: 'assigned',
  rejected: 'pending',
  timeout: 'pending',
  canceled: 'pending',
  rescinded: 'pending',
};

/** @throws TwilioProblem when it is answered but not pending any more */
export const answerReservation = (
  world: TwilioWorld,
  workspace: Workspace,
  reservation: Reservation,
  status: ReservationStatus,
): void => {
  const opening = status === 'accepted' || status === 'rejected' || status === 'timeout' || status === 'rescinded';
  if (opening && reservation.status !== 'pending') throw problems.reservationNotPending(reservation.sid);
  reservation.status = status;
  touch(world, reservation);
  const next = taskAfter[status];
  if (next !== undefined) {
    reservation.task.status = next;
    touch(world, reservation.task);
  }
  tellReservation(world, workspace, reservation, status === 'wrapping' ? 'wrapup' : status);
  // Nobody's wish, and past the rule that an offer holds a worker where he is.
  if (status === 'timeout') goTo(world, workspace, reservation.worker, workspace.timeoutActivity);
};

/** Completing, wrapping up or canceling a task ends its reservations with it. */
export const changeTask = (
  world: TwilioWorld,
  workspace: Workspace,
  task: Task,
  change: {
    readonly attributes?: string | undefined;
    readonly status?: TaskStatus | undefined;
    readonly reason?: string | undefined;
    readonly priority?: number | undefined;
  },
): void => {
  if (change.attributes !== undefined) task.attributes = checkJson(change.attributes);
  if (change.priority !== undefined) task.priority = change.priority;
  if (change.reason !== undefined) task.reason = change.reason;
  const ends = change.status !== undefined && change.status !== task.status;
  if (ends && (task.status === 'completed' || task.status === 'canceled')) throw problems.invalid('AssignmentStatus');
  if (change.status !== undefined) task.status = change.status;
  touch(world, task);
  if (!ends) {
    tellTask(world, workspace, task, 'updated');
    return;
  }
  tellTask(world, workspace, task, task.status === 'wrapping' ? 'wrapup' : task.status);
  for (const reservation of task.reservations.values()) {
    const held = reservation.status === 'accepted' || reservation.status === 'wrapping';
    if (task.status === 'completed' && held) answerReservation(world, workspace, reservation, 'completed');
    else if (task.status === 'wrapping' && reservation.status === 'accepted')
      answerReservation(world, workspace, reservation, 'wrapping');
    else if (task.status === 'canceled' && (held || reservation.status === 'pending')) {
      reservation.status = 'canceled';
      touch(world, reservation);
      tellReservation(world, workspace, reservation, 'canceled');
    }
  }
};

/** Flex's janitor ends the Proxy session of a channel whose task was deleted, where the channel's flow has one. */
const janitor = (world: TwilioWorld, { account }: Workspace, task: Task): void => {
  const { channelSid } = (JSON.parse(task.attributes) ?? {}) as { readonly channelSid?: unknown };
  for (const service of account.services.values())
    if (service.containers.get(String(channelSid))?.flexFlow?.janitorEnabled)
      for (const proxy of account.proxies.values()) {
        const session = findSession(proxy, String(channelSid));
        if (session !== undefined) closeSession(world, session);
      }
};

export const removeTask = (world: TwilioWorld, workspace: Workspace, task: Task): void => {
  workspace.tasks.delete(task.sid);
  janitor(world, workspace, task);
  tellTask(world, workspace, task, 'deleted');
};
