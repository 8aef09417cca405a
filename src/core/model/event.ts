/** What the bridge speaks of: sides, lanes, messages, and what a webhook said of them, parsed once. */
import type {
  ChannelSid,
  ContainerSid,
  MessageSid,
  ReservationSid,
  ServiceSid,
  TaskSid,
  WorkerSid,
  WorkspaceSid,
} from './sids.ts';
export type Side = 'flex' | 'frontline';

export const otherSide = (side: Side): Side => (side === 'flex' ? 'frontline' : 'flex');

/** The two directions of a pair, named by where they go. */
export type Lane = 'toFrontline' | 'toFlex';

export const source = (lane: Lane): Side => (lane === 'toFrontline' ? 'flex' : 'frontline');
export const destination = (lane: Lane): Side => (lane === 'toFrontline' ? 'frontline' : 'flex');
export const otherLane = (lane: Lane): Lane => (lane === 'toFrontline' ? 'toFlex' : 'toFrontline');

/** The lane that carries away what is said on a side. */
export const laneFrom = (side: Side): Lane => (side === 'flex' ? 'toFrontline' : 'toFlex');

/** `sid` is empty where Twilio gave none; `size` in bytes. */
export type Media = {
  readonly sid: string;
  readonly filename?: string;
  readonly contentType: string;
  readonly size: number;
};

/** A message as one side tells it, from a webhook or a list. */
export type Message = {
  readonly sid: MessageSid;
  /** Position in its container, given by Twilio: 0, 1, 2, ... */
  readonly index: number;
  readonly author: string;
  readonly body: string;
  /** ISO-8601 with milliseconds where Twilio gives them. */
  readonly createdAt: string;
  /** JSON text as Twilio holds it; may be anything that a customer's client wrote. */
  readonly attributes: string;
  readonly media: readonly Media[];
  /**
   * Twilio says that it was never edited since it was written: only a list or a look tells, and not of every message.
   */
  readonly neverEdited?: true;
};

/** `container` is a channel (Flex) or a conversation (Frontline), both CH + 32 hex; `service` its chat service IS… */
export type BridgeEvent =
  | {
      readonly type: 'message.added' | 'message.updated' | 'message.removed';
      readonly side: Side;
      readonly service: ServiceSid;
      readonly container: ContainerSid;
      /** As the webhook tells it. Of an edit or a removal what counts is what the source says when it is asked. */
      readonly message: Message;
    }
  | {
      readonly type: 'chat.changed';
      readonly side: Side;
      readonly container: ContainerSid;
      readonly hint: ChangeHint;
      /** Who has come in, as this side spells him; only where the webhook says so. */
      readonly joined?: string;
    }
  | {
      readonly type: 'reservation.accepted';
      readonly side: 'flex';
      readonly container: ChannelSid;
      readonly workspace: WorkspaceSid;
      readonly task: TaskSid;
      readonly reservation: ReservationSid;
      readonly worker: WorkerSid;
      /**
       * The worker's chat identity as Flex spells it (`ann_40example_2Ecom`), from contact_uri; computed only where
       * that is missing.
       */
      readonly workerIdentity: string;
      /** The customer's name as Flex shows it; empty when Flex has none. */
      readonly customerName: string;
      /** By Twilio's clock, milliseconds since 1970, perhaps of whole seconds; undefined where nobody told it. */
      readonly acceptedAt?: number | undefined;
    }
  | {
      /** An agent has gone to another activity, by himself or by a program; of either account. */
      readonly type: 'worker.activity';
      readonly side: Side;
      readonly worker: WorkerSid;
      /** Its name. */
      readonly activity: string;
      /** By Twilio's clock, milliseconds since 1970. */
      readonly at: number;
    }
  | {
      /** A task that is no call is offered to a worker. */
      readonly type: 'reservation.created';
      readonly side: 'flex';
      readonly task: TaskSid;
      readonly reservation: ReservationSid;
      readonly worker: WorkerSid;
      readonly workerIdentity: string;
      readonly customerName: string;
      readonly madeFor?: MadeFor;
    }
  | {
      /** The offer is over; also told of the accept, beside the event that links the chat. */
      readonly type: 'reservation.ended';
      readonly side: 'flex';
      readonly reservation: ReservationSid;
      readonly worker: WorkerSid;
      readonly how: ReservationEnd;
      readonly madeFor?: MadeFor;
    };

/**
 * Something of a chat besides its messages has changed: who is in it, its container, or its task. Only a hint where to
 * look.
 */
export type ChatChanged = Extract<BridgeEvent, { type: 'chat.changed' }>;

/**
 * What of a chat changed. `closed`, by a person, and `closed_by_timer` are Twilio's own word on a conversation.
 * It never says later why one was closed.
 */
export type ChangeHint = 'members' | 'container' | 'closed' | 'closed_by_timer' | 'task';

/** A task that bears a mark of the bridge, and the chat that it names. */
export type MadeFor = { readonly channel: ChannelSid; readonly task: TaskSid };

/** What became of a reservation: TaskRouter's word for it, where it need not be told apart further. */
export const RESERVATION_ENDS = ['accepted', 'rejected', 'timeout', 'canceled', 'rescinded'] as const;
export type ReservationEnd = (typeof RESERVATION_ENDS)[number];

/** A worker has accepted a chat's task. */
export type Accepted = Extract<BridgeEvent, { type: 'reservation.accepted' }>;
export type ActivityChanged = Extract<BridgeEvent, { type: 'worker.activity' }>;
export type OfferMade = Extract<BridgeEvent, { type: 'reservation.created' }>;
export type OfferEnded = Extract<BridgeEvent, { type: 'reservation.ended' }>;

/** What happened in a chat, or about one. */
export type EventOfChat = Exclude<BridgeEvent, ActivityChanged | OfferMade | OfferEnded>;

/** In whose turn an event is handled: a chat's, or an agent's. */
export const groupOf = (event: BridgeEvent): ContainerSid | WorkerSid =>
  'container' in event ? event.container : event.worker;
