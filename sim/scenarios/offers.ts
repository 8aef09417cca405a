/** Chats that are offered to an agent, who answers in his System conversation, or not at all. */
import { firstText } from '../chronicle.ts';
import type { Scenario, ScenarioAct } from '../scenario.ts';
import type { Story } from '../story.ts';
import { systemWith } from '../story-offers.ts';
import type { SimWorld } from '../world.ts';
import { accepts, allLost, atOnce, isOffered, once, withReservation, works } from './acts.ts';

const toldOf = ({ twilio, chronicle }: SimWorld, { agent }: Story): readonly string[] =>
  twilio.reads
    .containers('frontline')
    .filter(({ attributes }) => attributes.includes(`"bridgeSystemOf":"${agent.flexWorkerSid}"`))
    .flatMap(({ sid }) => chronicle.of(sid))
    .filter(({ author }) => author !== agent.email)
    .map(firstText);

const onceTold = (does: ScenarioAct, texts = 1): ScenarioAct =>
  once((world, chat) => toldOf(world, chat).length >= texts, does);
const writes = (world: SimWorld, { agent }: Story, text: string): void => {
  const system = systemWith(world, agent);
  if (system !== undefined) world.twilio.frontlineAgent.writes(agent.email, system, text);
};
const answers = (text: string, texts?: number): ScenarioAct =>
  onceTold((world, chat) => writes(world, chat, text), texts);
const otherIsOffered: ScenarioAct = ({ twilio }, { agent }) => {
  const { taskSid } = twilio.customer.beginWebChat({ name: 'Customer 2' });
  twilio.flexAgent.isOffered(agent.flexWorkerSid, taskSid);
};
const otherIsRescinded: ScenarioAct = ({ twilio }, { tasks }) => {
  for (const { sid, reservations } of twilio.reads.tasks('flex'))
    if (!tasks.includes(sid))
      for (const one of reservations) if (one.status === 'pending') twilio.flexAgent.isRescinded(one.sid);
};
const timesOut = withReservation('pending', ({ twilio }, reservation) => twilio.flexAgent.letsTimeOut(reservation));

const REQUEST = 'You have an incoming chat request from';
const OVER = 'The chat request from Customer 1 is over.';
const asked = `${REQUEST} Customer 1. Answer 1 to accept, 2 to decline.`;
const askedOfTwo = [
  `${REQUEST} Customer 2. Answer 1 to accept, 2 to decline.`,
  `${REQUEST} Customer 1. Answer 5 to accept, 6 to decline.\nStill waiting:\nCustomer 2: 3 to accept, 4 to decline.`,
  `${OVER} You have accepted it.`,
  'The chat request from Customer 2 is over. It went to somebody else.',
];

/** @param texts what the agent is told, in order */
const wasOffered =
  (status: string, ...texts: readonly string[]) =>
  (world: SimWorld, chat: Story): readonly string[] => {
    const all = world.twilio.reads.tasks('flex').filter(({ sid }) => chat.tasks.includes(sid));
    const became = all.flatMap(({ reservations }) => reservations.map((one) => one.status)).join();
    const told = toldOf(world, chat);
    return [
      ...(became === status ? [] : [`what was offered is ${became}`]),
      ...(told.join('\n') === texts.join('\n') ? [] : [`the agent was told: ${told.join(' / ')}`]),
    ];
  };

const offer = { kind: 'web', history: 1, linked: true, unaccepted: true } as const;

export const OFFERED: readonly Scenario[] = [
  {
    name: 'an offer that is accepted in Frontline',
    ...offer,
    acts: [isOffered, answers('1')],
    problems: wasOffered('accepted', asked, `${OVER} You have accepted it.`),
  },
  {
    name: 'an offer that is accepted in Frontline while another waits',
    ...offer,
    acts: [otherIsOffered, isOffered, answers('5', 2), onceTold(otherIsRescinded, 3)],
    problems: wasOffered('accepted', ...askedOfTwo),
  },
  {
    name: 'an offer that is declined in Frontline',
    ...offer,
    acts: [isOffered, answers('2')],
    alone: true,
    problems: wasOffered('rejected', asked, `${OVER} You have declined it.`),
  },
  {
    name: 'an offer that times out',
    ...offer,
    acts: [isOffered, onceTold(timesOut)],
    alone: true,
    problems: wasOffered('timeout', asked, `${OVER} It has timed out.`),
  },
  {
    name: 'an offer, and its end, of which nobody told',
    ...offer,
    acts: [atOnce(allLost, isOffered, works), onceTold(atOnce(allLost, timesOut, works))],
    alone: true,
    problems: wasOffered('timeout', asked, `${OVER} It has timed out.`),
  },
  {
    name: 'an offer that is accepted at once',
    ...offer,
    acts: [isOffered],
    config: { acceptsOffers: true },
    problems: wasOffered('accepted'),
  },
  {
    name: 'an accept of which nobody told',
    ...offer,
    acts: [atOnce(allLost, isOffered, accepts(), works)],
    sweeps: true,
  },
];
