/**
 * What Twilio holds. Times are milliseconds since 1970; everything here is changed in place by the state machine only.
 */

export type AccountName = 'flex' | 'frontline';

/** Who did something: a person through an SDK, a program through REST, a carrier. */
export type Actor = { readonly source: 'SDK' | 'API' | 'SMS'; readonly identity?: string | undefined };

export type Media = {
  readonly sid: string;
  readonly filename: string | undefined;
  readonly contentType: string;
  readonly size: number;
};

/** One message, sent to one phone. */
export type Receipt = {
  readonly sid: string;
  readonly participantSid: string;
  /** The SMS. */
  readonly channelMessageSid: string;
  readonly at: number;
};

export type Message = {
  readonly sid: `IM${string}`;
  readonly index: number;
  readonly author: string;
  body: string | undefined;
  attributes: string;
  readonly dateCreated: number;
  dateUpdated: number;
  lastUpdatedBy: string | undefined;
  readonly media: readonly Media[];
  readonly memberSid: string | undefined;
  /** What Conversations itself carried to phones. */
  readonly receipts: readonly Receipt[];
  /** When it was really written, whatever dateCreated says. */
  readonly committedAt: number;
  /** Lists do not show it before. */
  readonly listedFrom: number;
  /** Whether a list has left it out for that. */
  missed: boolean;
  /** What it was, oldest first. */
  readonly past: { readonly until: number; readonly body: string | undefined; readonly attributes: string }[];
};

export type Binding = { readonly type: string; readonly address: string; readonly proxyAddress: string | undefined };

export type Member = {
  readonly sid: string;
  readonly identity: string | undefined;
  readonly binding: Binding | undefined;
  readonly roleSid: string;
  attributes: string;
  readonly dateCreated: number;
  dateUpdated: number;
  lastRead: number | undefined;
  /** When it really came, whatever dateCreated says. */
  readonly committedAt: number;
};

export type ConversationState = 'active' | 'inactive' | 'closed';

/** A channel of Programmable Chat and a conversation of Conversations are one thing at Twilio. */
export type Container = {
  readonly sid: `CH${string}`;
  readonly account: Account;
  readonly service: ChatService;
  uniqueName: string | undefined;
  friendlyName: string | undefined;
  attributes: string;
  readonly type: 'public' | 'private';
  readonly createdBy: string;
  /** Of a channel that the Flex API made: the flow it was made by. */
  flexFlow: FlexFlow | undefined;
  state: ConversationState;
  readonly timers: { closed: string | undefined; inactive: string | undefined };
  /** Milliseconds: when a timer closed it. */
  closedByTimerAt?: number;
  readonly dateCreated: number;
  dateUpdated: number;
  /** By SID, in order of creation. */
  readonly members: Map<string, Member>;
  /** Who has gone, the latest last. */
  readonly formerMembers: { readonly member: Member; readonly at: number }[];
  /** By SID, in order of index. */
  readonly messages: Map<string, Message>;
  /** Messages that are gone, by SID. */
  readonly removed: Map<string, { readonly message: Message; readonly at: number }>;
  /** When it was really made, whatever dateCreated says. */
  readonly committedAt: number;
  /** What it was, oldest first. */
  readonly past: { readonly until: number; readonly attributes: string; readonly state: ConversationState }[];
  nextIndex: number;
  /** Writes in the second that began then: 30 a second are allowed. */
  actions: { second: number; count: number };
};

/** What the Flex API makes channels by. */
export type FlexFlow = {
  readonly sid: string;
  readonly friendlyName: string;
  readonly chatServiceSid: string;
  readonly channelType: string;
  readonly contactIdentity: string | undefined;
  readonly enabled: boolean;
  readonly integrationType: string | undefined;
  readonly longLived: boolean;
  readonly janitorEnabled: boolean;
  readonly dateCreated: number;
};

export type User = {
  readonly sid: string;
  readonly identity: string;
  friendlyName: string | undefined;
  attributes: string;
  readonly dateCreated: number;
  dateUpdated: number;
  /** Containers that the identity is a member of. */
  readonly joined: Set<string>;
};

/** What the Frontline API knows of an agent, apart from his user in Conversations. */
export type FrontlineUser = {
  readonly sid: string;
  readonly identity: string;
  friendlyName: string;
  avatar: string | undefined;
  state: 'active' | 'deactivated';
  isAvailable: boolean;
};

export type ChatWebhookConfig = {
  preWebhookUrl: string | undefined;
  postWebhookUrl: string | undefined;
  filters: readonly string[];
  method: string;
  preRetryCount: number;
  postRetryCount: number;
};

export type ConversationsWebhookConfig = {
  preWebhookUrl: string | undefined;
  postWebhookUrl: string | undefined;
  filters: readonly string[];
  method: string;
};

