/** Who is in a chat, and who Twilio will not let in. */
import type { Accepted } from '../model/event.ts';
import { textField } from '../model/json.ts';
import { TwilioError } from '../model/twilio-error.ts';
import type { Container, Member } from '../ports/chat.ts';

/** Twilio will never do it: a limit, or a name that it does not take. */
export const isRefusal = (error: unknown): error is TwilioError =>
  error instanceof TwilioError && error.remedy === 'park';

/**
 * A participant whom Twilio will never let in keeps no other one out, and no message from crossing.
 * @returns why Twilio keeps him out; undefined when he is in. @throws what may work later.
 */
export const addParticipant = async (joined: Promise<void>): Promise<TwilioError | undefined> => {
  try {
    await joined;
    return undefined;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return error;
  }
};

/** Flex marks who is who in the members' attributes. */
const typeOf = (member: Member): string | undefined => textField(member.attributes, 'member_type');

/** Where Flex does not mark the customer, the one who is not the agent was there first. */
export const customerAmong = (members: readonly Member[], agent: string): Member | undefined =>
  members.find((member) => typeOf(member) === 'guest') ??
  members.find((member) => member.identity !== agent && typeOf(member) === undefined);

/** The agent who accepted, and those who are there already, as after a transfer. */
export const agentsAmong = (members: readonly Member[], agent: string): readonly string[] => [
  agent,
  ...members.filter((member) => typeOf(member) === 'agent').map(({ identity }) => identity),
];

/** The app reads `customer_id` and `display_name`: https://www.twilio.com/docs/frontline/conversations-webhooks */
export const customerParticipant = (identity: string, event: Accepted, channel: Container): Member => ({
  identity,
  attributes: JSON.stringify({ customer_id: identity, display_name: customerName(event, channel) || identity }),
});

export const customerName = (event: Accepted, channel: Container): string =>
  nameAtMost(event.customerName || textField(channel.attributes, 'from') || channel.friendlyName);

/**
 * A name that a person chose, as long as a container or a participant may have it: a longer one would be refused for
 * good. https://www.twilio.com/docs/conversations-classic/conversations-limits
 */
const nameAtMost = (name: string, most = 256): string =>
  name.length <= most ? name : `${name.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, '')}\u2026`;
