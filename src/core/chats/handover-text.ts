/** What agents are told of a chat that was handed over in Frontline in vain. */
import { withCustomer } from '../agents/offer-text.ts';
import type { HandoverRefusal } from '../state/handover.ts';

const WHY: Readonly<Record<HandoverRefusal, string>> = {
  setting: 'chats are handed over in Flex, not here',
  no_twin: 'the other agent has no worker in Flex',
  declined: 'the other agent’s request in Flex was declined or has timed out',
  not_taken: 'Flex did not offer it to the other agent',
  refused: 'Flex does not take it for the other agent',
};

/** To whom it stays with. @param to who was to have it, as Frontline knows him */
export const stayedText = (name: string, to: string, why: HandoverRefusal): string =>
  `Your chat${withCustomer(name)} was not handed over to ${to}: ${WHY[why]}. It is still yours.`;

/** To whom it was to go to. */
export const notYoursText = (name: string, why: HandoverRefusal): string =>
  `The chat${withCustomer(name)} could not be handed over to you (${WHY[why]}). It stays with the agent before.`;
