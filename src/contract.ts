/**
 * The names that a deployment's two halves share: what the stack sets, the functions read.
 * This file imports nothing, so that either half may import it.
 */

/** What the stack of every deployment is called, with its stage's name behind, which is of this form. */
export const STACK_PREFIX = 'flex-frontline-bridge-';
export const STAGE_NAME = '[a-zA-Z0-9-]{1,25}';
/** The output of a stack that says what its deployment calls itself: the setting DEPLOYMENT_ID. */
export const DEPLOYMENT_OUTPUT = 'DeploymentId';

/** What a deployment calls itself unless DEPLOYMENT_ID says otherwise. */
export const deploymentOf = (stage: string): string => `bridge-${stage}`;

/** Settings of a deployment that are no secrets. Each is an environment variable of every function that needs it. */
export const SETTINGS = [
  'ACCOUNT_SID',
  'CHAT_SERVICE_SID',
  'FRONTLINE_ACCOUNT_SID',
  'CONVERSATION_SERVICE_SID',
  'FLEX_CHAT_DEFAULT_WEBHOOK',
  'WORKSPACE_SID',
  'FRONTLINE_WORKSPACE_SID',
  'FRONTLINE_AVAILABLE_STATUS',
  'PRESENCE_MAP',
  'PRESENCE_MIRRORS_TIMEOUTS',
  'PRESENCE_REJECTS_OFFERS',
  'WORKER_MATCH_ATTRIBUTE',
  'AUTO_ACCEPT_TASKS',
  'SMS_NUMBER',
  'WHATSAPP_NUMBER',
  'PROXY_SERVICE_SID',
  'SMS_CHANNEL_SID',
  'WORKFLOW_SID',
  'DISABLE_FRONTLINE_TRANSFER',
  'PUBLIC_BASE_URL',
  'TWILIO_BASE_URL',
  'DEPLOYMENT_ID',
  'SETTLE_SECONDS',
  'ANSWERED_SETTLE_SECONDS',
  'LEASE_SECONDS',
  'FRONTLINE_SMS_NUMBER',
  'FRONTLINE_WHATSAPP_NUMBER',
  'BACKUP_CRM_ENDPOINT',
  'TEMPLATES_FILE',
  'NOTIFICATION_TIMEOUT_MINUTES',
  'AVAILABILITY_ORIGINS',
  'AVAILABILITY_PER_SECOND',
] as const;
export type Setting = (typeof SETTINGS)[number];

/**
 * The settings without which nothing runs, and what their values look like (a regular expression for the whole value).
 */
export const REQUIRED_SETTINGS = {
  ACCOUNT_SID: 'AC[0-9a-f]{32}',
  CHAT_SERVICE_SID: 'IS[0-9a-f]{32}',
  FRONTLINE_ACCOUNT_SID: 'AC[0-9a-f]{32}',
  CONVERSATION_SERVICE_SID: 'IS[0-9a-f]{32}',
} as const satisfies Readonly<Partial<Record<Setting, string>>>;
export type RequiredSetting = keyof typeof REQUIRED_SETTINGS;

const here = 'http://(localhost|127\\.\\d+\\.\\d+\\.\\d+|\\[::1\\])(:\\d+)?';
const origin = `(https://[a-z0-9.-]+(:\\d+)?|${here})`;

/**
 * What the callbacks' settings look like, where they are set (a regular expression for the whole value, and the same
 * for people): a deployment is refused for them, not each of its functions at its start.
 */
export const CALLBACK_SETTINGS = {
  FRONTLINE_SMS_NUMBER: ['\\+\\d{7,15}', 'a number, + and 7 to 15 digits'],
  FRONTLINE_WHATSAPP_NUMBER: ['(whatsapp:)?\\+\\d{7,15}', 'a number, + and 7 to 15 digits, with whatsapp: or without'],
  BACKUP_CRM_ENDPOINT: [`(https://[^\\s#@/]+|${here})(/[^\\s#@]*)?`, 'an https URL'],
  NOTIFICATION_TIMEOUT_MINUTES: ['(?!0*(\\.0*)?$)\\d{1,3}(\\.\\d+)?', 'minutes, more than 0 and less than 1000'],
  AVAILABILITY_ORIGINS: [
    `${origin}(\\s*,\\s*${origin})*`,
    'origins such as https://www.example.com, with commas between',
  ],
  AVAILABILITY_PER_SECOND: ['[1-9]\\d{0,3}', 'a whole number, 1 to 9999'],
} as const satisfies Readonly<Partial<Record<Setting, readonly [pattern: string, forPeople: string]>>>;
export type CallbackSetting = keyof typeof CALLBACK_SETTINGS;

/** How often a second the page that asks for agents is answered, unless AVAILABILITY_PER_SECOND says otherwise. */
export const AVAILABILITY_PER_SECOND = 20;

