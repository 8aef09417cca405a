/** An agent in Flex: is offered a task, accepts it, writes, ends the chat. */
import type { TwoAccounts } from '../accounts.ts';
import { removeContainer, updateContainer } from '../chat/containers.ts';
import { bySdk } from '../chat/dialect.ts';
import { addMember, findMember, removeMember } from '../chat/members.ts';
import type { Reservation, Task, Worker } from '../model.ts';
import { answerReservation, changeTask, reserve } from '../tasks/tasks.ts';
import { changeWorker } from '../tasks/workers.ts';
import type { TwilioWorld } from '../world.ts';
import { activityNamed } from './activity.ts';
import { type Chats, chatContainer, type NewMedia, type Posted } from './chats.ts';
import { completeHandedOver, type Transfer, type Transferred, transferTask } from './flex-transfer.ts';

/** When Flex's own interface adds the agent to the channel after the accept. */
export type Joins = 'at once' | 'never' | { readonly afterMs: number };

export type FlexAgent = {
  /** Routes a task to a worker: a pending reservation. */
  readonly isOffered: (workerSid: string, taskSid: string) => { readonly reservationSid: `WR${string}` };
  readonly accepts: (reservationSid: string, joins?: Joins) => void;
  readonly rejects: (reservationSid: string) => void;
  /** Nobody answers: the worker goes to the workspace's TimeoutActivity. */
  readonly letsTimeOut: (reservationSid: string) => void;
  /** TaskRouter gives the task to somebody else. */
  readonly isRescinded: (reservationSid: string) => void;
  readonly writes: (workerSid: string, channelSid: string, body: string) => Posted;
  readonly sends: (workerSid: string, channelSid: string, media: NewMedia) => Posted;
  readonly edits: (workerSid: string, channelSid: string, messageSid: string, body: string) => void;
  readonly deletes: (workerSid: string, channelSid: string, messageSid: string) => void;
  /** "End chat": the channel becomes INACTIVE, the task wraps up. */
  readonly endsChat: (workerSid: string, channelSid: string) => void;
  /** Flex's interface puts back who is not in the channel of his accepted reservation (auto-join). */
  readonly joinsAgain: (reservationSid: string) => void;
  /** Goes from the channel. */
  readonly leaves: (workerSid: string, channelSid: string) => void;
  /** Hands the chat over to another worker, who is offered it. */
  readonly transfers: (reservationSid: string, toWorkerSid: string, how: Transfer) => Transferred;
  /** After a warm transfer: goes from the chat, which the other one has. */
  readonly completesTransfer: (reservationSid: string) => void;
  readonly completesTask: (taskSid: string) => void;
  /** A supervisor, or a workflow, gives the task up. */
  readonly cancels: (taskSid: string) => void;
  /** A program of the account deletes the channel. */
  readonly deletesChannel: (channelSid: string) => void;
  /** Flex's interface refuses it while an offer waits for him and the activity is unavailable, as Twilio does. */
  readonly goes: (workerSid: string, activityName: string) => void;
};

