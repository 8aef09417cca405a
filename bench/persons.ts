/** One customer and one agent, who do one thing at a time and wait until all that comes of it is done. */
import { setTimeout as sleep } from 'node:timers/promises';
import { AGENTS } from '../local-twilio/defaults.ts';
import type { RunningTwilio } from '../local-twilio/server.ts';
import { isSystemConversation } from '../src/core/agents/system-conversation.ts';

export type Deed =
  | 'begin'
  | 'offer'
  | 'accept in Flex'
  | 'accept in Frontline'
  | 'accept at once'
  | 'begin in Frontline'
  | 'talk'
  | 'hand over in Frontline'
  | 'end in Flex'
  | 'end in Frontline'
  | 'away in Flex'
  | 'back in Frontline';

const LOOK_MS = 50;
const QUIET_MS = 1_500;
const PATIENCE_MS = 60_000;
const { ann, ben } = AGENTS;

export type Persons = { readonly does: (deed: Deed) => Promise<void> };

export const createPersons = (twilio: RunningTwilio): Persons => {
  const { customer, flexAgent, frontlineAgent, reads } = twilio;
  let number = 0;
  let begun = '';
  let chat = { channelSid: '', taskSid: '', reservationSid: '' };
  const conversation = () =>
    reads.containers('frontline').find(({ uniqueName }) => uniqueName === `bridge-flex-${chat.channelSid}-1`);
  const system = () => reads.containers('frontline').find(isSystemConversation)?.sid ?? '';
  /** The number that means yes to this chat; empty until the agent is asked. */
  const yes = (): string => {
    const said = reads.transcript('frontline', system()).map(({ body = '' }) => body);
    const asked = said.find((text) => text.includes(`from Customer ${number}. Answer`)) ?? '';
    return /Answer (\d+)/.exec(asked)?.[1] ?? '';
  };
  const isOffered = (): void => {
    chat = { ...chat, ...flexAgent.isOffered(ann.flexWorkerSid, chat.taskSid) };
  };
  const deeds: Readonly<Record<Deed, () => void>> = {
    begin: () => {
      number += 1;
      const begun = customer.beginWebChat({ name: `Customer ${number}`, identity: `customer${number}` });
      chat = { ...begun, reservationSid: '' };
    },
    offer: isOffered,
    'accept in Flex': () => {
      if (chat.reservationSid === '') isOffered();
      flexAgent.accepts(chat.reservationSid);
    },
    'accept at once': isOffered,
    // The agent writes first: that is carried to the phone by Conversations itself, and once.
    'begin in Frontline': () => {
      number += 1;
      begun = frontlineAgent.begins(ann.email, { phone: `+155501${String(number).padStart(5, '0')}` }).conversationSid;
      frontlineAgent.writes(ann.email, begun, 'hello');
    },
    'accept in Frontline': () => void frontlineAgent.writes(ann.email, system(), yes()),
    talk: () => {
      customer.writes(chat.channelSid, 'a question');
      frontlineAgent.writes(ann.email, conversation()?.sid ?? '', 'an answer');
    },
    'hand over in Frontline': () =>
      frontlineAgent.transfers(ann.email, conversation()?.sid ?? '', ben.email, 'in, then out'),
    'end in Flex': () => flexAgent.endsChat(ann.flexWorkerSid, chat.channelSid),
    'end in Frontline': () => frontlineAgent.closes(ann.email, conversation()?.sid ?? ''),
    'away in Flex': () => flexAgent.goes(ann.flexWorkerSid, 'Unavailable'),
    'back in Frontline': () => frontlineAgent.goes(ann.email, 'Available'),
  };

  /** Whether it came to what it was done for, as Twilio has it. */
  const holds = (deed: Deed): boolean => {
    if (deed === 'offer') return yes() !== '';
    if (deed.startsWith('accept'))
      return conversation()?.members.some(({ identity }) => identity === ann.email) === true;
    if (deed === 'begin in Frontline') {
      const channel = reads.containers('flex').find(({ uniqueName }) => uniqueName?.includes(begun));
      return channel?.messages === 1 && channel.members.some(({ identity }) => identity === ann.flexIdentity);
    }
    if (deed === 'talk') return conversation()?.messages === 2;
    if (deed.startsWith('hand over')) {
      const there = reads.container('flex', chat.channelSid)?.members.map(({ identity }) => identity) ?? [];
      return there.includes(ben.flexIdentity) && !there.includes(ann.flexIdentity);
    }
    if (deed.startsWith('end')) {
      const { status } = JSON.parse(reads.container('flex', chat.channelSid)?.attributes ?? '{}');
      return conversation()?.state === 'closed' && status === 'INACTIVE';
    }
    const says = (['flex', 'frontline'] as const).map(
      (side) => reads.workers(side).find(({ name }) => name === ann.email)?.activity,
    );
    if (deed === 'away in Flex') return says.every((activity) => activity === 'Unavailable');
    if (deed === 'back in Frontline') return says.every((activity) => activity === 'Available');
    return true;
  };

  /** Nothing has been asked of Twilio for a while, and no webhook is under way. */
  const quiet = async (): Promise<void> => {
    for (let since = Date.now(), before = ''; Date.now() - since < QUIET_MS; await sleep(LOOK_MS)) {
      await twilio.webhooks.settled();
      const now = JSON.stringify(twilio.counts.total());
      if (now !== before) since = Date.now();
      before = now;
    }
  };
  return {
    does: async (deed) => {
      deeds[deed]();
      await quiet();
      for (const end = Date.now() + PATIENCE_MS; !holds(deed); await sleep(LOOK_MS))
        if (Date.now() > end) throw new Error(`nothing came of: ${deed}`);
      await quiet();
    },
  };
};
