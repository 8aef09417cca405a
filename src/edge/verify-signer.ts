import type { Form } from '../adapters/twilio/webhook/form.ts';
import { verifies } from '../adapters/twilio/webhook/signature.ts';
import type { Side } from '../core/model/event.ts';
import type { Secrets } from '../runtime/secrets.ts';
import type { Config } from '../runtime/settings.ts';

/** Whose requests a route takes. */
export type Callers = {
  readonly accounts: readonly Side[];
  /** Chat, Conversations and TaskRouter name their account by `AccountSid`; Frontline's callbacks do not. */
  readonly sendAccountSid: boolean;
};

/** What is signed, and the signature. */
export type Signed = { readonly url: string; readonly form: Form; readonly signature: string };

/**
 * Which account signed: the one whose current or previous token verifies. An `AccountSid` in the body only decides
 * whose tokens are tried first; where the route's callers send it, it must also name the account that signed.
 */
export const signerOf = (
  { accounts, sendAccountSid }: Callers,
  { url, form, signature }: Signed,
  config: Config,
  secrets: Secrets,
): Side | 'wrong_signature' | 'wrong_account' => {
  const named = form.get('AccountSid') ?? [];
  const names = (side: Side): boolean => named.length === 1 && named[0] === config[side].accountSid;
  const order = [...accounts.filter(names), ...accounts.filter((side) => !names(side))];
  const signer = order.find((side) => {
    const { authToken, previousAuthToken } = secrets[side];
    const tokens = previousAuthToken === undefined ? [authToken] : [authToken, previousAuthToken];
    return verifies(tokens, signature, url, form);
  });
  if (signer === undefined) return 'wrong_signature';
  return names(signer) || !sendAccountSid ? signer : 'wrong_account';
};
