/** What stands on both sides of one chat, as Twilio holds it: past every fault, and with nothing of the bridge's. */
import { AGENTS, type DefaultAgent } from '../local-twilio/defaults.ts';
import type { ReadContainer, ReadMessage } from '../local-twilio/reads.ts';
import type { Ground } from './ground.ts';

export type SideState = {
  /** `none`: there is nothing of the chat on this side. */
  readonly state: 'none' | 'open' | 'ended';
  /** By name, sorted. */
  readonly people: readonly string[];
  /** `Customer: hello`, oldest first. */
  readonly said: readonly string[];
  /** `Ann: Unavailable`: the agents who are not available on this side. */
  readonly away: readonly string[];
};

export type SidesNow = {
  readonly channel: string;
  readonly flex: SideState;
  /** Of the newest conversation. */
  readonly frontline: SideState;
  /** Oldest first. */
  readonly conversations: readonly string[];
  /** `assigned (Ann: accepted)`, oldest first. */
  readonly tasks: readonly string[];
  /** The first line of each notice, by agent: what the bridge has told him in his System conversation. */
  readonly told: Readonly<Record<string, readonly string[]>>;
  /** The SMS on the customer's phone, oldest first; undefined in a web chat. */
  readonly phone: readonly string[] | undefined;
  /** What joins phone and channel. */
  readonly smsSession: 'open' | 'closed' | undefined;
};

export type ChatAt = {
  readonly channel: string;
  readonly customer: string;
  readonly phone: string | undefined;
  /** The one that an agent has begun the chat in, which names no channel. */
  readonly begunIn?: string;
};

const agents: readonly DefaultAgent[] = Object.values(AGENTS);

const fields = (json: string): Readonly<Record<string, unknown>> => JSON.parse(json) as Record<string, unknown>;

/** One whom Frontline's app takes for something else than his worker says is named with both. */
const awayOn = ({ twilio }: Ground, side: 'flex' | 'frontline'): SideState['away'] => {
  const workers = twilio.reads.workers(side);
  return agents.flatMap(({ name, email }) => {
    const worker = workers.find((one) => one.name === email);
    if (worker === undefined) return [];
    const isAvailable = worker.activity === 'Available';
    const inApp = worker.isAvailable ?? isAvailable;
    if (inApp !== isAvailable) return [`${name}: ${worker.activity}, and in the app ${inApp ? 'available' : 'away'}`];
    return isAvailable ? [] : [`${name}: ${worker.activity}`];
  });
};

export const conversationsOf = ({ twilio }: Ground, { channel, begunIn }: ChatAt): readonly ReadContainer[] =>
  twilio.reads
    .containers('frontline')
    .filter(({ sid, attributes }) => sid === begunIn || fields(attributes).chatChannelSid === channel);

/** What Flex has of a conversation that an agent has begun. */
export const chatBegunIn = (
  { twilio }: Ground,
  conversation: string,
): Pick<ChatAt, 'channel' | 'customer'> | undefined => {
  const channel = twilio.reads
    .containers('flex')
    .find(({ uniqueName }) => uniqueName?.startsWith(`bridge-frontline-${conversation}-`));
  const customer = channel?.members.find(({ attributes }) => fields(attributes).member_type === 'guest')?.identity;
  return channel === undefined || customer === undefined ? undefined : { channel: channel.sid, customer };
};

/** The agent's System conversation, as its attributes say. */
export const systemConversationOf = ({ twilio }: Ground, { flexWorkerSid }: DefaultAgent): ReadContainer | undefined =>
  twilio.reads
    .containers('frontline')
    .findLast(({ attributes }) => fields(attributes).bridgeSystemOf === flexWorkerSid);

const noticesTo = (ground: Ground, agent: DefaultAgent): readonly string[] =>
  ground.twilio.reads
    .transcript('frontline', systemConversationOf(ground, agent)?.sid ?? '')
    .filter(({ author }) => author !== agent.email)
    .map(({ body = '' }) => body.split('\n')[0] ?? '');

export const readSides = (ground: Ground, chat: ChatAt): SidesNow => {
  const { reads, customer, place } = ground.twilio;
  const nameOf = (identity: string | undefined): string =>
    identity === chat.customer
      ? 'Customer'
      : (agents.find(({ email, flexIdentity }) => identity === email || identity === flexIdentity)?.name ??
        String(identity));
  const line = ({ author, body = '' }: ReadMessage): string => `${nameOf(author)}: ${body}`;
  const people = ({ members }: ReadContainer) => members.map(({ identity }) => nameOf(identity)).sort();

  const channel = reads.container('flex', chat.channel);
  const conversations = conversationsOf(ground, chat);
  const conversation = conversations.at(-1);
  // Nobody but this chat's customer wants anything on this ground.
  const tasks = reads.tasks('flex');
  const workerName = (sid: string) => agents.find(({ flexWorkerSid }) => flexWorkerSid === sid)?.name ?? sid;
  const session = [...(place.flex.account.proxies.get(place.flex.proxySid)?.sessions.values() ?? [])].find(
    ({ uniqueName }) => uniqueName === chat.channel,
  );
  const stateOn = (side: 'flex' | 'frontline', at: ReadContainer | undefined, isOver: boolean): SideState => ({
    ...(at === undefined
      ? { state: 'none', people: [], said: [] }
      : { state: isOver ? 'ended' : 'open', people: people(at), said: reads.transcript(side, at.sid).map(line) }),
    away: awayOn(ground, side),
  });
  return {
    channel: chat.channel,
    flex: stateOn('flex', channel, fields(channel?.attributes ?? '{}').status === 'INACTIVE'),
    frontline: stateOn('frontline', conversation, conversation?.state === 'closed'),
    conversations: conversations.map(({ sid }) => sid),
    tasks: tasks.map(
      ({ status, reservations }) =>
        `${status} (${reservations.map((one) => `${workerName(one.workerSid)}: ${one.status}`).join(', ')})`,
    ),
    told: Object.fromEntries(
      agents.map((agent) => [agent.name, noticesTo(ground, agent)] as const).filter(([, told]) => told.length > 0),
    ),
    phone: chat.phone === undefined ? undefined : customer.phone(chat.phone).map(({ body }) => body),
    smsSession: session?.status,
  };
};
