/**
 * How Flex's plugins hand a Programmable Chat task over: a new task with all attributes of the old one, routed straight
 * to the other worker; the old one forgets its channel before it is completed, so that the janitor leaves that alone.
 * https://github.com/twilio-professional-services/flex-project-template (feature chat-transfer)
 */
import type { Reservation, Workspace } from '../model.ts';
import { changeTask, createTask } from '../tasks/tasks.ts';
import type { TwilioWorld } from '../world.ts';

/** `cold`: who hands over goes at once. `warm`: both serve the chat until he completes his task. */
export type Transfer = 'cold' | 'warm';

export type Transferred = { readonly taskSid: `WT${string}`; readonly reservationSid: `WR${string}` };

export const transferTask = (
  world: TwilioWorld,
  workspace: Workspace,
  from: Reservation,
  toWorkerSid: string,
): Transferred => {
  const task = createTask(world, workspace, {
    channel: from.task.channel,
    routingTarget: toWorkerSid,
    attributes: JSON.stringify({
      ...JSON.parse(from.task.attributes),
      ignoreWorkerContactUri: JSON.parse(from.worker.attributes).contact_uri,
      transferTargetSid: toWorkerSid,
      transferTargetType: 'worker',
      conversations: { conversation_id: from.task.sid },
    }),
  });
  const [reservation] = task.reservations.values();
  if (reservation === undefined) throw new Error(`no worker ${toWorkerSid}`);
  return { taskSid: task.sid, reservationSid: reservation.sid };
};

/** The old task of a chat that was handed over ends, and says nothing of the chat. */
export const completeHandedOver = (world: TwilioWorld, workspace: Workspace, { task }: Reservation): void => {
  const { channelSid: _, proxySessionSID: __, ...attributes } = JSON.parse(task.attributes);
  changeTask(world, workspace, task, { attributes: JSON.stringify(attributes) });
  changeTask(world, workspace, task, { status: 'completed', reason: 'Task transferred to new task' });
};
