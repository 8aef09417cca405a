/** What core needs of the world. Adapters make these real; core knows neither AWS nor Twilio nor a clock. */
import type { QueueName } from '../contract.ts';
import type { Change, Item, Key, Written } from './change.ts';
import type { Lane, Message, Side } from './model/event.ts';

/** Milliseconds since 1970. */
export type Clock = { readonly now: () => number; readonly sleep: (ms: number) => Promise<void> };

/** A new random text at each call. */
export type Nonce = () => string;

export type QueueMessage = {
  /** Messages of one group are handled in order. A real SID. */
  readonly group: string;
  /** A second message with the same id within 5 minutes is dropped. At most 128 of [A-Za-z0-9] and punctuation. */
  readonly dedupe: string;
  readonly body: string;
};

export type Queues = {
  /** Durable when it resolves; rejects when it could not be stored. */
  readonly send: (queue: QueueName, message: QueueMessage) => Promise<void>;
  /** Puts a message on the queue's dead-letter queue; durable when it resolves. */
  readonly bury: (queue: QueueName, message: QueueMessage & { readonly reason: string }) => Promise<void>;
};

/** One message in a consumer's hands. The host owns groups, batches and visibility. */
export type Delivery = {
  readonly id: string;
  readonly group: string;
  readonly body: string;
  /** Milliseconds since 1970. */
  readonly firstReceivedAt: number;
  /** 1 on the first try. */
  readonly attempts: number;
  /** Milliseconds since 1970: the consumer must have answered by then. */
  readonly deadline: number;
};

/** `park`: the host sends it to the dead-letter queue, then forgets it. */
export type Verdict =
  | { readonly verdict: 'done' }
  | { readonly verdict: 'retry'; readonly afterSeconds: number }
  | { readonly verdict: 'park'; readonly reason: string };

export type Consumer = (delivery: Delivery) => Promise<Verdict>;

export type Store = {
  /** Strongly consistent. */
  readonly get: (key: Key) => Promise<Item | undefined>;
  readonly write: (key: Key, change: Change) => Promise<Written>;
  /**
   * Items whose attribute `due` equals the name, ordered by their attribute `dk`, from after `after`. May lag behind
   * writes by seconds. `next` is the `dk` to go on from.
   */
  readonly listDue: (
    name: string,
    page: { readonly limit: number; readonly after?: string | undefined },
  ) => Promise<{ readonly items: readonly Item[]; readonly next: string | undefined }>;
  /**
   * Items of one `pk` whose `sk` begins with the prefix, ordered by `sk`, from after `after`. Strongly consistent. A page
   * holds at most `limit`, and may hold fewer though more follow; `next` is the `sk` to go on from.
   */
  readonly listUnder: (
    pk: string,
    page: { readonly prefix: string; readonly limit: number; readonly after?: string | undefined },
  ) => Promise<{ readonly items: readonly Item[]; readonly next: string | undefined }>;
};

export type Container = {
  readonly sid: string;
  readonly uniqueName: string | undefined;
  readonly friendlyName: string;
  readonly attributes: string;
  /** `closed`: nothing can be written there any more. */
  readonly state: 'open' | 'closed';
};

export type Member = { readonly identity: string; readonly attributes: string };

export type Draft = {
  readonly author: string;
  readonly body: string;
  /** ISO-8601. */
  readonly createdAt: string;
  readonly attributes: string;
  /** Whether Twilio tells its webhooks of this message (Flex: so that Proxy sends the customer's SMS). */
  readonly announce: boolean;
};

/** `next` is opaque: hand it back to go on. A page holds at most 100 messages. */
export type Page = { readonly messages: readonly Message[]; readonly next: string | undefined };

/** One account's chats. Every call may throw {@link TwilioTrouble}. */
export type ChatSide = {
  readonly side: Side;
  /** The chat service's SID, IS…. */
  readonly service: string;
  readonly send: (container: string, draft: Draft) => Promise<{ readonly sid: string; readonly index: number }>;
  readonly listMessages: (container: string, order: 'asc' | 'desc', from?: string | undefined) => Promise<Page>;
  /** undefined when it is gone. */
  readonly message: (container: string, sid: string) => Promise<Message | undefined>;
  readonly rewrite: (
    container: string,
    sid: string,
    draft: { readonly body: string; readonly attributes: string },
  ) => Promise<void>;
  /** Success when it is gone already. */
  readonly erase: (container: string, sid: string) => Promise<void>;
  /** By SID or unique name; undefined when there is none. */
  readonly container: (sidOrUniqueName: string) => Promise<Container | undefined>;
  readonly members: (container: string) => Promise<readonly Member[]>;
  /** Success when the identity is a member already. */
  readonly join: (container: string, member: Member) => Promise<void>;
};