export type ChatService = {
  readonly sid: `IS${string}`;
  readonly account: Account;
  friendlyName: string;
  readonly dateCreated: number;
  dateUpdated: number;
  readonly roleSid: string;
  readonly containers: Map<string, Container>;
  readonly byUniqueName: Map<string, Container>;
  readonly users: Map<string, User>;
  readonly chatWebhooks: ChatWebhookConfig;
  /** undefined: the account's configuration holds. */
  conversationsWebhooks: ConversationsWebhookConfig | undefined;
  readonly limits: { channelMembers: number; userChannels: number };
  /** Containers that were made or taken away in this second. */
  actions: { second: number; count: number };
};

export type Activity = { readonly sid: string; readonly name: string; readonly available: boolean };

export type Worker = {
  readonly sid: `WK${string}`;
  friendlyName: string;
  attributes: string;
  activity: Activity;
  version: number;
  readonly dateCreated: number;
  dateUpdated: number;
  dateStatusChanged: number;
};

export type TaskStatus = 'pending' | 'reserved' | 'assigned' | 'canceled' | 'completed' | 'wrapping';

export type Task = {
  readonly sid: `WT${string}`;
  attributes: string;
  status: TaskStatus;
  reason: string | undefined;
  priority: number;
  readonly channel: string;
  readonly routingTarget: string | undefined;
  readonly timeout: number;
  version: number;
  readonly dateCreated: number;
  dateUpdated: number;
  readonly reservations: Map<string, Reservation>;
};

export type ReservationStatus =
  | 'pending'
  | 'accepted'
  | 'rejected'
  | 'timeout'
  | 'canceled'
  | 'rescinded'
  | 'wrapping'
  | 'completed';

export type Reservation = {
  readonly sid: `WR${string}`;
  readonly task: Task;
  readonly worker: Worker;
  status: ReservationStatus;
  version: number;
  readonly dateCreated: number;
  dateUpdated: number;
};

export type TaskEvent = {
  readonly sid: string;
  readonly type: string;
  readonly at: number;
  readonly params: Readonly<Record<string, string>>;
};

export type Workspace = {
  readonly sid: `WS${string}`;
  readonly account: Account;
  readonly name: string;
  eventCallbackUrl: string;
  eventsFilter: string | undefined;
  readonly dateCreated: number;
  dateUpdated: number;
  readonly activities: readonly Activity[];
  /** Where a worker goes who let a reservation time out. */
  timeoutActivity: Activity;
  readonly workers: Map<string, Worker>;
  readonly tasks: Map<string, Task>;
  readonly events: TaskEvent[];
  readonly queueSid: string;
  readonly workflowSid: string;
  /** By unique name. */
  readonly taskChannels: Map<string, string>;
};

export type Interaction = {
  readonly sid: string;
  readonly body: string;
  readonly direction: 'in' | 'out';
  /** The chat message that it carried. */
  readonly messageSid: string;
  readonly smsSid: string;
  readonly at: number;
};

/** One of the two that a session joins: a phone's number, or a channel's SID. */
export type ProxyParticipant = {
  readonly sid: string;
  readonly identifier: string;
  /** The number through which it speaks with the other. */
  readonly proxyIdentifier: string;
  readonly dateCreated: number;
};

export type ProxySession = {
  readonly sid: string;
  readonly uniqueName: string;
  readonly participants: ProxyParticipant[];
  status: 'open' | 'closed';
  readonly dateCreated: number;
  dateUpdated: number;
  readonly interactions: Interaction[];
};

/** An SMS that a customer got. */
export type Sms = {
  readonly sid: string;
  readonly from: string;
  readonly body: string;
  readonly at: number;
  /** The chat message that it carries. */
  readonly messageSid: string;
};

export type ProxyService = {
  readonly sid: string;
  readonly sessions: Map<string, ProxySession>;
};

/** What stands on the customers' phones, oldest first, by number. */
export type Phones = Map<string, Sms[]>;

export type Account = {
  readonly name: AccountName;
  readonly sid: `AC${string}`;
  /** The primary token signs webhooks; the secondary may be used for REST. */
  authToken: string;
  previousAuthToken: string | undefined;
  readonly apiKeys: Map<string, string>;
  readonly services: Map<string, ChatService>;
  readonly defaultServiceSid: string | undefined;
  readonly conversationsWebhooks: ConversationsWebhookConfig;
  readonly workspaces: Map<string, Workspace>;
  /** By identity. */
  readonly frontlineUsers: Map<string, FrontlineUser>;
  readonly proxies: Map<string, ProxyService>;
  readonly flexFlows: Map<string, FlexFlow>;
};