export const createFlexAgent = (world: TwilioWorld, place: TwoAccounts, chats: Chats): FlexAgent => {
  const { workspace } = place.flex;

  const workerOf = (sid: string): Worker => {
    const worker = workspace.workers.get(sid);
    if (worker === undefined) throw new Error(`no worker ${sid}`);
    return worker;
  };
  const taskOf = (sid: string): Task => {
    const task = workspace.tasks.get(sid);
    if (task === undefined) throw new Error(`no task ${sid}`);
    return task;
  };
  const reservationOf = (sid: string): Reservation => {
    for (const task of workspace.tasks.values()) {
      const reservation = task.reservations.get(sid);
      if (reservation !== undefined) return reservation;
    }
    throw new Error(`no reservation ${sid}`);
  };
  const identityOf = (worker: Worker): string =>
    String(JSON.parse(worker.attributes).contact_uri).replace(/^client:/, '');

  /** Flex's interface and the bridge both do this; the later one finds it done. */
  const join = (reservation: Reservation): void => {
    const channelSid = String(JSON.parse(reservation.task.attributes).channelSid);
    const channel = place.flex.chat.containers.get(channelSid);
    const identity = identityOf(reservation.worker);
    if (channel === undefined || findMember(channel, identity) !== undefined) return;
    const member = { identity, attributes: '{"member_type":"agent"}' };
    addMember(world, channel, member, bySdk(identity, 'chat'));
  };

  const leave = (worker: Worker, channelSid: string): void => {
    const channel = chatContainer(place, 'flex', channelSid);
    const identity = identityOf(worker);
    const member = findMember(channel, identity);
    if (member !== undefined) removeMember(world, channel, member, bySdk(identity, 'chat'));
  };
  const handOver = (reservation: Reservation): void => {
    const { channelSid } = JSON.parse(reservation.task.attributes);
    completeHandedOver(world, workspace, reservation);
    leave(reservation.worker, String(channelSid));
  };

  return {
    isOffered: (workerSid, taskSid) => ({
      reservationSid: reserve(world, workspace, taskOf(taskSid), workerOf(workerSid)).sid,
    }),
    accepts: (reservationSid, joins = 'at once') => {
      const reservation = reservationOf(reservationSid);
      answerReservation(world, workspace, reservation, 'accepted');
      if (joins === 'at once') join(reservation);
      else if (joins !== 'never') world.after(joins.afterMs, () => join(reservation));
    },
    letsTimeOut: (reservationSid) => answerReservation(world, workspace, reservationOf(reservationSid), 'timeout'),
    isRescinded: (reservationSid) => answerReservation(world, workspace, reservationOf(reservationSid), 'rescinded'),
    rejects: (reservationSid) => answerReservation(world, workspace, reservationOf(reservationSid), 'rejected'),
    writes: (workerSid, channelSid, body) =>
      chats.write(chatContainer(place, 'flex', channelSid), identityOf(workerOf(workerSid)), { body }),
    sends: (workerSid, channelSid, media) =>
      chats.write(chatContainer(place, 'flex', channelSid), identityOf(workerOf(workerSid)), { media }),
    edits: (workerSid, channelSid, messageSid, body) =>
      chats.edit(chatContainer(place, 'flex', channelSid), identityOf(workerOf(workerSid)), messageSid, body),
    deletes: (workerSid, channelSid, messageSid) =>
      chats.remove(chatContainer(place, 'flex', channelSid), identityOf(workerOf(workerSid)), messageSid),
    endsChat: (workerSid, channelSid) => {
      const channel = chatContainer(place, 'flex', channelSid);
      const attributes = { ...JSON.parse(channel.attributes), status: 'INACTIVE' };
      const way = bySdk(identityOf(workerOf(workerSid)), 'chat');
      updateContainer(world, channel, { attributes: JSON.stringify(attributes) }, way);
      const task = workspace.tasks.get(String(attributes.task_sid));
      if (task !== undefined && task.status === 'assigned') changeTask(world, workspace, task, { status: 'wrapping' });
    },
    joinsAgain: (reservationSid) => join(reservationOf(reservationSid)),
    leaves: (workerSid, channelSid) => leave(workerOf(workerSid), channelSid),
    transfers: (reservationSid, toWorkerSid, how) => {
      const reservation = reservationOf(reservationSid);
      const transferred = transferTask(world, workspace, reservation, toWorkerSid);
      if (how === 'cold') handOver(reservation);
      return transferred;
    },
    completesTransfer: (reservationSid) => handOver(reservationOf(reservationSid)),
    completesTask: (taskSid) => changeTask(world, workspace, taskOf(taskSid), { status: 'completed' }),
    cancels: (taskSid) => changeTask(world, workspace, taskOf(taskSid), { status: 'canceled', reason: 'canceled' }),
    deletesChannel: (channelSid) =>
      removeContainer(world, chatContainer(place, 'flex', channelSid), {
        by: { source: 'API' },
        announce: true,
        dialect: 'chat',
      }),
    goes: (workerSid, activityName) =>
      changeWorker(world, workspace, workerOf(workerSid), { activity: activityNamed(workspace, activityName) }),
  };
};
