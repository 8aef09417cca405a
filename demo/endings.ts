/** How a use case must have ended on both sides. */
import { AGENTS } from '../local-twilio/defaults.ts';

/** What both sides must say in the end. */
export type MeantEnding = {
  readonly state: 'open' | 'ended';
  /** `no`: nobody has accepted the chat, so Frontline has nothing of it. */
  readonly inFrontline: 'yes' | 'no';
  /** By name. */
  readonly agents: readonly string[];
  readonly said: readonly string[];
  /** `Ann: Unavailable`: who is not available on either side; nobody when not given. */
  readonly away?: readonly string[];
  readonly tasks: readonly string[];
  readonly told: Readonly<Record<string, readonly string[]>>;
};

export const request = (customer: string) =>
  `You have an incoming chat request from ${customer}. Answer 1 to accept, 2 to decline.`;
export const over = (customer: string, how: string) => `The chat request from ${customer} is over. ${how}`;
const inFlex = 'It was accepted in Flex.';

const toldOfAccept = (customer: string) => [request(customer), over(customer, inFlex)];

export const accepted = (customer: string): MeantEnding => ({
  ...{ state: 'open', inFrontline: 'yes', agents: ['Ann'], said: ['Customer: hello'] },
  tasks: ['assigned (Ann: accepted)'],
  told: { Ann: toldOfAccept(customer) },
});
/** To Ben, in Flex. */
export const handedOver = (customer: string): MeantEnding => ({
  ...accepted(customer),
  agents: ['Ben'],
  said: ['Customer: hello', 'Ann: my colleague knows more', 'Customer: who is it now?', 'Ben: Ben here'],
  tasks: ['completed (Ann: completed)', 'assigned (Ben: accepted)'],
  told: {
    Ann: toldOfAccept(customer),
    Ben: toldOfAccept(customer),
  },
});

/** Ann, who has accepted the chat and keeps it. */
export const wentAway = (customer: string): MeantEnding => ({
  ...accepted(customer),
  ...{ said: ['Customer: hello', 'Customer: are you there?'], away: ['Ann: Unavailable'] },
});

const inFlexOnly = 'chats are handed over in Flex, not here';
/** Ann has tried to hand the chat over to Ben in Frontline. */
export const keptByAnn = (customer: string): MeantEnding => ({
  ...accepted(customer),
  said: ['Customer: hello', 'Customer: who is it now?', 'Ann: still Ann'],
  told: {
    Ann: [
      ...toldOfAccept(customer),
      `Your chat with ${customer} was not handed over to ${AGENTS.ben.email}: ${inFlexOnly}. It is still yours.`,
    ],
    Ben: [`The chat with ${customer} could not be handed over to you (${inFlexOnly}). It stays with the agent before.`],
  },
});
