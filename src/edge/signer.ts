import type { Form } from '../adapters/twilio/webhook/form.ts';
import { verifies } from '../adapters/twilio/webhook/signature.ts';
import type { Side } from '../core/model/event.ts';
import type { Secrets } from '../runtime/secrets.ts';
import type { Config } from '../runtime/settings.ts';

/**
 * Which account signed: the one whose current or previous token verifies, and which the body names as its own. What
 * the body says only decides whose tokens are tried first.
 */
export const signerOf = (
  accounts: readonly Side[],
  request: { readonly url: string; readonly signature: string; readonly form: Form },
  config: Config,
  secrets: Secrets,
): Side | 'wrong_signature' | 'wrong_account' => {
  const named = request.form.get('AccountSid') ?? [];
  const names = (side: Side): boolean => named.length === 1 && named[0] === config[side].accountSid;
  const order = [...accounts.filter(names), ...accounts.filter((side) => !names(side))];
  const signer = order.find((side) => {
    const { authToken, previousAuthToken } = secrets[side];
    const tokens = previousAuthToken === undefined ? [authToken] : [authToken, previousAuthToken];
    return verifies(tokens, request.signature, request.url, request.form);
  });
  if (signer === undefined) return 'wrong_signature';
  return names(signer) ? signer : 'wrong_account';
};
