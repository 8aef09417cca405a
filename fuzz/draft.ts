/** A webhook in the making: a fixture that mutations work on, until it is sent. */
import type { Side } from '../src/core/model/event.ts';
import type { Seed } from './seeds.ts';

/** Whose token signs. `before`: the Flex account's previous one, which still counts. */
export type Token = 'flex' | 'before' | 'frontline' | 'empty' | 'guessed';

/** `original`: over the fixture as it was, whatever became of it. `bare`: over the address alone. */
export type SignedHow = 'as sent' | 'original' | 'bare' | 'other address' | 'garbled' | 'missing';

/** How the body comes: whole, in pieces, never to its end, broken off, or not at all. */
export type Flow = 'whole' | 'pieces' | 'stalls' | 'breaks' | 'none';

/** What goes wrong behind the webhook. */
export type BackendFault =
  | 'nothing'
  | 'queue refuses'
  | 'queue refuses one'
  | 'queue throws'
  | 'queue hangs'
  | 'no secrets'
  | 'secrets hang'
  | 'journal throws';

export type RequestDraft = {
  readonly seed: Seed;
  method: string;
  path: string;
  /** With its question mark. */
  query: string;
  headers: [name: string, value: string][];
  params: [name: string, value: string][];
  /** Changes to the body's bytes, after the parameters were encoded. */
  readonly bytes: ((bytes: Buffer) => Buffer)[];
  token: Token;
  signed: SignedHow;
  flow: Flow;
  fault: BackendFault;
};

export const tokenOf = (side: Side): Token => side;

export const draftOf = (seed: Seed): RequestDraft => ({
  seed,
  method: 'POST',
  path: seed.path,
  query: '',
  headers: [
    ['content-type', 'application/x-www-form-urlencoded; charset=UTF-8'],
    ['i-twilio-idempotency-token', 'c2b1f6a0-7c6e-4f5c-9d5e-0a1b2c3d4e5f'],
    ['user-agent', 'TwilioProxy/1.1'],
  ],
  params: seed.params.map(([name, value]) => [name, value]),
  bytes: [],
  token: tokenOf(seed.signer),
  signed: 'as sent',
  flow: 'whole',
  fault: 'nothing',
});