export type FlexSide = ChatSide & {
  readonly side: 'flex';
  /** The account's SID, AC…. */
  readonly account: string;
};

export type FrontlineSide = ChatSide & {
  readonly side: 'frontline';
  /** `taken` when the unique name exists: read it by name. */
  readonly createConversation: (birth: {
    readonly uniqueName: string;
    readonly friendlyName: string;
    readonly attributes: string;
  }) => Promise<Container | 'taken'>;
  /** Whether the service knows a user of this identity. */
  readonly hasUser: (identity: string) => Promise<boolean>;
};

/** What a task says of its chat: the channel, and the customer's name as Flex shows it, empty when Flex has none. */
export type TaskChat = { readonly container: string; readonly customerName: string };

/** A task that a worker has accepted. */
export type AssignedTask = {
  readonly sid: string;
  /** `none`: it is no chat. `unshown`: the list keeps the attributes back, the task itself tells. */
  readonly chat: TaskChat | 'none' | 'unshown';
  /** Milliseconds since 1970, perhaps of whole seconds: nobody accepted it later than that. */
  readonly updatedAt: number;
};

/** A reservation that was accepted; `at` in milliseconds since 1970, perhaps of whole seconds. */
export type Acceptance = { readonly reservation: string; readonly worker: string; readonly at: number };

/** The Flex account's TaskRouter workspace as it is now. Every call may throw {@link TwilioTrouble}. */
export type TaskSide = {
  /** The workspace's SID, WS…. */
  readonly workspace: string;
  /** The oldest task first. `next` is opaque: hand it back to go on. A page holds at most 1000 tasks. */
  readonly listAssigned: (
    from?: string | undefined,
  ) => Promise<{ readonly tasks: readonly AssignedTask[]; readonly next: string | undefined }>;
  /** undefined when the task is no chat, or gone. */
  readonly chat: (task: string) => Promise<TaskChat | undefined>;
  /** The last one of the task that stands; undefined when there is none, or no task. */
  readonly acceptance: (task: string) => Promise<Acceptance | undefined>;
  /** The worker's chat identity as Flex spells it; undefined when the worker is gone. */
  readonly workerIdentity: (worker: string) => Promise<string | undefined>;
};

/**
 * One message that Proxy carried between the customer's phone and the channel.
 * https://www.twilio.com/docs/proxy/api/interaction
 */
export type Interaction = {
  readonly sid: string;
  /** `out`: to the phone. `unclear`: Proxy does not say. */
  readonly direction: 'in' | 'out' | 'unclear';
  /** SIDs of the chat messages it names, IM…; whether Proxy names them is not known. */
  readonly messages: readonly string[];
  /** undefined where Proxy does not show it. */
  readonly body: string | undefined;
  /** ISO-8601, perhaps of whole seconds. */
  readonly createdAt: string;
};

/** `next` is opaque: hand it back to go on. In which order they come is not known. */
export type InteractionPage = { readonly interactions: readonly Interaction[]; readonly next: string | undefined };

/** Flex's own post-event webhook. */
export type DefaultWebhook = {
  /** Posts the body as it is, signed for that URL. Resolves on 2xx, else throws {@link TwilioTrouble}. */
  readonly post: (contentType: string, body: string) => Promise<void>;
  /**
   * What a Proxy session (KC…) has carried, so that a post without an answer can be looked up. undefined when there is
   * no such session or the webhook is none of Proxy's. May throw {@link TwilioTrouble}.
   */
  readonly interactions: (session: string, from?: string | undefined) => Promise<InteractionPage | undefined>;
};

/**
 * What happened to an event, for logs, metrics and the page. No personal data: SIDs, types, counts, durations, reasons.
 */
export type Entry = {
  readonly step:
    | 'received'
    | 'refused'
    | 'queued'
    | 'replicated'
    | 'linked'
    | 'forwarded'
    | 'reconciled'
    /** A double of the bridge's own was found and deleted. */
    | 'undone'
    | 'skipped'
    | 'parked'
    | 'deferred'
    | 'retried'
    | 'failed'
    | 'swept'
    /** A side was found dead and is left alone for a while, or is back: reason `open` or `closed`. */
    | 'breaker';
  /** The event's type (`message.added`, Twilio's own for what is refused) or the job's kind. */
  readonly type: string;
  readonly lane?: Lane | 'forward' | undefined;
  readonly reason?: string | undefined;
  /** Twilio's error, of what was parked. */
  readonly code?: number | undefined;
  /** The SIDs it is about, both sides', the source first. */
  readonly sids: readonly string[];
  /** Milliseconds since the webhook arrived. */
  readonly ms?: number | undefined;
  readonly count?: number | undefined;
};
export type Journal = (entry: Entry) => void;
