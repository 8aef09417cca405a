import type { ReservationEnd } from '../model/event.ts';
import type { ChannelSid, ReservationSid, TaskSid, WorkerSid, WorkflowSid, WorkspaceSid } from '../model/sids.ts';

/** What a task says of its chat: the channel, and the customer's name as Flex shows it, empty when Flex has none. */
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
/** A task that waits for the answer of a worker to whom it is offered. */
export type ReservedTask = Pick<AssignedTask, 'sid' | 'updatedAt'>;

/** An offer as TaskRouter has it now. */
export type ReservationNow = {
  readonly reservation: ReservationSid;
  readonly task: TaskSid;
  readonly worker: WorkerSid;
  /** `open`: it waits for an answer. A word that the bridge does not know means an accept (`onHold`). */
  readonly state: 'open' | ReservationEnd;
};

/** The Flex account's TaskRouter workspace as it is now. Every call may throw {@link TwilioError}. */
export type AcceptedTasks = {
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
  /** All tasks that name this channel; when they were made in milliseconds since 1970, of a whole second. */
  readonly ofChannel: (
    channel: ChannelSid,
  ) => Promise<readonly { readonly sid: TaskSid; readonly status: AssignmentStatus; readonly createdAt: number }[]>;
  /** undefined when the reservation, or its task, is gone. */
  readonly reservationStatus: (task: TaskSid, reservation: ReservationSid) => Promise<AssignmentStatus | undefined>;
  /** With its reservations. Twilio refuses it (400) when the task is in no state for it: look how it stands. */
  readonly complete: (task: TaskSid, reason: string) => Promise<void>;
  /** The worker's chat identity as Flex spells it; undefined when the worker is gone. */
  readonly workerIdentity: (worker: WorkerSid) => Promise<string | undefined>;
};

/** A task that is routed straight to one worker, whatever else he has in hand. */
export type NewTask = {
  /** Names it for ever, so that it is found again: at most 200 letters, digits, `_`, `.`, `-`. */
  readonly mark: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** By unique name or SID: `chat`, `sms`. */
  readonly taskChannel: string;
  /** undefined: the workspace's only one. */
  readonly workflow: WorkflowSid | undefined;
  readonly worker: WorkerSid;
};

/** A task with all that a second one like it is made of. */
export type WholeTask = {
  readonly status: AssignmentStatus;
  /** JSON text as Twilio holds it; whoever writes there replaces all of it. */
  readonly attributes: string;
  /** The channel that it names. */
  readonly chat: TaskChat | undefined;
  /** The bridge has made it; or Flex has copied it from one that the bridge made. */
  readonly mark: string | undefined;
  readonly taskChannel: string | undefined;
  readonly workflow: WorkflowSid | undefined;
  /** Of the task as it was read: who changes it names this one, or overwrites what others wrote meanwhile. */
  readonly version: string | undefined;
};

/** The tasks that the bridge makes, and takes away. Every call may throw {@link TwilioError}. */
export type OwnTasks = {
  /** Twice makes two: look for the mark first. */
  readonly create: (task: NewTask) => Promise<TaskSid>;
  /** Those that bear this mark, and how they stand. A list may be behind by seconds. */
  readonly marked: (mark: string) => Promise<readonly { readonly sid: TaskSid; readonly status: AssignmentStatus }[]>;
  /** undefined when it is gone. */
  readonly whole: (task: TaskSid) => Promise<WholeTask | undefined>;
  /** @returns false when somebody else has changed the task since that version. */
  readonly writeAttributes: (task: TaskSid, attributes: string, version: string | undefined) => Promise<boolean>;
  /** Twilio refuses it (400) when the task is in no state for it: look how it stands. */
  readonly cancel: (task: TaskSid, reason: string) => Promise<void>;
  /** All of the task, answered ones too. */
  readonly reservations: (task: TaskSid) => Promise<readonly ReservationNow[]>;
};

/** The same with what is offered and not accepted yet. Every call may throw {@link TwilioError}. */
export type TaskSide = AcceptedTasks &
  OwnTasks & {
    /** The oldest first. `next` as above. */
    readonly listReserved: (
      from?: string | undefined,
    ) => Promise<{ readonly tasks: readonly ReservedTask[]; readonly next: string | undefined }>;
    /** Those of the task that wait for an answer. */
    readonly openReservations: (task: TaskSid) => Promise<readonly ReservationNow[]>;
    /** undefined when it is gone. */
    readonly reservation: (worker: WorkerSid, reservation: ReservationSid) => Promise<ReservationNow | undefined>;
    /** Answers it if it is still open. @returns as it is then, whoever answered; undefined when it is gone */
    readonly answerReservation: (
      worker: WorkerSid,
      reservation: ReservationSid,
      answer: 'accepted' | 'rejected',
    ) => Promise<ReservationNow | undefined>;
    /** Channels of the open tasks whose customer writes from this number, the oldest first. */
    readonly channelsWith: (number: string) => Promise<readonly ChannelSid[]>;
    /** The customer's name as Flex shows it, maybe empty; undefined when it is a call, or gone. */
    readonly customerName: (task: TaskSid) => Promise<string | undefined>;
  };
