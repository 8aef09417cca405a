/** A customer: begins a chat on the web or by SMS, writes, edits, deletes, sends a file, reads the phone. */
import type { TwoAccounts } from '../accounts.ts';
import { createContainer, updateContainer } from '../chat/containers.ts';
import type { Way } from '../chat/dialect.ts';
import { addMember } from '../chat/members.ts';
import { addMessage } from '../chat/messages.ts';
import { FLEX } from '../defaults.ts';
import type { Container, ProxySession, Sms } from '../model.ts';
import { guestIn, interact, joinSession, openSession } from '../proxy/sessions.ts';
import { newSid } from '../sid.ts';
import { createTask } from '../tasks/tasks.ts';
import type { TwilioWorld } from '../world.ts';
import { type Chats, chatContainer, type NewMedia, type Posted } from './chats.ts';
import { bindingOf } from './frontline-agent.ts';

export type Begun = { readonly channelSid: `CH${string}`; readonly taskSid: `WT${string}`; readonly identity: string };

export type Customer = {
  /** Flex's web chat: channel, customer, task. */
  readonly beginWebChat: (about?: { readonly name?: string; readonly identity?: string }) => Begun;
  /** A first SMS to Flex's number: the channel joined to the phone, the task, the text as first message. */
  readonly beginSmsChat: (about: { readonly phone: string; readonly text: string }) => Begun;
  /** Begins the next chat in the channel of an ended one, as long-lived channels do. */
  readonly comesBack: (channelSid: string) => { readonly taskSid: `WT${string}` };
  /** By the web, or by SMS when the chat began so. */
  readonly writes: (channelSid: string, body: string, attributes?: string) => Posted;
  readonly sends: (channelSid: string, media: NewMedia) => Posted;
  readonly edits: (channelSid: string, messageSid: string, body: string) => void;
  readonly deletes: (channelSid: string, messageSid: string) => void;
  /** An SMS to Frontline's number: into the conversation that the phone is bound to, or it makes one of its own. */
  readonly textsFrontline: (phone: string, text: string) => Posted & { readonly conversationSid: `CH${string}` };
  /** Every SMS that reached the phone, oldest first. */
  readonly phone: (number: string) => readonly Sms[];
};

/** Flex and Proxy are programs, and they ask for webhooks. */
const byFlex: Way = { by: { source: 'API' }, announce: true, dialect: 'chat' };

/** What an SMS to a number of Conversations does there. */
const byCarrier: Way = { by: { source: 'SMS' }, announce: true, dialect: 'conversations' };

