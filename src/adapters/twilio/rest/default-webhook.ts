import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js';
import type { AccountSid } from '../../../core/model/sids.ts';
import type { DefaultWebhook } from '../../../core/ports/default-webhook.ts';
import type { AccountSecrets } from '../../../runtime/secrets.ts';
import { isTwilioUrl, wireUrl } from '../http/base-url.ts';
import { answerOf, secretsFor } from '../http/client.ts';
import { twilioErrorFrom } from '../http/errors.ts';
import type { HttpCall } from '../http/http.ts';
import { maskedPath } from '../http/masked-path.ts';
import { createProxyInteractions } from './proxy-interactions.ts';
import { createProxySessions } from './proxy-sessions.ts';

/** The form's parameters as Twilio signs them: a name that comes twice has a list of values. */
const formParams = (body: string): Record<string, string | string[]> => {
  const params = new Map<string, string | string[]>();
  for (const [name, value] of new URLSearchParams(body)) {
    const before = params.get(name);
    params.set(name, before === undefined ? value : [before, value].flat());
  }
  return Object.fromEntries(params);
};

/**
 * Posts to Flex's own post-event webhook as Twilio would: the body byte for byte, signed for the URL as Flex knows it,
 * whatever host it is sent to in the end. A 4xx is final even without Twilio's error body, for only that webhook gave
 * it. So is a 500 or 503 its own answer, whatever its body, which nobody documents: what is made of it (it is posted
 * again soon, and said to be perhaps sent twice) is safe if an edge before it gave it after all. Account and Proxy
 * service, whose sessions tell what was sent, stand in the URL's path.
 * @see https://www.twilio.com/docs/usage/security#validating-requests
 * @see https://www.twilio.com/docs/api/errors/80625
 */
export const createDefaultWebhook = (settings: {
  readonly http: HttpCall;
  readonly url: string;
  /** The Flex account's. */
  readonly secrets: () => Promise<AccountSecrets>;
  readonly timeoutMs: number;
  /** Of what is sent to Twilio; a URL that is none of Twilio's is left alone. */
  readonly baseUrl?: string | undefined;
}): DefaultWebhook => {
  const { http, secrets, timeoutMs, baseUrl } = settings;
  // What follows a # is for the caller (connection overrides), neither sent nor signed.
  const signedUrl = settings.url.replace(/#.*$/s, '');
  const url = isTwilioUrl(signedUrl) ? wireUrl(baseUrl, signedUrl) : signedUrl;
  const about = `POST default webhook ${maskedPath(new URL(signedUrl).pathname.split('/').slice(1))}`;

  const post = async (contentType: string, body: string): Promise<void> => {
    const { authToken } = await secretsFor(secrets, about);
    const signature = getExpectedTwilioSignature(authToken, signedUrl, formParams(body));
    const headers = {
      accept: '*/*',
      'content-type': contentType,
      'user-agent': 'flex-frontline-bridge',
      'x-twilio-signature': signature,
    };
    const answer = await answerOf(http, { method: 'POST', url, headers, body, timeoutMs }, about);
    if (answer.status >= 200 && answer.status < 300) return;
    throw twilioErrorFrom(about, answer, { remedy: 'park', effect: 'refused', answersBare: true });
  };
  const proxy = /\/Accounts\/(AC[0-9a-f]{32})\/Proxy\/(KS[0-9a-f]{32})\//.exec(signedUrl);
  const [, accountSid, service] = proxy ?? [];
  if (accountSid === undefined || service === undefined)
    return {
      post,
      interactions: async () => undefined,
      isSessionOpen: async () => undefined,
      endSession: async () => {},
    };
  const account = { http, accountSid: accountSid as AccountSid, secrets, requestMs: timeoutMs, baseUrl };
  return { post, interactions: createProxyInteractions(account, service), ...createProxySessions(account, service) };
};
