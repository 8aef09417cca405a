/** Chats that change hands. */
import { AGENTS } from '../../local-twilio/defaults.ts';
import type { Transfer } from '../../local-twilio/persons/flex-transfer.ts';
import type { TransferOrder } from '../../local-twilio/persons/frontline-agent.ts';
import { handoverProblems } from '../judge-handovers.ts';
import { conversationsWith, type Played } from '../played.ts';
import type { Scenario, ScenarioAct } from '../scenario.ts';
import type { SimWorld } from '../world.ts';
import {
  accepts,
  allLost,
  atOnce,
  fails,
  inFlex,
  nothing,
  once,
  reservationOf,
  withReservation,
  works,
} from './acts.ts';

const handsOver = (order: TransferOrder) => (world: SimWorld, chat: Played) => {
  const conversation = chat.conversation();
  if (conversation === undefined) return;
  world.twilio.frontlineAgent.transfers(chat.agent.email, conversation, AGENTS.ben.email, order);
};
/** As Flex's plugins do it; the other one then serves the chat by a task of his own. */
const transfers = (how: Transfer): ScenarioAct =>
  withReservation('accepted', ({ twilio }, reservation) =>
    twilio.flexAgent.transfers(reservation, AGENTS.ben.flexWorkerSid, how),
  );
const completesTransfer = withReservation('accepted', ({ twilio }, reservation) =>
  twilio.flexAgent.completesTransfer(reservation),
);
/** The bridge accepts for him at once, and may not meanwhile. */
const unanswerable = fails({ fault: 'rest.429', p: 1, only: 'POST taskrouter.workerreservation' });
const declines = once(
  (world, chat) => reservationOf(world, chat, AGENTS.ben, 'pending') !== undefined,
  atOnce(
    withReservation('pending', ({ twilio }, reservation) => twilio.flexAgent.rejects(reservation), AGENTS.ben),
    works,
  ),
);
const handedOver = (world: SimWorld, { channel }: Played): readonly string[] =>
  handoverProblems(world, { channel, customer: 'Customer 1', times: 1 });

/** The customer and what was said stay where they are. */
const handedOverInFlex = (world: SimWorld, chat: Played): readonly string[] => {
  const { length } = conversationsWith(world, chat.channel);
  return [...handedOver(world, chat), ...(length === 1 ? [] : [`it went through ${length} conversations`])];
};

export const TRANSFERS: readonly Scenario[] = [
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
  {
    name: 'a chat handed over in Frontline, and declined in Flex',
    kind: 'web',
    history: 1,
    acts: [unanswerable, handsOver('in, then out'), declines, inFlex('one')],
    linked: true,
    problems: handedOver,
  },
  {
    name: 'a cold transfer in Flex',
    kind: 'web',
    history: 1,
    acts: [transfers('cold'), accepts(AGENTS.ben), inFlex('one')],
    linked: true,
    handedTo: AGENTS.ben,
    problems: handedOverInFlex,
  },
  {
    name: 'a warm transfer in Flex',
    kind: 'web',
    history: 1,
    acts: [transfers('warm'), accepts(AGENTS.ben), nothing, completesTransfer, inFlex('one')],
    linked: true,
    handedTo: AGENTS.ben,
    problems: handedOverInFlex,
  },
];
