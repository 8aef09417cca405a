/**
 * A harness for scenarios: a whole bridge between the local Twilio's two accounts, in virtual time, with the people who
 * use them. What it tells is Twilio's own truth and the bridge's journal.
 */

import { AGENTS, type DefaultAgent, FLEX, FRONTLINE } from '../../local-twilio/defaults.ts';
import type { Fault } from '../../local-twilio/faults.ts';
import type { AccountName, Container } from '../../local-twilio/model.ts';
import type { Joins } from '../../local-twilio/persons/flex-agent.ts';
import type { ReadContainer, ReadMessage } from '../../local-twilio/reads.ts';
import type { WorldPlan } from '../../sim/plan.ts';
import { BRIDGE } from '../../sim/settings.ts';
import { createWorld } from '../../sim/world.ts';
import type { QueueName } from '../../src/contract.ts';
import type { ChannelSid, TaskSid } from '../../src/core/model/sids.ts';
import type { Entry } from '../../src/core/ports/journal.ts';

export { AGENTS, FLEX, FRONTLINE } from '../../local-twilio/defaults.ts';

export type Chat = { readonly channel: ChannelSid; readonly task: TaskSid; readonly customer: string };

const MINUTE = 60_000;

export const conversationsUrl = `https://conversations.twilio.com/v1/Services/${FRONTLINE.conversationServiceSid}/Conversations`;
export const channelUrl = ({ channel }: Chat): string =>
  `https://chat.twilio.com/v2/Services/${FLEX.chatServiceSid}/Channels/${channel}`;

