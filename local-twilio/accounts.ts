/** The two accounts as they are before anybody does anything. */
import { AGENTS, type DefaultAgent, FLEX, FRONTLINE } from './defaults.ts';
import type { Account, Activity, ChatService, Phones, User, Worker, Workspace } from './model.ts';
import { noWebhooks } from './rest/conversations-webhooks.ts';

const tail = (sid: string): string => sid.slice(2);

const service = (account: Account, sid: `IS${string}`, friendlyName: string, now: number): ChatService => ({
  sid,
  account,
  friendlyName,
  dateCreated: now,
  dateUpdated: now,
  roleSid: `RL${tail(sid)}`,
  containers: new Map(),
  byUniqueName: new Map(),
  actions: { second: 0, count: 0 },
  users: new Map(),
  chatWebhooks: {
    preWebhookUrl: undefined,
    postWebhookUrl: undefined,
    filters: [],
    method: 'POST',
    preRetryCount: 0,
    postRetryCount: 0,
  },
  conversationsWebhooks: undefined,
  limits: { channelMembers: 1000, userChannels: 1000 },
});

const activityOf = (workspaceSid: string, name: string, i: number): Activity => ({
  sid: `WA${tail(workspaceSid).slice(0, 31)}${i}`,
  name,
  available: name === 'Available',
});

const taskChannelNames = ['default', 'chat', 'sms', 'voice'] as const;

const workspace = (
  account: Account,
  sid: `WS${string}`,
  name: string,
  now: number,
  offline = activityOf(sid, 'Offline', 0),
): Workspace => ({
  sid,
  account,
  name,
  eventCallbackUrl: '',
  eventsFilter: undefined,
  dateCreated: now,
  dateUpdated: now,
  activities: [offline, ...['Available', 'Unavailable', 'Break'].map((one, i) => activityOf(sid, one, i + 1))],
  timeoutActivity: offline,
  workers: new Map(),
  tasks: new Map(),
  events: [],
  queueSid: `WQ${tail(sid)}`,
  workflowSid: `WW${tail(sid)}`,
  taskChannels: new Map(taskChannelNames.map((channel, i) => [channel, `TC${tail(sid).slice(0, 31)}${i}`])),
});

export const newWorker = (
  place: Workspace,
  about: { readonly sid: `WK${string}`; readonly name: string; readonly attributes: Readonly<Record<string, unknown>> },
  now: number,
): Worker => ({
  sid: about.sid,
  friendlyName: about.name,
  attributes: JSON.stringify(about.attributes),
  activity: place.activities.find(({ available }) => available) ?? { sid: '', name: '', available: false },
  version: 0,
  // Nobody comes, or goes where he stands, in the moment in which all begins.
  dateCreated: now - 60_000,
  dateUpdated: now - 60_000,
  dateStatusChanged: now - 60_000,
});

const newUser = (sid: string, identity: string, friendlyName: string, now: number): User => ({
  sid,
  identity,
  friendlyName,
  attributes: '{}',
  dateCreated: now,
  dateUpdated: now,
  joined: new Set(),
});

const account = (
  name: Account['name'],
  constants: { accountSid: `AC${string}`; authToken: string; apiKey: { sid: string; secret: string } },
  defaultServiceSid: string,
): Account => ({
  name,
  sid: constants.accountSid,
  authToken: constants.authToken,
  previousAuthToken: undefined,
  apiKeys: new Map([[constants.apiKey.sid, constants.apiKey.secret]]),
  services: new Map(),
  defaultServiceSid,
  conversationsWebhooks: noWebhooks(),
  workspaces: new Map(),
  frontlineUsers: new Map(),
  proxies: new Map(),
  flexFlows: new Map(),
});

/** What everybody who acts on the two accounts needs at hand. */
export type TwoAccounts = {
  readonly accounts: readonly Account[];
  readonly phones: Phones;
  readonly flex: {
    readonly account: Account;
    readonly chat: ChatService;
    readonly workspace: Workspace;
    readonly proxySid: string;
  };
  readonly frontline: { readonly account: Account; readonly chat: ChatService; readonly workspace: Workspace };
};

/** Puts an agent into both accounts; into Frontline only when he has a worker there. */
export const hire = (place: Omit<TwoAccounts, 'accounts' | 'phones'>, agent: DefaultAgent, now: number): void => {
  const { flex, frontline } = place;
  flex.workspace.workers.set(
    agent.flexWorkerSid,
    newWorker(
      flex.workspace,
      {
        sid: agent.flexWorkerSid,
        name: agent.email,
        attributes: {
          contact_uri: `client:${agent.flexIdentity}`,
          email: agent.email,
          full_name: agent.name,
          roles: ['agent'],
        },
      },
      now,
    ),
  );
  flex.chat.users.set(
    agent.flexIdentity,
    newUser(`US${tail(agent.flexWorkerSid)}`, agent.flexIdentity, agent.name, now),
  );
  if (agent.frontlineWorkerSid === undefined) return;
  frontline.workspace.workers.set(
    agent.frontlineWorkerSid,
    newWorker(
      frontline.workspace,
      {
        sid: agent.frontlineWorkerSid,
        name: agent.email,
        attributes: { email: agent.email, full_name: agent.name },
      },
      now,
    ),
  );
  const userSid = `US${tail(agent.frontlineWorkerSid)}`;
  frontline.chat.users.set(agent.email, newUser(userSid, agent.email, agent.name, now));
  frontline.account.frontlineUsers.set(agent.email, {
    ...{ sid: userSid, identity: agent.email, friendlyName: agent.name, avatar: undefined },
    ...{ state: 'active', isAvailable: true },
  });
};

export const createTwoAccounts = (now: number): TwoAccounts => {
  const flexAccount = account('flex', FLEX, FLEX.chatServiceSid);
  const frontlineAccount = account('frontline', FRONTLINE, FRONTLINE.conversationServiceSid);
  const flexChat = service(flexAccount, FLEX.chatServiceSid, 'Flex Chat Service', now);
  flexChat.chatWebhooks.postWebhookUrl = FLEX.defaultWebhook;
  flexChat.chatWebhooks.filters = ['onMessageSent', 'onChannelUpdated', 'onChannelDestroyed'];
  const frontlineChat = service(frontlineAccount, FRONTLINE.conversationServiceSid, 'Frontline Service', now);
  const flexWorkspace = workspace(flexAccount, FLEX.workspaceSid, 'Flex Task Assignment', now);
  const frontlineWorkspace = workspace(frontlineAccount, FRONTLINE.workspaceSid, 'Frontline', now);
  flexAccount.services.set(flexChat.sid, flexChat);
  frontlineAccount.services.set(frontlineChat.sid, frontlineChat);
  flexAccount.workspaces.set(flexWorkspace.sid, flexWorkspace);
  frontlineAccount.workspaces.set(frontlineWorkspace.sid, frontlineWorkspace);
  flexAccount.proxies.set(FLEX.proxyServiceSid, {
    sid: FLEX.proxyServiceSid,
    sessions: new Map(),
  });
  const place: TwoAccounts = {
    accounts: [flexAccount, frontlineAccount],
    phones: new Map(),
    flex: { account: flexAccount, chat: flexChat, workspace: flexWorkspace, proxySid: FLEX.proxyServiceSid },
    frontline: { account: frontlineAccount, chat: frontlineChat, workspace: frontlineWorkspace },
  };
  for (const agent of Object.values(AGENTS)) hire(place, agent, now);
  return place;
};
