/**
 * One minimal scenario per kind of event, for the kill pass (kill.ts). What a new one does to a linked chat is an act;
 * each is a second after the one before.
 */

import { AGENTS, type DefaultAgent } from '../local-twilio/defaults.ts';
import type { Fault } from '../local-twilio/faults.ts';
import type { TransferOrder } from '../local-twilio/persons/frontline-agent.ts';
import type { Config } from '../src/runtime/settings.ts';
import { handoverProblems } from './judge-handovers.ts';
import { type StartedChat, startProblems } from './judge-starts.ts';
import { redriveAll, repairChat } from './operator.ts';
import type { Played } from './played.ts';
import { POISON } from './rare.ts';
import { agentSays, beginCall } from './starts.ts';
import type { SimWorld } from './world.ts';

export type Scenario = {
  readonly name: string;
  readonly kind: 'web' | 'sms';
  readonly history: number;
  /** What happens once the chat is linked; every step of it is a second after the one before. */
  readonly acts: readonly ((world: SimWorld, chat: Played) => void)[];
  /** The link was killed at every step by another scenario. */
  readonly linked?: true;
  /** Nobody with a twin accepts the chat. */
  readonly alone?: true;
  /** Of the bridge. */
  readonly config?: Partial<Config>;
  /** Who serves the chat in the end, where it is not who accepted it. */
  readonly handedTo?: DefaultAgent;
  /** What else is wrong in the end, a line each. */
  readonly problems?: (world: SimWorld, chat: Played) => readonly string[] | Promise<readonly string[]>;
};

const inFlex = (body: string) => (world: SimWorld, chat: Played) =>
  void chat.said.flex.add(world.twilio.customer.writes(chat.channel, body).sid);
const inFrontline = (body: string) => (world: SimWorld, chat: Played) => {
  const conversation = chat.conversation();
  if (conversation === undefined) return;
  chat.said.frontline.add(world.twilio.frontlineAgent.writes(chat.agent.email, conversation, body).sid);
};
const last = (world: SimWorld, chat: Played) => {
  const message = world.twilio.reads.transcript('flex', chat.channel).findLast(({ sid }) => chat.said.flex.has(sid));
  if (message === undefined) throw new Error('nothing was said');
  return message.sid;
};

/** Chats that an agent has begun, by the world that they were begun in. */
const begun = new WeakMap<SimWorld['store'], StartedChat>();
const begunIn = (world: SimWorld): readonly StartedChat[] =>
  [begun.get(world.store)].filter((one) => one !== undefined);
const begins = (world: SimWorld): void => void begun.set(world.store, beginCall(world, AGENTS.ben, 1));
const saysThere =
  (body: string) =>
  (world: SimWorld): void =>
    begunIn(world).forEach((chat) => {
      agentSays(world, chat, body);
    });

const edit = (body: string) => (world: SimWorld, chat: Played) => {
  const sid = last(world, chat);
  chat.meant.set(sid, body);
  world.twilio.customer.edits(chat.channel, sid, body);
};

/** What said nothing until then. */
const editFirst = (body: string) => (world: SimWorld, chat: Played) => {
  const empty = world.twilio.reads.transcript('flex', chat.channel).find(({ body }) => (body ?? '') === '');
  if (empty === undefined) throw new Error('nothing was left unsaid');
  chat.meant.set(empty.sid, body);
  world.twilio.customer.edits(chat.channel, empty.sid, body);
};

const inFrontlineNow = (world: SimWorld, chat: Played): readonly [string, string] | undefined => {
  const conversation = chat.conversation();
  const message = world.twilio.reads
    .transcript('frontline', conversation ?? '')
    .findLast(({ sid }) => chat.said.frontline.has(sid));
  return conversation === undefined || message === undefined ? undefined : [conversation, message.sid];
};
const editInFrontline = (body: string) => (world: SimWorld, chat: Played) => {
  const [conversation, sid] = inFrontlineNow(world, chat) ?? [];
  if (conversation === undefined || sid === undefined) return;
  chat.meant.set(sid, body);
  world.twilio.frontlineAgent.edits(chat.agent.email, conversation, sid, body);
};
const removeInFrontline = (world: SimWorld, chat: Played) => {
  const [conversation, sid] = inFrontlineNow(world, chat) ?? [];
  if (conversation === undefined || sid === undefined) return;
  world.twilio.frontlineAgent.deletes(chat.agent.email, conversation, sid);
};

const fails = (fault: Fault) => (world: SimWorld) => void world.twilio.faults.add(fault);
const works = (world: SimWorld) => world.twilio.faults.clear();
const lost = fails({ fault: 'webhook.lost', p: 1, only: 'onMessage' });
const allLost = fails({ fault: 'webhook.lost', p: 1 });
const nothing = () => {};

const byAgentInFlex = (body: string) => (world: SimWorld, chat: Played) =>
  void chat.said.flex.add(world.twilio.flexAgent.writes(chat.agent.flexWorkerSid, chat.channel, body).sid);

