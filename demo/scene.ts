/**
 * One chat and the people in it. Each does one thing, and nobody goes on before it has come to whom it concerns: so
 * whoever reads along knows what stands where.
 */
import type { DefaultAgent } from '../local-twilio/defaults.ts';
import type { Transfer } from '../local-twilio/persons/flex-transfer.ts';
import type { Ground } from './ground.ts';
import { type ChatAt, chatBegunIn, conversationsOf, readSides, type SidesNow, systemConversationOf } from './state.ts';

export type Kind = 'web' | 'sms';

export type ChatScene = {
  readonly customerBegins: (text: string) => void;
  /** The agent opens a conversation with the customer in the app, and writes the first message. */
  readonly agentBegins: (agent: DefaultAgent, text: string) => Promise<void>;
  /** At once, one after the other. */
  readonly customerWrites: (...texts: readonly string[]) => Promise<void>;
  /** TaskRouter offers him the chat's newest task, and he is told of it on his phone. */
  readonly isOffered: (agent: DefaultAgent) => Promise<void>;
  readonly acceptsInFlex: (agent: DefaultAgent) => Promise<void>;
  /** TaskRouter offers him the chat's newest task, which is accepted for him. */
  readonly isGiven: (agent: DefaultAgent) => Promise<void>;
  /** He answers in his System conversation. */
  readonly answersInFrontline: (agent: DefaultAgent, answer: string) => Promise<void>;
  readonly writesInFlex: (agent: DefaultAgent, text: string) => Promise<void>;
  readonly writesInFrontline: (agent: DefaultAgent, text: string) => Promise<void>;
  readonly transfersInFlex: (from: DefaultAgent, to: DefaultAgent, how: Transfer) => Promise<void>;
  readonly transfersInFrontline: (from: DefaultAgent, to: DefaultAgent) => Promise<void>;
  /** He tries to, and is told that he still has it. */
  readonly isRefusedTransfer: (from: DefaultAgent, to: DefaultAgent) => Promise<void>;
  /** To another activity, in the app where he says so. */
  readonly goesTo: (activity: string, agent: DefaultAgent, where: 'Flex' | 'Frontline') => Promise<void>;
  /** After a warm transfer: he goes. */
  readonly leavesInFlex: (agent: DefaultAgent) => Promise<void>;
  readonly endsInFlex: (agent: DefaultAgent) => Promise<void>;
  readonly endsInFrontline: (agent: DefaultAgent) => Promise<void>;
  readonly now: () => SidesNow;
};

export const PHONE = '+15550109999';