export const scenarioHarness = (plan: Partial<WorldPlan> = {}) => {
  const world = createWorld({ seed: 1, settleMs: MINUTE, doom: () => undefined, ...plan });
  const { twilio, time, queues } = world;
  const { customer, flexAgent, frontlineAgent, reads } = twilio;
  twilio.connectBridge(BRIDGE);

  /** Lets so many minutes pass. */
  const settle = (minutes = 1): Promise<void> => time.runUntil(time.now() + minutes * MINUTE);

  const begins = (name = 'Jo', identity = 'jo'): Chat => {
    const { channelSid, taskSid } = customer.beginWebChat({ name, identity });
    return { channel: channelSid, task: taskSid, customer: identity };
  };
  const texts = (phone: string, text: string): Chat => {
    const { channelSid, taskSid, identity } = customer.beginSmsChat({ phone, text });
    return { channel: channelSid, task: taskSid, customer: identity };
  };
  const accepts = (chat: Chat, agent: DefaultAgent = AGENTS.ann, joins: Joins = 'at once'): string => {
    const { reservationSid } = flexAgent.isOffered(agent.flexWorkerSid, chat.task);
    flexAgent.accepts(reservationSid, joins);
    return reservationSid;
  };

  /** Every conversation that names the chat's channel, in the order of their birth. */
  const counterparts = (chat: Chat): readonly ReadContainer[] =>
    reads.containers('frontline').filter(({ attributes }) => attributes.includes(chat.channel));
  /** The conversation that the chat has now, as the agent's app shows it. */
  const conversation = (chat: Chat): ReadContainer => {
    const found = counterparts(chat).at(-1);
    if (found === undefined) throw new Error('the chat has no conversation');
    return found;
  };
  const transcript = (side: AccountName, chat: Chat): readonly ReadMessage[] =>
    reads.transcript(side, side === 'flex' ? chat.channel : conversation(chat).sid);

  const inside = (chat: Chat): Container => {
    const found = twilio.place.frontline.chat.containers.get(conversation(chat).sid);
    if (found === undefined) throw new Error('the chat has no conversation');
    return found;
  };

  /** A REST call of somebody else's program, which asks for webhooks. */
  const rest = async (
    side: AccountName,
    method: string,
    url: string,
    form: Readonly<Record<string, string>> = {},
  ): Promise<Record<string, unknown>> => {
    const { accountSid, authToken } = side === 'flex' ? FLEX : FRONTLINE;
    const { host, pathname } = new URL(url);
    const answer = await twilio.respond({
      method,
      host,
      path: pathname,
      query: '',
      headers: {
        authorization: `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`,
        'x-twilio-webhook-enabled': 'true',
      },
      body: new URLSearchParams(form).toString(),
    });
    if (answer === 'destroyed' || answer.status >= 300) throw new Error(`${method} ${url} was refused`);
    return JSON.parse(answer.body || '{}') as Record<string, unknown>;
  };

  /** Something goes wrong for so many minutes. */
  const during = async (fault: Fault, minutes: number): Promise<void> => {
    const end = twilio.faults.add(fault);
    await settle(minutes);
    end();
  };

  const linked = async (chat: Chat): Promise<Chat> => {
    await settle(0.1);
    accepts(chat);
    await settle(3);
    return chat;
  };

  return {
    ...world,
    settle,
    begins,
    texts,
    accepts,
    counterparts,
    conversation,
    transcript,
    rest,
    during,
    /** A web chat that Ann has accepted and the bridge has linked. */
    linkedChat: (...customer: Parameters<typeof begins>): Promise<Chat> => linked(begins(...customer)),
    /** The same by SMS. */
    linkedSmsChat: (phone: string): Promise<Chat> => linked(texts(phone, 'is anybody there?')),
    customerWrites: (chat: Chat, text: string, attributes?: string) => customer.writes(chat.channel, text, attributes),
    flexAgentWrites: (chat: Chat, text: string, agent: DefaultAgent = AGENTS.ann) =>
      flexAgent.writes(agent.flexWorkerSid, chat.channel, text),
    frontlineAgentWrites: (chat: Chat, text: string, agent: DefaultAgent = AGENTS.ann) =>
      frontlineAgent.writes(agent.email, conversation(chat).sid, text),
    /** What stands there, oldest first. */
    said: (side: AccountName, chat: Chat): readonly string[] => transcript(side, chat).map(({ body }) => body ?? ''),
    /** Identities, in the order in which they came. */
    people: (side: AccountName, chat: Chat): readonly (string | undefined)[] =>
      (side === 'flex' ? reads.container('flex', chat.channel) : conversation(chat))?.members.map(
        ({ identity }) => identity,
      ) ?? [],
    /** Lines of the journal that began with this step, `replicated` or `skipped(empty)`. */
    journal: (told: string): readonly Entry[] =>
      world.entries
        .map(({ entry }) => entry)
        .filter(({ step, reason }) => told === step || told === `${step}(${reason})`),
    dead: (queue: QueueName = 'flex-events') => queues.dead(queue),
    /** What waits in the store until the sweep sends it again. */
    backlog: async () => (await world.store.list('backlog', { limit: 9 })).items,
    /** How often the bridge and others called: `flex POST chat.messages`. */
    calls: (): Readonly<Record<string, number>> =>
      Object.fromEntries(
        Object.entries(twilio.counts.read()).flatMap(([side, counts]) =>
          Object.entries(counts).map(([call, count]) => [`${side} ${call}`, count] as const),
        ),
      ),
    /** How often the bridge has read from Twilio on behalf of an event; the sweep's own looks apart. */
    reads: (): number =>
      world
        .ran()
        .reduce(
          (sum, { kind, steps }) =>
            sum + (kind === 'sweep' ? 0 : steps.filter((step) => step.startsWith('GET ')).length),
          0,
        ),
    /** When each message came to stand in the conversation, and when each person joined it: milliseconds since 1970. */
    written: (chat: Chat): readonly number[] => [...inside(chat).messages.values()].map((m) => m.committedAt),
    joined: (chat: Chat, identity: string): number =>
      [...inside(chat).members.values()].find((m) => m.identity === identity)?.dateCreated ?? Number.NaN,
  };
};

export type ScenarioHarness = ReturnType<typeof scenarioHarness>;
