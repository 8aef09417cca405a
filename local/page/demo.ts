/** The persons of the local Twilio as the page shows them: what each one sees, and what each one can do. */

import type { ReadContainer, ReadMessage, ReadWorker } from '../../local-twilio/reads.ts';
import type { LocalTwilioAt } from '../local-twilio-at.ts';
import type { Act } from './act.ts';
import { createDeeds } from './deeds.ts';
import { nuisances } from './faults.ts';
import {
  agentsIn,
  agentsOf,
  conversationOf,
  type DemoAgent,
  type DemoChat,
  demoChat,
  guestOf,
  type Line,
  lineOf,
  type Named,
  type Place,
  tasksOf,
  taskText,
} from './place.ts';

export type Shown = DemoChat & {
  readonly customer: readonly Line[];
  readonly flex: readonly Line[];
  readonly frontline: readonly Line[];
  /** Who can write there. */
  readonly flexAgents: readonly Named[];
  readonly frontlineAgents: readonly Named[];
  readonly tasks: readonly string[];
};

/** Newest chat first. */
export type DemoView = {
  readonly chats: readonly DemoChat[];
  readonly shown: Shown | undefined;
  /** With what each was told by the bridge. */
  readonly agents: readonly (DemoAgent & { readonly told: readonly Line[] })[];
  readonly faults: readonly string[];
};

export type Demo = {
  /** @param channel the chat to show; the newest when it is not there. */
  readonly scene: (channel: string | undefined) => Promise<DemoView>;
  /** @returns the chat that it began, if it did. @throws NotAllowed when the person cannot do that. */
  readonly act: (act: Act) => Promise<string | undefined>;
};

type Sms = { readonly sid: string; readonly body: string; readonly at: number };

const CHATS_SHOWN = 20;

const named = (container: ReadContainer | undefined): readonly Named[] =>
  agentsIn(container).map(({ name, email }) => ({ name, email }));

export const createDemo = (twilio: LocalTwilioAt): Demo => {
  const read = <T>(path: string): Promise<T> => twilio.get(path) as Promise<T>;
  const transcript = (side: 'flex' | 'frontline', sid: string | undefined) =>
    sid === undefined ? [] : read<readonly ReadMessage[]>(`transcript/${side}/${sid}`);
  const lookAround = async (): Promise<Place> => {
    const [channels, conversations, tasks] = await Promise.all([
      read<Place['channels']>('containers/flex'),
      read<Place['conversations']>('containers/frontline'),
      read<Place['tasks']>('tasks/flex'),
    ]);
    return { channels, conversations, tasks };
  };

  const onPhone = async (number: string): Promise<readonly Line[]> => {
    const received = (await twilio.post('customer/phone', [number])) as readonly Sms[];
    return received.map(({ sid, body, at }) => ({ sid, who: 'agent', name: 'SMS', text: body, at, copied: false }));
  };

  const show = async (place: Place, channel: ReadContainer): Promise<Shown> => {
    const chat = demoChat(place, channel);
    const line = lineOf(guestOf(channel), chat.name);
    const [flex, frontline, phone] = await Promise.all([
      transcript('flex', chat.channel),
      transcript('frontline', chat.conversation),
      chat.kind === 'sms' ? onPhone(chat.name) : [],
    ]);
    const inFlex = flex.map(line);
    const own = inFlex.filter(({ who }) => who === 'customer');
    return {
      ...chat,
      customer: chat.kind === 'sms' ? [...own, ...phone].sort((a, b) => a.at - b.at) : inFlex,
      flex: inFlex,
      frontline: frontline.map(line),
      flexAgents: named(channel),
      frontlineAgents: named(conversationOf(place, channel.sid)),
      tasks: tasksOf(place, channel.sid).map(taskText),
    };
  };

  const agents = async (place: Place): Promise<DemoView['agents']> => {
    const [flex, frontline] = await Promise.all([
      read<readonly ReadWorker[]>('workers/flex'),
      read<readonly ReadWorker[]>('workers/frontline'),
    ]);
    return Promise.all(
      agentsOf(place, { flex, frontline }).map(async (agent) => {
        const told = await transcript('frontline', agent.system);
        return { ...agent, told: told.map(lineOf(undefined, '')) };
      }),
    );
  };

  const scene: Demo['scene'] = async (wanted) => {
    const [place, rules] = await Promise.all([lookAround(), read<readonly { readonly fault: string }[]>('faults')]);
    const channels = place.channels.toReversed().slice(0, CHATS_SHOWN);
    const channel = place.channels.find(({ sid }) => sid === wanted) ?? channels[0];
    const on = new Set(rules.map(({ fault }) => fault));
    return {
      chats: channels.map((one) => demoChat(place, one)),
      shown: channel === undefined ? undefined : await show(place, channel),
      agents: await agents(place),
      faults: nuisances.filter(({ fault }) => on.has(fault.fault)).map(({ name }) => name),
    };
  };
  return { scene, act: createDeeds(twilio, lookAround) };
};
