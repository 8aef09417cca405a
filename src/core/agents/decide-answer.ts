/**
 * What an agent means by what he writes in his System conversation. Pure. An answer is never guessed: each offer has
 * two numbers of its own, and a bare 1, 2, yes or no counts only while no other offer could be meant.
 */
import { OFFER_RECENT_MS } from '../model/times.ts';
import type { Offer } from '../state/offers.ts';

/** An offer's own answers: 3 and 4 for the first, 5 and 6 for the second, ... 1 and 2 are everybody's. */
export const codesOf = ({ number }: Pick<Offer, 'number'>): { readonly accept: number; readonly decline: number } => ({
  accept: 2 * number + 1,
  decline: 2 * number + 2,
});

type Answer = { readonly does: 'accepting' | 'declining'; readonly number: number | undefined };

const WORDS: Readonly<Record<string, Answer['does']>> = {
  yes: 'accepting',
  y: 'accepting',
  accept: 'accepting',
  no: 'declining',
  n: 'declining',
  decline: 'declining',
};

/** undefined when it is no answer. */
export const readAnswer = (text: string): Answer | undefined => {
  const said = text
    .normalize('NFKC')
    .trim()
    .toLowerCase()
    .replace(/[\s.!)]+$/, '');
  const word = Object.hasOwn(WORDS, said) ? WORDS[said] : undefined;
  if (word !== undefined) return { does: word, number: undefined };
  if (!/^\d{1,4}$/.test(said)) return undefined;
  const code = Number(said);
  if (code === 0) return undefined;
  const number = code <= 2 ? undefined : Math.floor((code - 1) / 2);
  return { does: code % 2 === 1 ? 'accepting' : 'declining', number };
};

export type Reply =
  | { readonly is: 'take'; readonly offer: Offer; readonly does: Answer['does'] }
  /** What it means is over, or answered. */
  | { readonly is: 'over'; readonly offer: Offer }
  | { readonly is: 'ask' }
  | { readonly is: 'help' };

/** A message of the agent; `at` in milliseconds since 1970. */
export type Heard = { readonly index: number; readonly body: string; readonly at: number };

/** @param offers that he may know of, open and lately ended */
export const decideAnswer = (offers: readonly Offer[], { index, body, at }: Heard): Reply => {
  const answer = readAnswer(body);
  if (answer === undefined) return { is: 'help' };
  const known = offers.filter(({ told }) => told !== undefined && told < index);
  const { does, number } = answer;
  if (number !== undefined) {
    const meant = known.find((offer) => offer.number === number);
    if (meant === undefined) return { is: 'help' };
    return meant.stage === 'open' ? { is: 'take', offer: meant, does } : { is: 'over', offer: meant };
  }
  const [open, ...others] = known.filter(({ stage }) => stage === 'open');
  const over = known.filter(({ stage }) => stage !== 'open');
  if (open === undefined) {
    const last = over.at(-1);
    return last === undefined ? { is: 'help' } : { is: 'over', offer: last };
  }
  if (others.length > 0 || over.some((offer) => mayBeMeant(offer, at))) return { is: 'ask' };
  return { is: 'take', offer: open, does };
};

/** He may not have seen yet that it is over, or have answered twice. */
export const mayBeMeant = ({ stage, endedAt }: Offer, at: number): boolean =>
  stage !== 'ended' || at - (endedAt ?? 0) < OFFER_RECENT_MS;