export const createCustomer = (world: TwilioWorld, place: TwoAccounts, chats: Chats): Customer => {
  const { account, chat, workspace, proxySid } = place.flex;
  const proxy = account.proxies.get(proxySid);
  if (proxy === undefined) throw new Error(`no Proxy service ${proxySid}`);

  const attributesOf = (container: Container): Record<string, unknown> => JSON.parse(container.attributes);

  const sessionOf = (container: Container): ProxySession | undefined =>
    proxy.sessions.get(String(attributesOf(container).proxySession));

  const identityOf = (container: Container): string => {
    const customer = guestIn(container);
    if (customer === undefined) throw new Error(`no customer in ${container.sid}`);
    return customer;
  };

  const joinPhone = (channel: Container, phone: string): ProxySession => {
    const session = openSession(world, proxy, channel.sid);
    for (const identifier of [channel.sid, phone])
      joinSession(world, proxy, session, { identifier, proxyIdentifier: FLEX.phoneNumber });
    return session;
  };

  const begin = (about: { kind: 'web' | 'sms'; name: string; identity: string; phone?: string }): Begun => {
    const channel = createContainer(world, chat, { friendlyName: about.name, type: 'private' }, byFlex);
    const member = { identity: about.identity, attributes: '{"member_type":"guest"}' };
    addMember(world, channel, member, byFlex);
    const user = chat.users.get(about.identity);
    if (user !== undefined) user.friendlyName = about.name;
    const session = about.phone === undefined ? undefined : joinPhone(channel, about.phone);
    const task = createTask(world, workspace, {
      channel: about.kind === 'web' ? 'chat' : 'sms',
      attributes: JSON.stringify({
        initiated_by: 'customer',
        channelType: about.kind,
        channelSid: channel.sid,
        name: about.name,
        customerName: about.name,
        from: about.phone ?? about.name,
        ...(session !== undefined && { proxySessionSID: session.sid }),
      }),
    });
    const attributes = {
      task_sid: task.sid,
      from: about.phone ?? about.name,
      channel_type: about.kind,
      status: 'ACTIVE',
      long_lived: false,
      ...(session !== undefined && {
        proxySession: session.sid,
        twilioNumber: FLEX.phoneNumber,
        serviceNumber: FLEX.phoneNumber,
      }),
    };
    updateContainer(world, channel, { attributes: JSON.stringify(attributes) }, byFlex);
    return { channelSid: channel.sid, taskSid: task.sid, identity: about.identity };
  };

  /** An SMS comes in through Proxy, which writes it into the channel as the customer. */
  const texts = (container: Container, session: ProxySession, body: string): Posted => {
    const { sid, index } = addMessage(world, container, { author: identityOf(container), body }, byFlex);
    interact(world, session, { body, direction: 'in', messageSid: sid });
    return { sid, index };
  };

  const writes = (channelSid: string, body: string, attributes?: string): Posted => {
    const container = chatContainer(place, 'flex', channelSid);
    const session = sessionOf(container);
    if (session !== undefined) return texts(container, session, body);
    const text = attributes === undefined ? { body } : { body, attributes };
    return chats.write(container, identityOf(container), text);
  };

  /** A long-lived channel is taken up again: ACTIVE, with a task of its own. */
  const comesBack = (channelSid: string): { readonly taskSid: `WT${string}` } => {
    const container = chatContainer(place, 'flex', channelSid);
    const before = attributesOf(container);
    const task = createTask(world, workspace, {
      channel: before.channel_type === 'sms' ? 'sms' : 'chat',
      attributes: JSON.stringify({ initiated_by: 'customer', channelSid, name: before.from, from: before.from }),
    });
    const attributes = JSON.stringify({ ...before, status: 'ACTIVE', task_sid: task.sid, long_lived: true });
    updateContainer(world, container, { attributes }, byFlex);
    return { taskSid: task.sid };
  };

  const textsFrontline: Customer['textsFrontline'] = (phone, body) => {
    const { chat: service } = place.frontline;
    const bound = [...service.containers.values()].find(
      (one) => one.state !== 'closed' && [...one.members.values()].some(({ binding }) => binding?.address === phone),
    );
    const conversation = bound ?? createContainer(world, service, { friendlyName: phone }, byCarrier);
    if (bound === undefined)
      addMember(world, conversation, { identity: undefined, binding: bindingOf(phone) }, byCarrier);
    const { sid, index } = addMessage(world, conversation, { author: phone, body }, byCarrier);
    return { sid, index, conversationSid: conversation.sid };
  };

  return {
    comesBack,
    textsFrontline,
    beginWebChat: (about = {}) =>
      begin({
        kind: 'web',
        name: about.name ?? 'Anonymous',
        identity: about.identity ?? newSid(world.random, '').slice(0, 16),
      }),
    beginSmsChat: ({ phone, text }) => {
      const begun = begin({ kind: 'sms', name: phone, identity: `sms_${phone.replace('+', '')}`, phone });
      writes(begun.channelSid, text);
      return begun;
    },
    writes,
    sends: (channelSid, media) => {
      const container = chatContainer(place, 'flex', channelSid);
      return chats.write(container, identityOf(container), { media });
    },
    edits: (channelSid, messageSid, body) => {
      const container = chatContainer(place, 'flex', channelSid);
      chats.edit(container, identityOf(container), messageSid, body);
    },
    deletes: (channelSid, messageSid) => {
      const container = chatContainer(place, 'flex', channelSid);
      chats.remove(container, identityOf(container), messageSid);
    },
    phone: (number) => world.phones.get(number) ?? [],
  };
};
