/** The persons of the local Twilio as the page shows them: what each one sees, and what each one can do. */

import { AGENTS, type DefaultAgent } from '../../local-twilio/defaults.ts';
import type { ReadContainer, ReadMessage, ReadTask } from '../../local-twilio/reads.ts';
import { claimedStamp } from '../../src/core/copies/stamp.ts';
import { type LocalTwilioAt, NotAllowed } from '../local-twilio-at.ts';
import { nuisances } from './faults.ts';

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
  readonly agent: string | undefined;
  /** Absent until the bridge has linked the chat. */
  readonly conversation: string | undefined;
};

export type Shown = DemoChat & {
  readonly customer: readonly Line[];
  readonly flex: readonly Line[];
  readonly frontline: readonly Line[];
};

/** Newest chat first. */
export type DemoView = {
  readonly chats: readonly DemoChat[];
  readonly shown: Shown | undefined;
  readonly faults: readonly string[];
};

export type Act =
  | { readonly act: 'begin'; readonly kind: 'web' | 'sms' }
  | { readonly act: 'accept'; readonly channel: string; readonly agent: string }
  | {
      readonly act: 'write';
      readonly who: 'customer' | 'flex' | 'frontline';
      readonly channel: string;
      readonly text: string;
    }
  | { readonly act: 'faults'; readonly names: readonly string[] };

export type Demo = {
  /** @param channel the chat to show; the newest when it is not there. */
  readonly scene: (channel: string | undefined) => Promise<DemoView>;
  /** @returns the chat that it began, if it did. @throws NotAllowed when the person cannot do that. */
  readonly act: (act: Act) => Promise<string | undefined>;
};

type Sms = { readonly sid: string; readonly body: string; readonly at: number };
type Place = {
  readonly channels: readonly ReadContainer[];
  readonly conversations: readonly ReadContainer[];
  readonly tasks: readonly ReadTask[];
};

const CHATS_SHOWN = 20;
const agents: readonly DefaultAgent[] = Object.values(AGENTS);
const customers = ['Carla', 'Dario', 'Mei', 'Noah', 'Olga', 'Paul', 'Rosa', 'Tariq'] as const;

const fields = (json: string): Readonly<Record<string, unknown>> => {
  const value: unknown = JSON.parse(json);
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
};

const taskOf = (place: Place, channel: string): ReadTask | undefined =>
  place.tasks.findLast((task) => fields(task.attributes).channelSid === channel);

const agentOf = (task: ReadTask | undefined): DefaultAgent | undefined => {
  const accepted = task?.reservations.findLast(({ status }) => status === 'accepted');
  return agents.find(({ flexWorkerSid }) => flexWorkerSid === accepted?.workerSid);
};

const customerOf = (channel: ReadContainer): string | undefined =>
  channel.members.find(({ attributes }) => fields(attributes).member_type === 'guest')?.identity;

const chatOf = (place: Place, channel: ReadContainer): DemoChat => ({
  channel: channel.sid,
  kind: fields(channel.attributes).channel_type === 'sms' ? 'sms' : 'web',
  name: channel.friendlyName ?? 'Customer',
  agent: agentOf(taskOf(place, channel.sid))?.name,
  conversation: place.conversations.findLast(({ uniqueName }) => uniqueName?.startsWith(`bridge-flex-${channel.sid}-`))
    ?.sid,
});

const lineOf =
  (customer: string | undefined, customerName: string) =>
  ({ sid, author, body, attributes, dateCreated }: ReadMessage): Line => {
    const agent = agents.find(({ email, flexIdentity }) => author === email || author === flexIdentity);
    const who = author === customer ? 'customer' : agent === undefined ? 'other' : 'agent';
    return {
      ...{ sid, who, at: Date.parse(dateCreated), copied: claimedStamp(attributes) !== undefined },
      name: who === 'customer' ? customerName : (agent?.name ?? author),
      text: body ?? '',
    };
  };

