/** What seldom happens in a chat or in a run: drawn apart from the rest, so that seeds without it stay as they were. */
import type { Fault } from '../local-twilio/faults.ts';
import type { Dice } from './random.ts';

/** Who accepts the chat, after the one who serves it, or before. */
export type Accepts = 'once' | 'again' | 'by another too' | 'without a twin' | 'without a twin at first' | 'by nobody';

export type Rare = {
  /** One from the customer, one from the agent's phone. */
  readonly files: boolean;
  /** How many texts the customer sends that hold nothing. */
  readonly empties: number;
  /** How many messages Twilio refuses for good, as long as it storms. */
  readonly poison: number;
  readonly accepts: Accepts;
  /** In place of the usual ones. */
  readonly history: number | undefined;
  readonly messages: number | undefined;
};

/** What `content.refused` looks for. */
export const POISON = 'poison';

export const NOTHING_RARE: Rare = {
  files: false,
  empties: 0,
  poison: 0,
  accepts: 'once',
  history: undefined,
  messages: undefined,
};

export const drawRare = (dice: Dice, poisons: boolean): Rare => {
  const size = dice.next();
  return {
    files: dice.chance(0.1),
    empties: dice.chance(0.1) ? dice.between(1, 2) : 0,
    poison: poisons ? dice.between(0, 3) : 0,
    accepts: dice.chance(0.15)
      ? dice.pick(['again', 'by another too', 'without a twin', 'without a twin at first'] as const)
      : 'once',
    // More than a page; and a quick dialogue of more than a page.
    history: size < 0.015 ? dice.between(110, 260) : undefined,
    messages: size > 0.99 ? dice.between(110, 260) : undefined,
  };
};

export type RareWeather = {
  readonly faults: readonly Fault[];
  /** Credentials are bad for a minute, in milliseconds after the start. */
  readonly denied: { readonly from: number; readonly until: number; readonly fault: Fault } | undefined;
  readonly poisons: boolean;
  /** Proxy sends each message once, however often it is told. */
  readonly idempotent: boolean;
  /** After so many milliseconds an operator puts back what is parked, and has pairs compared. */
  readonly operator: readonly { readonly at: number; readonly does: 'redrive' | 'repair' | 'repair in full' }[];
};

export const drawRareWeather = (dice: Dice): RareWeather => {
  const from = dice.between(0, 120_000);
  const faults: Fault[] = [];
  if (dice.chance(0.15)) faults.push({ fault: 'read.stale', p: dice.next() * 0.5, maxMs: 5_000, hides: true });
  if (dice.chance(0.1))
    faults.push({ fault: 'attributes.replaced', p: dice.next() * 0.2, account: 'flex', maxMs: 60_000 });
  const poisons = dice.chance(0.1);
  if (poisons) faults.push({ fault: 'content.refused', p: 1, holds: POISON });
  const status = dice.pick([401, 403] as const);
  const account = dice.pick(['flex', 'frontline'] as const);
  const denied = dice.chance(0.08)
    ? { from, until: from + 60_000, fault: { fault: 'rest.denied', p: 1, status, account } as const }
    : undefined;
  const operator = dice.chance(0.2)
    ? Array.from({ length: dice.between(1, 4) }, () => ({
        at: dice.between(1_000, 200_000),
        does: dice.pick(['redrive', 'repair', 'repair in full'] as const),
      }))
    : [];
  return { faults, denied, poisons, idempotent: dice.chance(0.5), operator };
};
