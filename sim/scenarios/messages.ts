/** Chats that are linked, and what is said in them: new, edited, removed, refused, lost, forwarded. */
import { redriveAll, repairChat } from '../operator.ts';
import type { Played } from '../played.ts';
import { POISON } from '../rare.ts';
import type { Scenario } from '../scenario.ts';
import type { SimWorld } from '../world.ts';
import { byAgentInFlex, fails, inFlex, inFrontline, lost, nothing, works } from './acts.ts';

const last = (world: SimWorld, chat: Played) => {
  const message = world.twilio.reads.transcript('flex', chat.channel).findLast(({ sid }) => chat.said.flex.has(sid));
  if (message === undefined) throw new Error('nothing was said');
  return message.sid;
};

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

export const MESSAGES: readonly Scenario[] = [
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
];