/** Names of settings in the older app that are still read: old name by ours. */
export const OLD_NAMES: Readonly<Partial<Record<Setting, string>>> = {
  CONVERSATION_SERVICE_SID: 'CONERSATION_SERVICE_SID',
};

/**
 * What is wrong with settings that are each well-formed: two that cannot be the same, or an address at which the bridge
 * would talk to itself. Names and reasons, never a value.
 * @param given the value of a setting; empty when it is not set, or not known yet
 */
export const contradictions = (given: (setting: Setting) => string): readonly string[] => {
  const same = ([a, b, why]: readonly [Setting, Setting, string]): readonly string[] =>
    given(a) !== '' && given(a).replace(/\/+$/, '') === given(b).replace(/\/+$/, '')
      ? [`${a} and ${b} are the same: ${why}`]
      : [];
  const path = URL.parse(given('FLEX_CHAT_DEFAULT_WEBHOOK'))?.pathname.replace(/\/$/, '') ?? '';
  return [
    ...same(['ACCOUNT_SID', 'FRONTLINE_ACCOUNT_SID', 'the bridge joins two accounts']),
    ...same(['CHAT_SERVICE_SID', 'CONVERSATION_SERVICE_SID', 'each account has a service of its own']),
    ...same(['WORKSPACE_SID', 'FRONTLINE_WORKSPACE_SID', 'each account has a workspace of its own']),
    ...same(['PUBLIC_BASE_URL', 'TWILIO_BASE_URL', 'the bridge would call itself']),
    ...same(['PUBLIC_BASE_URL', 'FLEX_CHAT_DEFAULT_WEBHOOK', 'the bridge would post to itself']),
    ...(ROUTES.some((route) => path.endsWith(route))
      ? ["FLEX_CHAT_DEFAULT_WEBHOOK is a bridge's own address: set the one that Flex had before"]
      : []),
    ...(given('PUBLIC_BASE_URL') !== '' &&
    given('BACKUP_CRM_ENDPOINT').startsWith(`${given('PUBLIC_BASE_URL').replace(/\/+$/, '')}/`)
      ? ["BACKUP_CRM_ENDPOINT is the bridge's own address: it would ask itself"]
      : []),
    ...(given('AVAILABILITY_ORIGINS') !== '' && given('WORKSPACE_SID') === ''
      ? ['AVAILABILITY_ORIGINS needs WORKSPACE_SID: agents are looked up there']
      : []),
  ];
};

/** Where the stack's own resources are: set by the stack, never by people. */
export const RESOURCES = [
  'SECRET_ARN',
  'TABLE_NAME',
  'FLEX_EVENTS_QUEUE_URL',
  'FRONTLINE_EVENTS_QUEUE_URL',
  'DEFAULT_WEBHOOK_QUEUE_URL',
  'FLEX_EVENTS_DEAD_URL',
  'FRONTLINE_EVENTS_DEAD_URL',
  'DEFAULT_WEBHOOK_DEAD_URL',
] as const;
export type Resource = (typeof RESOURCES)[number];

/** Fields of the one secret (a JSON object of strings). Previous tokens and API keys may be empty. */
export const SECRET_FIELDS = [
  'AUTH_TOKEN',
  'AUTH_TOKEN_PREVIOUS',
  'API_KEY_SID',
  'API_KEY_SECRET',
  'FRONTLINE_AUTH_TOKEN',
  'FRONTLINE_AUTH_TOKEN_PREVIOUS',
  'FRONTLINE_API_KEY_SID',
  'FRONTLINE_API_KEY_SECRET',
  'STAMP_KEY',
] as const;
export type SecretField = (typeof SECRET_FIELDS)[number];

/** The tag on the secret, whose value is the stack's name: how the operator's commands find it. */
export const SECRET_TAG = 'flex-frontline-bridge';

export const ROUTES = ['/chat-to-frontline', '/frontline-to-chat', '/taskrouter-handler'] as const;
export type Route = (typeof ROUTES)[number];

/**
 * What Twilio is to send of each kind: what the readers of webhooks understand, and nothing else, for each event is
 * paid for. TaskRouter sends all of a workspace's unless it is told which.
 * https://www.twilio.com/docs/chat/webhook-events https://www.twilio.com/docs/conversations/conversations-webhooks
 * https://www.twilio.com/docs/taskrouter/api/event/reference
 */
