/**
 * TaskRouter's events: kept for the Events list, posted to the workspace's callback.
 * https://www.twilio.com/docs/taskrouter/api/event/reference
 */
import type { Reservation, Task, Worker, Workspace } from '../model.ts';
import { newSid } from '../sid.ts';
import { type Params, present } from '../webhooks/form.ts';
import { fragmentRule } from '../webhooks/retry-rules.ts';
import type { TwilioWorld } from '../world.ts';

const seconds = (ms: number): number => Math.floor(ms / 1000);

export const taskParams = (workspace: Workspace, task: Task, now: number): Params => ({
  TaskSid: task.sid,
  TaskAttributes: task.attributes,
  TaskVersion: task.version,
  TaskAge: seconds(now - task.dateCreated),
  TaskPriority: task.priority,
  TaskAssignmentStatus: task.status,
  TaskCanceledReason: task.status === 'canceled' ? task.reason : undefined,
  TaskCompletedReason: task.status === 'completed' || task.status === 'wrapping' ? task.reason : undefined,
  TaskChannelSid: workspace.taskChannels.get(task.channel),
  TaskChannelUniqueName: task.channel,
  TaskIgnoreCapacity: 'false',
  TaskDateCreated: seconds(task.dateCreated),
  TaskVirtualStartTime: seconds(task.dateCreated),
  TaskQueueSid: workspace.queueSid,
  TaskQueueName: 'Everyone',
  TaskQueueTargetExpression: '1==1',
  TaskQueueEnteredDate: seconds(task.dateCreated),
  WorkflowSid: workspace.workflowSid,
  WorkflowName: 'Assign to Anyone',
});

export const workerParams = (worker: Worker): Params => ({
  WorkerSid: worker.sid,
  WorkerName: worker.friendlyName,
  WorkerAttributes: worker.attributes,
  WorkerVersion: worker.version,
  WorkerActivitySid: worker.activity.sid,
  WorkerActivityName: worker.activity.name,
});

export const reservationParams = (workspace: Workspace, reservation: Reservation, now: number): Params => ({
  ReservationSid: reservation.sid,
  ReservationVersion: reservation.version,
  ...taskParams(workspace, reservation.task, now),
  ...workerParams(reservation.worker),
  WorkerChannelCapacity: 5,
  WorkerChannelConsumedCapacity: 1,
});

/** How long the Events list goes back: enough for anything that asks, and bounded. */
const kept = 20_000;

export const tellTaskRouter = (
  world: TwilioWorld,
  workspace: Workspace,
  event: { readonly type: string; readonly resource: string; readonly sid: string; readonly said: string },
  particular: Params,
): void => {
  const at = world.now();
  const params = present({
    EventType: event.type,
    AccountSid: workspace.account.sid,
    Sid: newSid(world.random, 'EV'),
    Timestamp: seconds(at),
    TimestampMs: Math.floor(at),
    ResourceType: event.resource,
    ResourceSid: event.sid,
    EventDescription: event.said,
    OperatingUnitSid: `OU${workspace.sid.slice(2)}`,
    WorkspaceSid: workspace.sid,
    WorkspaceName: workspace.name,
    ...particular,
  });
  workspace.events.push({ sid: params.Sid ?? '', type: event.type, at, params });
  if (workspace.events.length > kept * 2) workspace.events.splice(0, kept);
  if (workspace.eventCallbackUrl === '') return;
  const filter = workspace.eventsFilter;
  if (filter !== undefined && filter !== '' && !filter.split(',').includes(event.type)) return;
  const { url, rule } = fragmentRule(workspace.eventCallbackUrl);
  world.send({ account: workspace.account, url, method: 'POST', params, countsRetries: false, rule });
};