/** @param say hears what each of them does */
export const createScene = (ground: Ground, kind: Kind, say: (line: string) => void): ChatScene => {
  const { customer, flexAgent, frontlineAgent, reads } = ground.twilio;
  let chat: ChatAt | undefined;
  const there = (): ChatAt => {
    if (chat === undefined) throw new Error('nobody has begun a chat');
    return chat;
  };
  const now = () => readSides(ground, there());
  const conversation = (): string => conversationsOf(ground, there()).at(-1)?.sid ?? 'no conversation';
  const truth = (what: string, isTrue: (sides: SidesNow) => boolean): Promise<true> =>
    ground.until(what, () => isTrue(now()) || undefined);

  /** The one by which he has, or is offered, the chat. */
  const reservationOf = ({ name, flexWorkerSid }: DefaultAgent): string => {
    const his = reads
      .tasks('flex')
      .flatMap(({ reservations }) => reservations)
      .findLast(({ workerSid }) => workerSid === flexWorkerSid);
    if (his === undefined) throw new Error(`${name} is offered nothing`);
    return his.sid;
  };
  /** A customer on the phone has read what an agent writes. */
  const read = async (text: string): Promise<void> => {
    const { phone } = there();
    if (phone !== undefined) await truth('the SMS', () => customer.phone(phone).some(({ body }) => body === text));
  };
  const isTold = ({ name }: DefaultAgent, words: string): Promise<true> =>
    truth(`${name} to be told`, ({ told }) => told[name]?.some((line) => line.includes(words)) ?? false);
  const serves = ({ name }: DefaultAgent): Promise<true> =>
    truth(`${name} in both`, ({ flex, frontline }) => [flex, frontline].every(({ people }) => people.includes(name)));
  const offer = ({ name, flexWorkerSid }: DefaultAgent): void => {
    say(`${name} is offered the chat`);
    const task = reads.tasks('flex').at(-1);
    if (task !== undefined && task.reservations.length === 0) flexAgent.isOffered(flexWorkerSid, task.sid);
  };
  const ended = (): Promise<true> =>
    truth('the end on both sides', ({ flex, frontline }) => flex.state === 'ended' && frontline.state === 'ended');

  return {
    customerBegins: (text) => {
      say(`the customer begins ${kind === 'web' ? 'a web chat' : 'by SMS'}: "${text}"`);
      if (kind === 'web') {
        const { channelSid, identity } = customer.beginWebChat({ name: 'Jo', identity: 'jo' });
        chat = { channel: channelSid, customer: identity, phone: undefined };
        customer.writes(channelSid, text);
        return;
      }
      const { channelSid, identity } = customer.beginSmsChat({ phone: PHONE, text });
      chat = { channel: channelSid, customer: identity, phone: PHONE };
    },
    agentBegins: async (agent, text) => {
      say(`${agent.name} begins in Frontline, ${kind === 'web' ? 'with a known customer' : 'by SMS'}: "${text}"`);
      const contact = kind === 'web' ? { identity: 'jo', name: 'Jo' } : { phone: PHONE };
      const { conversationSid } = frontlineAgent.begins(agent.email, contact);
      frontlineAgent.writes(agent.email, conversationSid, text);
      const begun = await ground.until('the chat in Flex', () => chatBegunIn(ground, conversationSid));
      chat = { ...begun, phone: kind === 'web' ? undefined : PHONE, begunIn: conversationSid };
      await serves(agent);
      await truth(`"${text}" in Flex`, ({ flex }) => flex.said.includes(`${agent.name}: ${text}`));
      await read(text);
    },
    customerWrites: async (...texts) => {
      for (const text of texts) {
        say(`the customer writes: "${text}"`);
        customer.writes(there().channel, text);
      }
      for (const text of texts)
        await truth(`"${text}" in Frontline`, ({ frontline }) => frontline.said.includes(`Customer: ${text}`));
    },
    isOffered: async (agent) => {
      offer(agent);
      await isTold(agent, 'incoming chat request');
    },
    acceptsInFlex: async (agent) => {
      say(`${agent.name} accepts it in Flex`);
      flexAgent.accepts(reservationOf(agent));
      await serves(agent);
      await isTold(agent, 'is over');
    },
    isGiven: async (agent) => {
      offer(agent);
      await serves(agent);
    },
    answersInFrontline: async (agent, answer) => {
      say(`${agent.name} answers in Frontline: "${answer}"`);
      frontlineAgent.writes(agent.email, systemConversationOf(ground, agent)?.sid ?? 'no System conversation', answer);
      await isTold(agent, 'is over');
      if (answer === '1') await serves(agent);
    },
    writesInFlex: async (agent, text) => {
      say(`${agent.name} writes in Flex: "${text}"`);
      flexAgent.writes(agent.flexWorkerSid, there().channel, text);
      await truth(`"${text}" in Frontline`, ({ frontline }) => frontline.said.includes(`${agent.name}: ${text}`));
      await read(text);
    },
    writesInFrontline: async (agent, text) => {
      say(`${agent.name} writes in Frontline: "${text}"`);
      frontlineAgent.writes(agent.email, conversation(), text);
      await truth(`"${text}" in Flex`, ({ flex }) => flex.said.includes(`${agent.name}: ${text}`));
      await read(text);
    },
    transfersInFlex: async (from, to, how) => {
      say(`${from.name} hands the chat over to ${to.name} in Flex${how === 'warm' ? ', and stays for a while' : ''}`);
      flexAgent.transfers(reservationOf(from), to.flexWorkerSid, how);
      await isTold(to, 'incoming chat request');
    },
    transfersInFrontline: async (from, to) => {
      say(`${from.name} hands the chat over to ${to.name} in Frontline`);
      frontlineAgent.transfers(from.email, conversation(), to.email, 'in, then out');
      await serves(to);
      await truth(`${from.name} gone`, ({ flex }) => !flex.people.includes(from.name));
    },
    isRefusedTransfer: async (from, to) => {
      say(`${from.name} hands the chat over to ${to.name} in Frontline, which the settings do not allow`);
      frontlineAgent.transfers(from.email, conversation(), to.email, 'in, then out');
      await isTold(from, 'was not handed over');
      await serves(from);
      await truth(`${to.name} gone`, ({ frontline }) => !frontline.people.includes(to.name));
    },
    goesTo: async (activity, agent, where) => {
      say(`${agent.name} goes to "${activity}" in ${where}`);
      if (where === 'Flex') flexAgent.goes(agent.flexWorkerSid, activity);
      else frontlineAgent.goes(agent.email, activity);
      await truth(`${agent.name} there on both sides`, ({ flex, frontline }) =>
        [flex, frontline].every(({ away }) => away.includes(`${agent.name}: ${activity}`)),
      );
    },
    leavesInFlex: async (agent) => {
      say(`${agent.name} leaves the chat in Flex`);
      flexAgent.completesTransfer(reservationOf(agent));
      await truth(`${agent.name} gone`, ({ frontline }) => !frontline.people.includes(agent.name));
    },
    endsInFlex: async (agent) => {
      say(`${agent.name} ends the chat in Flex`);
      flexAgent.endsChat(agent.flexWorkerSid, there().channel);
      await ended();
    },
    endsInFrontline: async (agent) => {
      say(`${agent.name} ends the chat in Frontline`);
      frontlineAgent.closes(agent.email, conversation());
      await ended();
    },
    now,
  };
};