const handsOver = (order: TransferOrder) => (world: SimWorld, chat: Played) => {
  const conversation = chat.conversation();
  if (conversation === undefined) return;
  world.twilio.frontlineAgent.transfers(chat.agent.email, conversation, AGENTS.ben.email, order);
};
const handedOver = (world: SimWorld, { channel }: Played): readonly string[] =>
  handoverProblems(world, { channel, customer: 'Customer 1', times: 1 });

export const SCENARIOS: readonly Scenario[] = [
  { name: 'linking with a history', kind: 'web', history: 3, acts: [] },
  { name: 'a message from Flex', kind: 'web', history: 1, acts: [inFlex('one'), inFlex('two')] },
  { name: 'a message from Frontline', kind: 'web', history: 1, acts: [inFrontline('one'), inFrontline('two')] },
  {
    name: 'a message from Frontline to a phone',
    kind: 'sms',
    history: 1,
    acts: [inFrontline('one'), inFrontline('two')],
  },
  { name: 'messages that cross', kind: 'web', history: 0, acts: [inFlex('one'), inFrontline('two'), inFlex('three')] },
  { name: 'an edit', kind: 'web', history: 1, acts: [inFlex('one'), edit('one (edited 1)')] },
  {
    name: 'a removal',
    kind: 'web',
    history: 1,
    acts: [inFlex('one'), (world, chat) => world.twilio.customer.deletes(chat.channel, last(world, chat))],
  },
  {
    name: 'an edit in Frontline',
    kind: 'web',
    history: 1,
    acts: [inFrontline('one'), editInFrontline('one (edited 1)')],
    linked: true,
  },
  {
    name: 'a removal in Frontline',
    kind: 'web',
    history: 1,
    acts: [inFrontline('one'), removeInFrontline],
    linked: true,
  },
  {
    name: 'a notice and a redrive',
    kind: 'web',
    history: 1,
    acts: [
      fails({ fault: 'content.refused', p: 1, holds: POISON }),
      inFlex(`${POISON} one`),
      inFlex('two'),
      nothing,
      works,
      (world) => void redriveAll(world),
    ],
    linked: true,
  },
  {
    name: 'a refused edit and a redrive',
    kind: 'web',
    history: 1,
    acts: [
      inFlex('one'),
      nothing,
      fails({ fault: 'content.refused', p: 1, holds: POISON }),
      edit(`one (edited 1 ${POISON})`),
      nothing,
      works,
      (world) => void redriveAll(world),
    ],
    linked: true,
  },
  {
    name: 'a text for what said nothing',
    kind: 'web',
    history: 1,
    acts: [inFlex(''), inFlex('two'), nothing, editFirst('one')],
    linked: true,
  },
  {
    name: 'a text for what said nothing, of which nobody told',
    kind: 'web',
    history: 1,
    acts: [inFlex(''), inFlex('two'), nothing, lost, editFirst('one'), works],
    linked: true,
  },
  {
    name: 'an SMS that was refused and is put back',
    kind: 'sms',
    history: 1,
    acts: [
      fails({ fault: 'content.refused', p: 1, holds: POISON, only: 'POST webhooks' }),
      byAgentInFlex(`${POISON} one`),
      byAgentInFlex('two'),
      nothing,
      works,
      (world) => void redriveAll(world),
    ],
    linked: true,
  },
  {
    name: 'a chat that an agent begins',
    kind: 'web',
    history: 0,
    acts: [begins, saysThere('one'), nothing, nothing, nothing, nothing, saysThere('two')],
    linked: true,
    problems: (world) => startProblems(world, begunIn(world), [], false),
  },
  {
    name: 'a repair job',
    kind: 'web',
    history: 1,
    acts: [lost, inFlex('one'), inFrontline('two'), works, (world, chat) => void repairChat(world, chat.channel, true)],
    linked: true,
  },
  {
    name: 'a lost webhook',
    kind: 'sms',
    history: 1,
    acts: [lost, inFlex('one'), inFrontline('two'), works],
    linked: true,
  },
  {
    name: 'a forward alone',
    kind: 'sms',
    history: 1,
    acts: [byAgentInFlex('one'), byAgentInFlex('two')],
    linked: true,
    alone: true,
  },
  {
    name: 'a chat handed over in Frontline',
    kind: 'web',
    history: 1,
    acts: [inFlex('one'), handsOver('in, then out'), inFlex('two')],
    linked: true,
    handedTo: AGENTS.ben,
    problems: handedOver,
  },
  {
    name: 'a chat handed over in Frontline, of which nobody told',
    kind: 'web',
    history: 1,
    acts: [allLost, handsOver('out, then in'), works, inFlex('one')],
    linked: true,
    handedTo: AGENTS.ben,
    problems: handedOver,
  },
  {
    name: 'a chat handed over in Frontline, and refused by setting',
    kind: 'web',
    history: 1,
    acts: [handsOver('in, then out'), inFlex('one')],
    linked: true,
    config: { refusesHandovers: true },
    problems: handedOver,
  },
];
