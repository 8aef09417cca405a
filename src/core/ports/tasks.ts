/** What a task says of its chat: the channel, and the customer's name as Flex shows it, empty when Flex has none. */
import type { ChannelSid, ReservationSid, TaskSid, WorkerSid, WorkspaceSid } from '../model/sids.ts';
export type TaskChat = { readonly container: ChannelSid; readonly customerName: string };

/** A task that a worker has accepted. */
export type AssignedTask = {
  readonly sid: TaskSid;
  /** `none`: it is no chat. `unshown`: the list keeps the attributes back, the task itself tells. */
  readonly chat: TaskChat | 'none' | 'unshown';
  /** Milliseconds since 1970, perhaps of whole seconds: no worker accepted it later than that. */
  readonly updatedAt: number;
};

/** A reservation that was accepted; `at` in milliseconds since 1970, perhaps of whole seconds. */
export type Acceptance = { readonly reservation: ReservationSid; readonly worker: WorkerSid; readonly at: number };

/** How a task or a reservation stands: an open set, as Twilio writes it (`assigned`, `wrapping`, `completed`, ...). */
export type AssignmentStatus = string;

/** The Flex account's TaskRouter workspace as it is now. Every call may throw {@link TwilioError}. */
export type TaskSide = {
  /** The workspace's SID, WS…. */
  readonly workspace: WorkspaceSid;
  /** The oldest task first. `next` is opaque: hand it back to go on. A page holds at most 1000 tasks. */
  readonly listAssigned: (
    from?: string | undefined,
  ) => Promise<{ readonly tasks: readonly AssignedTask[]; readonly next: string | undefined }>;
  /** undefined when the task is no chat, or gone. */
  readonly chat: (task: TaskSid) => Promise<TaskChat | undefined>;
  /** The last one of the task that stands; undefined when there is none, or no task. */
  readonly acceptance: (task: TaskSid) => Promise<Acceptance | undefined>;
  /**
   * How the task stands, and the channel that it names; undefined when it is gone: a completed one is deleted within
   * minutes.
   */
  readonly read: (
    task: TaskSid,
  ) => Promise<{ readonly status: AssignmentStatus; readonly chat: TaskChat | undefined } | undefined>;
  /** All tasks that name this channel, and how they stand. */
  readonly ofChannel: (
    channel: ChannelSid,
  ) => Promise<readonly { readonly sid: TaskSid; readonly status: AssignmentStatus }[]>;
  /** undefined when the reservation, or its task, is gone. */
  readonly reservationStatus: (task: TaskSid, reservation: ReservationSid) => Promise<AssignmentStatus | undefined>;
  /** With its reservations. Twilio refuses it (400) when the task is in no state for it: look how it stands. */
  readonly complete: (task: TaskSid, reason: string) => Promise<void>;
  /** The worker's chat identity as Flex spells it; undefined when the worker is gone. */
  readonly workerIdentity: (worker: WorkerSid) => Promise<string | undefined>;
};