export const TWILIO_EVENTS = {
  chat: [
    'onMessageSent',
    'onMediaMessageSent',
    'onMessageUpdated',
    'onMessageRemoved',
    'onMemberAdded',
    'onMemberRemoved',
    'onChannelUpdated',
    'onChannelDestroyed',
  ],
  conversations: [
    'onConversationRemoved',
    'onConversationStateUpdated',
    'onMessageAdded',
    'onMessageUpdated',
    'onMessageRemoved',
    'onParticipantAdded',
    'onParticipantRemoved',
  ],
  flexTaskRouter: [
    'reservation.created',
    'reservation.accepted',
    'reservation.rejected',
    'reservation.timeout',
    'reservation.rescinded',
    'reservation.canceled',
    'reservation.completed',
    'task.completed',
    'task.canceled',
    'worker.activity.update',
  ],
  frontlineTaskRouter: ['worker.activity.update'],
} as const;

/** What Frontline's app asks for, https://www.twilio.com/docs/frontline, and answers with what it gets. */
export const CALLBACKS = ['/frontline/crm', '/frontline/outgoing', '/frontline/templates'] as const;
export type Callback = (typeof CALLBACKS)[number];

/** What a web page asks: whether an agent is there. */
export const AVAILABILITY = '/check-agent-availability';

/** The file of templates, as it lies beside the code of the function that fills them in. */
export const TEMPLATES_ASSET = 'templates.json';

/** The queues: messages of one group (a chat) are handled in order, groups side by side. */
export const QUEUES = ['flex-events', 'frontline-events', 'default-webhook'] as const;
export type QueueName = (typeof QUEUES)[number];

/** Batches of one queue that are worked on at a time, at most, unless CONSUMERS_AT_ONCE says otherwise. */
export const CONSUMERS_AT_ONCE = 50;

/**
 * Requests a second that each webhook and each callback may get, and half as many at once, unless WEBHOOKS_PER_SECOND
 * says otherwise: far above what people write.
 */
export const WEBHOOKS_PER_SECOND = 2_000;

/**
 * The table: items under pk and sk; one sparse index, which holds the lists: items that have `list` (its name) and
 * `listOrder` (their order in it); `ttl` in epoch seconds.
 */
export const TABLE = {
  pk: 'pk',
  sk: 'sk',
  ttl: 'ttl',
  listIndex: 'lists',
  list: 'list',
  listOrder: 'listOrder',
} as const;

/** The steps of the journal that end an event, or would have: each line of them is counted. */
export const OUTCOMES = [
  'replicated',
  'forwarded',
  'linked',
  'reconciled',
  'skipped',
  'deferred',
  'parked',
  'retried',
  'undone',
  'refused',
  'failed',
  'answered',
] as const;

/** The ends that the bridge calls; each has a breaker of its own. */
export const CALLED_SIDES = ['flex', 'frontline', 'default-webhook', 'taskrouter', 'frontline-agents'] as const;
export type CalledSide = (typeof CALLED_SIDES)[number];

/**
 * CloudWatch metrics of one deployment, in {@link metricsNamespace}. How events end and how late they are is counted by
 * filters on the functions' logs, which cost nothing; what happens seldom is written as embedded metric format, where a
 * metric and a dimension must not share a name: both are members of the same JSON object.
 */
export const METRICS = {
  /** One count per ended event, dimension `Outcome`: {@link OUTCOMES}. By filter. */
  outcome: 'Events',
  /**
   * Milliseconds from the webhook's arrival until the event ended as replicated or forwarded, dimension `Lane`:
   * toFrontline, toFlex, forward. By filter.
   */
  delay: 'Delay',
  /**
   * One count per try that Twilio, or Flex's own webhook, refused until an operator puts a token, a key or a setting
   * right. By filter.
   */
  unauthorized: 'Unauthorized',
  /** One count per event that was deferred because its pair writes faster than people can. */
  held: 'Held',
  /** One count each time calls to a side begin to be refused, dimension `Side`: {@link CALLED_SIDES}. */
  breakerOpen: 'BreakerOpen',
  /** One count per run of the sweep. */
  sweeps: 'Sweeps',
  /** Pairs in which the sweep found something to repair. */
  repairs: 'Repairs',
  /** Pairs that the sweep wanted to compare and could not. */
  notCompared: 'NotCompared',
  /** Lanes that are not up to date, once a sweep, of directions that are on; nothing when all are. */
  dirtyLanes: 'DirtyLanes',
  /** Directions in which an operator lets nothing be written, once a sweep; nothing when both are on. */
  notOn: 'DirectionsNotOn',
} as const;

/** Two deployments of one AWS account share no metric, without a dimension in each line. */
export const metricsNamespace = (deployment: string): string => `FlexFrontlineBridge/${deployment}`;

/**
 * Seconds. The function is cut off before its messages become visible again. The sweep ends by itself after some 80: 10
 * for accepts and 50 for pairs, each then waiting for the calls under way. What a queue holds is gone after so long,
 * by `retention`, the most that SQS takes; so are dead letters on one machine.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
 */
export const TIMES = {
  ...{ functionTimeout: 25, visibility: 150, sweepEvery: 60, sweepTimeout: 90 },
  retention: 14 * 24 * 3600,
} as const;
