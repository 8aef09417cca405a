/** What stands at the local Twilio, as the page shows it: chats, agents, what is offered and what was said. */
import { AGENTS, type DefaultAgent } from '../../local-twilio/defaults.ts';
import type { ReadContainer, ReadMessage, ReadTask, ReadWorker } from '../../local-twilio/reads.ts';
import { claimedStamp } from '../../src/core/copies/stamp.ts';

export type Place = {
  readonly channels: readonly ReadContainer[];
  readonly conversations: readonly ReadContainer[];
  readonly tasks: readonly ReadTask[];
};

export type Line = {
  readonly sid: string;
  readonly who: 'customer' | 'agent' | 'other';
  readonly name: string;
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The bridge wrote it. */
  readonly copied: boolean;
};

export type DemoChat = {
  readonly channel: string;
  readonly kind: 'web' | 'sms';
  readonly name: string;
  readonly inFlex: 'open' | 'ended';
  readonly inFrontline: 'none' | 'open' | 'ended';
  /** Who is in the channel, by name; nobody while the chat waits. */
  readonly agents: readonly string[];
  /** Absent until the bridge has linked the chat. */
  readonly conversation: string | undefined;
};

/** An agent as a form names him. */
export type Named = { readonly name: string; readonly email: string };

export type Offered = { readonly reservation: string; readonly name: string };

export type DemoAgent = Named & {
  /** His activity in Flex, and in Frontline, where he may be nobody. */
  readonly flex: string;
  readonly frontline: string | undefined;
  readonly isAvailable: boolean | undefined;
  /** What waits for his answer in Flex. */
  readonly offers: readonly Offered[];
  /** Customers with whom he has begun a conversation that is not in Flex yet. */
  readonly begun: readonly string[];
  /** Absent until the bridge has told him something. */
  readonly system: string | undefined;
};

const everybody: readonly DefaultAgent[] = Object.values(AGENTS);

export const fieldsOf = (json: string): Readonly<Record<string, unknown>> => {
  const value: unknown = JSON.parse(json);
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
};

export const agentBy = (email: string): DefaultAgent | undefined => everybody.find((one) => one.email === email);

/** Oldest first. */
export const tasksOf = (place: Place, channel: string): readonly ReadTask[] =>
  place.tasks.filter((task) => fieldsOf(task.attributes).channelSid === channel);

/** The newest of the chat, or the one in which an agent has begun it, which the channel then is named after. */
export const conversationOf = (place: Place, channel: string): ReadContainer | undefined => {
  const begunAs = place.channels.find(({ sid }) => sid === channel)?.uniqueName ?? '';
  return (
    place.conversations.findLast(({ uniqueName }) => uniqueName?.startsWith(`bridge-flex-${channel}-`)) ??
    place.conversations.find(({ sid }) => begunAs.startsWith(`bridge-frontline-${sid}-`))
  );
};

/** What an agent has begun in the Frontline app, and Flex has nothing of yet: by the customer's name. */
const onlyInFrontline = (place: Place, { email }: DefaultAgent): readonly string[] => {
  const inFlex = new Set(place.channels.map(({ sid }) => conversationOf(place, sid)?.sid));
  return place.conversations
    .filter(({ sid, uniqueName, members }) => {
      const isHis = members.some(({ identity }) => identity === email);
      return uniqueName === undefined && isHis && !inFlex.has(sid);
    })
    .map(({ friendlyName }) => friendlyName ?? 'A customer');
};

/** His own, by what it says of itself. */
export const systemConversationIn = (place: Place, { flexWorkerSid }: DefaultAgent): string | undefined =>
  place.conversations.findLast(({ attributes }) => fieldsOf(attributes).bridgeSystemOf === flexWorkerSid)?.sid;

export const guestOf = (channel: ReadContainer): string | undefined =>
  channel.members.find(({ attributes }) => fieldsOf(attributes).member_type === 'guest')?.identity;

/** Who is in a container, on either side. */
export const agentsIn = (container: ReadContainer | undefined): readonly DefaultAgent[] =>
  everybody.filter(({ email, flexIdentity }) =>
    container?.members.some(({ identity }) => identity === email || identity === flexIdentity),
  );

export const demoChat = (place: Place, channel: ReadContainer): DemoChat => {
  const { channel_type, status } = fieldsOf(channel.attributes);
  const conversation = conversationOf(place, channel.sid);
  return {
    channel: channel.sid,
    kind: channel_type === 'sms' ? 'sms' : 'web',
    name: channel.friendlyName ?? 'Customer',
    inFlex: status === 'INACTIVE' ? 'ended' : 'open',
    inFrontline: conversation === undefined ? 'none' : conversation.state === 'closed' ? 'ended' : 'open',
    agents: agentsIn(channel).map(({ name }) => name),
    conversation: conversation?.sid,
  };
};

const nameOfWorker = (sid: string): string => everybody.find(({ flexWorkerSid }) => flexWorkerSid === sid)?.name ?? sid;

/** `assigned (Ann: accepted)` */
export const taskText = ({ status, reservations }: ReadTask): string =>
  `${status}${reservations.length === 0 ? '' : ` (${reservations.map((one) => `${nameOfWorker(one.workerSid)}: ${one.status}`).join(', ')})`}`;

type Workers = Readonly<Record<'flex' | 'frontline', readonly ReadWorker[]>>;

export const agentsOf = (place: Place, workers: Workers): readonly DemoAgent[] =>
  everybody.map((agent) => {
    const { name, email, flexWorkerSid } = agent;
    const twin = workers.frontline.find((one) => one.name === email);
    return {
      ...{ name, email },
      flex: workers.flex.find(({ sid }) => sid === flexWorkerSid)?.activity ?? '',
      frontline: twin?.activity,
      isAvailable: twin?.isAvailable,
      offers: place.tasks.flatMap(({ attributes, reservations }) =>
        reservations
          .filter(({ workerSid, status }) => workerSid === flexWorkerSid && status === 'pending')
          .map(({ sid }) => ({ reservation: sid, name: String(fieldsOf(attributes).name ?? 'A customer') })),
      ),
      begun: onlyInFrontline(place, agent),
      system: systemConversationIn(place, agent),
    };
  });

export const lineOf =
  (customer: string | undefined, customerName: string) =>
  ({ sid, author, body, attributes, dateCreated }: ReadMessage): Line => {
    const agent = everybody.find(({ email, flexIdentity }) => author === email || author === flexIdentity);
    const who = author === customer ? 'customer' : agent === undefined ? 'other' : 'agent';
    return {
      ...{ sid, who, at: Date.parse(dateCreated), copied: claimedStamp(attributes) !== undefined },
      name: who === 'customer' ? customerName : (agent?.name ?? author),
      text: body ?? '',
    };
  };
