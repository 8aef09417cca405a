import type { DefaultWebhook } from '../../../core/ports/default-webhook.ts';
import { type AccountRest, createRest } from '../http/client.ts';
import { requiredText } from '../http/payload.ts';
import { undefinedWhenGone } from './chat-side.ts';

/**
 * Whether a session of this Proxy service (KS…) is open, and its end. A session that has ended says `closed` or
 * `failed`.
 * @throws {TwilioError}
 * @see https://www.twilio.com/docs/proxy/api/session
 */
export const createProxySessions = (
  account: Omit<AccountRest, 'serviceSid'>,
  service: string,
): Pick<DefaultWebhook, 'isSessionOpen' | 'endSession'> => {
  const rest = createRest('proxy.twilio.com', account);
  const pathOf = (session: string) => ['v1', 'Services', service, 'Sessions', session];
  return {
    isSessionOpen: (session) =>
      undefinedWhenGone(
        rest({ method: 'GET', path: pathOf(session) }, (payload) =>
          /^(open|in-progress)$/.test(requiredText(payload, 'status')),
        ),
      ),
    endSession: async (session) => {
      const form = { Status: 'closed' };
      await undefinedWhenGone(rest({ method: 'POST', path: pathOf(session), form }, () => undefined));
    },
  };
};
