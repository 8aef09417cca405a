/** Has an agent begun this conversation, or a customer, or is it none of either? Pure. */

import type { Message } from '../model/event.ts';
import { textField } from '../model/json.ts';
import { BOTH_WITHIN_MS, INBOUND_SHOWS_MS } from '../model/times.ts';
import type { Participant } from '../ports/chat.ts';
import type { Messenger } from '../ports/outbound.ts';

export type CalledCustomer =
  | { readonly messenger: Messenger; readonly phone: Participant & { readonly address: string } }
  | { readonly messenger: 'chat'; readonly identity: string };

export type WhoBegan =
  | { readonly is: 'agent'; readonly customer: CalledCustomer; readonly agents: readonly string[] }
  | { readonly is: 'customer'; readonly customer: CalledCustomer }
  /** `forGood`: nobody is expected to join any more. */
  | { readonly is: 'nobody'; readonly forGood: boolean }
  /** It shows by then: milliseconds since 1970. */
  | { readonly is: 'unclear'; readonly until: number };

const isPhone = (one: Participant): one is Participant & { readonly address: string } => one.address !== undefined;

/**
 * A phone is a customer's. An identity is one when the app says so: it needs `customer_id` of each customer.
 * https://www.twilio.com/docs/frontline/conversations-webhooks
 */
const customersAmong = (participants: readonly Participant[]): readonly CalledCustomer[] => {
  const phones = participants.filter(isPhone);
  if (phones.length > 0)
    return phones.map((phone) => ({
      messenger: phone.address.startsWith('whatsapp:') ? 'whatsapp' : 'sms',
      phone,
    }));
  return participants.flatMap(({ identity, attributes }) =>
    identity === undefined || textField(attributes, 'customer_id') === undefined
      ? []
      : [{ messenger: 'chat', identity }],
  );
};

const writesAs = (customer: CalledCustomer): string =>
  customer.messenger === 'chat' ? customer.identity : customer.phone.address;

/**
 * @param messages the oldest of the conversation, in any order
 * @param madeAt milliseconds since 1970
 */
export const whoBegan = (
  participants: readonly Participant[],
  messages: readonly Pick<Message, 'index' | 'author'>[],
  { madeAt, now }: { readonly madeAt: number; readonly now: number },
): WhoBegan => {
  const [customer, ...others] = customersAmong(participants);
  const agents = participants.flatMap(({ identity }) =>
    identity === undefined || (customer?.messenger === 'chat' && identity === customer.identity) ? [] : [identity],
  );
  const nobody: WhoBegan = { is: 'nobody', forGood: now - madeAt > BOTH_WITHIN_MS };
  if (customer === undefined || others.length > 0) return nobody;
  const [first] = messages.toSorted((a, b) => a.index - b.index);
  const isHis = first?.author === writesAs(customer);
  // Also before Frontline's routing has found him an agent.
  if (isHis && agents.length === 0) return { is: 'customer', customer };
  const until = Math.max(...participants.map(({ joinedAt }) => joinedAt)) + INBOUND_SHOWS_MS;
  // What a phone has said makes a conversation by itself, and its list may be behind.
  const mayBeHis = customer.messenger !== 'chat' && first?.index !== 0 && now < until;
  if (agents.length === 0) return mayBeHis ? { is: 'unclear', until } : nobody;
  // Its first message does not show yet, or there is none: then an inbound one may be on its way.
  if (first !== undefined && first.index > 0 && now - madeAt < BOTH_WITHIN_MS)
    return { is: 'unclear', until: madeAt + BOTH_WITHIN_MS };
  if (isHis) return { is: 'customer', customer };
  if (first === undefined && now < until) return { is: 'unclear', until };
  return { is: 'agent', customer, agents };
};
