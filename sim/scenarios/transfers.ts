/** Chats that change hands. */
import { AGENTS } from '../../local-twilio/defaults.ts';
import type { TransferOrder } from '../../local-twilio/persons/frontline-agent.ts';
import { handoverProblems } from '../judge-handovers.ts';
import type { Played } from '../played.ts';
import type { Scenario } from '../scenario.ts';
import type { SimWorld } from '../world.ts';
import { allLost, inFlex, works } from './acts.ts';

const handsOver = (order: TransferOrder) => (world: SimWorld, chat: Played) => {
  const conversation = chat.conversation();
  if (conversation === undefined) return;
  world.twilio.frontlineAgent.transfers(chat.agent.email, conversation, AGENTS.ben.email, order);
};
const handedOver = (world: SimWorld, { channel }: Played): readonly string[] =>
  handoverProblems(world, { channel, customer: 'Customer 1', times: 1 });

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
];
