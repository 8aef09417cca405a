import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js';
import { type HttpCall, NoAnswer } from '../http/http.ts';
import { isJsonObject, type JsonObject, parseJson } from '../values.ts';

/** `unknown`: it answered 404. `failed`: it did not answer in time, in JSON, in 64 KB, or with success. */
export type CrmAnswer =
  | { readonly is: 'answer'; readonly objects: JsonObject }
  | { readonly is: 'unknown' }
  | { readonly is: 'failed'; readonly why: string };

/** @param token the Frontline account's, with which Twilio would sign. */
export type AskCrm = (params: Readonly<Record<string, string>>, token: string) => Promise<CrmAnswer>;

const failed = (why: string): CrmAnswer => ({ is: 'failed', why });

/**
 * Asks a CRM callback as Frontline would: the parameters as a form, signed for the URL as it is set. Redirects are not
 * followed, for what is signed is signed for one address.
 * @see https://www.twilio.com/docs/frontline
 */
export const createBackupCrm = (settings: {
  /** Reads no answer that is longer than Frontline takes. */
  readonly http: HttpCall;
  readonly url: string;
  readonly timeoutMs: number;
}): AskCrm => {
  const { http, url, timeoutMs } = settings;
  return async (params, token) => {
    const headers = {
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
      'user-agent': 'flex-frontline-bridge',
      'x-twilio-signature': getExpectedTwilioSignature(token, url, params),
    };
    const body = new URLSearchParams(params).toString();
    try {
      const answer = await http({ method: 'POST', url, headers, body, timeoutMs });
      if (answer.status === 404) return { is: 'unknown' };
      if (answer.status !== 200) return failed(String(answer.status));
      const json = parseJson(answer.body);
      const objects = isJsonObject(json) ? json.objects : undefined;
      return isJsonObject(objects) ? { is: 'answer', objects } : failed('unreadable');
    } catch (error) {
      if (error instanceof NoAnswer) return failed(error.message);
      throw error;
    }
  };
};
