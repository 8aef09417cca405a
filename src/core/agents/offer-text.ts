/** What an agent is told of what is offered to him, in his System conversation. */
import type { Offer, OfferEnd } from '../state/offers.ts';
import { codesOf } from './decide-answer.ts';

/** An offer with the customer's name, empty where nobody knows it. */
export type NamedOffer = { readonly offer: Offer; readonly name: string };

/** A name is the customer's to choose: it stays on one line, and short. */
const plain = (name: string): string => {
  const said = name.replace(/[\s\p{C}]+/gu, ' ').trim();
  const short = Array.from(said).slice(0, 80).join('');
  return short === said ? said : `${short}…`;
};

const from = (name: string): string => (plain(name) === '' ? '' : ` from ${plain(name)}`);

/** ` with` a customer, by the name that Flex shows; empty where nobody knows it. */
export const withCustomer = (name: string): string => (plain(name) === '' ? '' : ` with ${plain(name)}`);

const waits = ({ offer, name }: NamedOffer): string => {
  const { accept, decline } = codesOf(offer);
  return `${plain(name) || 'A customer'}: ${accept} to accept, ${decline} to decline.`;
};

/** @param others that are open, too; `isOnly`: no other one could be meant by an answer */
export const offerText = (made: NamedOffer, others: readonly NamedOffer[], isOnly: boolean): string => {
  const codes = isOnly ? { accept: 1, decline: 2 } : codesOf(made.offer);
  const request = `You have an incoming chat request${from(made.name)}. Answer ${codes.accept} to accept, ${codes.decline} to decline.`;
  return [request, ...(others.length > 0 ? ['Still waiting:', ...others.map(waits)] : [])].join('\n');
};

export const askText = (open: readonly NamedOffer[]): string =>
  ['More than one chat request could be meant. Please answer by its own number.', ...open.map(waits)].join('\n');

export const helpText = (open: readonly NamedOffer[]): string => {
  if (open.length === 0) return 'No chat request waits for an answer. You are told here when one comes in.';
  return ['Please answer by a number.', ...open.map(waits)].join('\n');
};

const ENDED: Readonly<Record<OfferEnd, string>> = {
  'accepted here': 'You have accepted it.',
  'rejected here': 'You have declined it.',
  accepted: 'It was accepted in Flex.',
  rejected: 'It was declined in Flex.',
  timeout: 'It has timed out.',
  canceled: 'It was canceled.',
  rescinded: 'It went to somebody else.',
  gone: 'It is not there any more.',
};

export const endText = ({ offer, name }: NamedOffer): string =>
  `The chat request${from(name)} is over. ${ENDED[offer.end ?? 'gone']}`;

/** An answer to what is over, or answered already. */
export const overText = ({ offer, name }: NamedOffer): string =>
  offer.stage === 'ended' ? endText({ offer, name }) : `The chat request${from(name)} is answered already.`;