export const createDemo = (twilio: LocalTwilioAt): Demo => {
  const read = <T>(path: string): Promise<T> => twilio.get(path) as Promise<T>;
  const transcript = (side: 'flex' | 'frontline', sid: string) =>
    read<readonly ReadMessage[]>(`transcript/${side}/${sid}`);
  const lookAround = async (): Promise<Place> => {
    const [channels, conversations, tasks] = await Promise.all([
      read<readonly ReadContainer[]>('containers/flex'),
      read<readonly ReadContainer[]>('containers/frontline'),
      read<readonly ReadTask[]>('tasks/flex'),
    ]);
    return { channels, conversations, tasks };
  };

  const onPhone = async (number: string): Promise<readonly Line[]> => {
    const received = (await twilio.post('customer/phone', [number])) as readonly Sms[];
    return received.map(({ sid, body, at }) => ({ sid, who: 'agent', name: 'SMS', text: body, at, copied: false }));
  };

  const show = async (chat: DemoChat, channel: ReadContainer): Promise<Shown> => {
    const line = lineOf(customerOf(channel), chat.name);
    const [flex, frontline, phone] = await Promise.all([
      transcript('flex', chat.channel),
      chat.conversation === undefined ? [] : transcript('frontline', chat.conversation),
      chat.kind === 'sms' ? onPhone(chat.name) : [],
    ]);
    const inFlex = flex.map(line);
    const own = inFlex.filter(({ who }) => who === 'customer');
    return {
      ...chat,
      customer: chat.kind === 'sms' ? [...own, ...phone].sort((a, b) => a.at - b.at) : inFlex,
      flex: inFlex,
      frontline: frontline.map(line),
    };
  };

  const scene: Demo['scene'] = async (wanted) => {
    const [place, rules] = await Promise.all([lookAround(), read<readonly { readonly fault: string }[]>('faults')]);
    const channels = place.channels.toReversed().slice(0, CHATS_SHOWN);
    const channel = place.channels.find(({ sid }) => sid === wanted) ?? channels[0];
    const on = new Set(rules.map(({ fault }) => fault));
    return {
      chats: channels.map((one) => chatOf(place, one)),
      shown: channel === undefined ? undefined : await show(chatOf(place, channel), channel),
      faults: nuisances.filter(({ fault }) => on.has(fault.fault)).map(({ name }) => name),
    };
  };

  const begin = async (kind: 'web' | 'sms'): Promise<string> => {
    const n = (await lookAround()).channels.length;
    const begun =
      kind === 'web'
        ? await twilio.post('customer/beginWebChat', [{ name: customers[n % customers.length] }])
        : await twilio.post('customer/beginSmsChat', [
            { phone: `+1555020${String(n).padStart(4, '0')}`, text: 'Hello, I text from my phone.' },
          ]);
    return (begun as { readonly channelSid: string }).channelSid;
  };

  const accept = async (channel: string, email: string): Promise<void> => {
    const agent = agents.find((one) => one.email === email);
    const task = taskOf(await lookAround(), channel);
    if (agent === undefined || task === undefined) throw new NotAllowed('no such agent or task');
    const offer = await twilio.post('flexAgent/isOffered', [agent.flexWorkerSid, task.sid]);
    await twilio.post('flexAgent/accepts', [(offer as { readonly reservationSid: string }).reservationSid]);
  };

  const write = async (who: 'customer' | 'flex' | 'frontline', channel: string, text: string): Promise<void> => {
    if (who === 'customer') {
      await twilio.post('customer/writes', [channel, text]);
      return;
    }
    const place = await lookAround();
    const agent = agentOf(taskOf(place, channel));
    if (agent === undefined) throw new NotAllowed('no agent has accepted this chat yet');
    if (who === 'flex') {
      await twilio.post('flexAgent/writes', [agent.flexWorkerSid, channel, text]);
      return;
    }
    const container = place.channels.find(({ sid }) => sid === channel);
    const conversation = container === undefined ? undefined : chatOf(place, container).conversation;
    if (conversation === undefined) throw new NotAllowed('the chat is not in Frontline yet');
    await twilio.post('frontlineAgent/writes', [agent.email, conversation, text]);
  };

  const act: Demo['act'] = async (what) => {
    switch (what.act) {
      case 'begin':
        return begin(what.kind);
      case 'accept':
        await accept(what.channel, what.agent);
        return undefined;
      case 'write':
        await write(what.who, what.channel, what.text);
        return undefined;
      case 'faults':
        await twilio.clear('faults');
        for (const { name, fault } of nuisances) if (what.names.includes(name)) await twilio.post('faults', fault);
        return undefined;
      default:
        return what satisfies never;
    }
  };
  return { scene, act };
};
