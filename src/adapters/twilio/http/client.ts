/** One account's REST calls on one host: credentials, form bodies, and every failure as a {@link TwilioError}. */
import type { AccountSid, ServiceSid } from '../../../core/model/sids.ts';
import { TwilioError } from '../../../core/model/twilio-error.ts';
import type { AccountSecrets } from '../../../runtime/secrets.ts';
import { wireUrl } from './base-url.ts';
import { twilioErrorFrom } from './errors.ts';
import { type HttpAnswer, type HttpCall, type HttpRequest, NoAnswer } from './http.ts';
import { maskedPath } from './masked-path.ts';
import { type Payload, parsePayload, Unreadable } from './payload.ts';

export type AccountRest = {
  readonly http: HttpCall;
  readonly accountSid: AccountSid;
  /** Asked before every call, for they are replaced while we run. */
  readonly secrets: () => Promise<AccountSecrets>;
  /** The chat service, IS… */
  readonly serviceSid: ServiceSid;
  /** A call is cut off after so long. */
  readonly requestMs: number;
  /** See {@link wireUrl}. */
  readonly baseUrl?: string | undefined;
};

export type RestCall = {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Each segment as it is; encoded here. */
  readonly path: readonly string[];
  /** With its question mark. */
  readonly query?: string;
  readonly form?: Readonly<Record<string, string>>;
  /**
   * Whether Twilio calls its webhooks for this write: https://www.twilio.com/docs/conversations/conversations-webhooks
   */
  readonly notifyWebhooks?: boolean;
  /** The write is carried out only while this is the thing's version; else it is refused with 412. */
  readonly ifMatch?: string | undefined;
};

/**
 * Reads the answer's JSON, an empty object when there is no content. An answer that cannot be read counts as none, for
 * what was asked may have been done.
 * @throws {TwilioError} on anything but a readable 2xx
 */
export type Rest = <T>(call: RestCall, read: (payload: Payload, headers: HttpAnswer['headers']) => T) => Promise<T>;

/** A call that got no answer is thrown as a TwilioError; any other error is a bug and stays what it is. */
export const answerOf = async (http: HttpCall, request: HttpRequest, about: string): Promise<HttpAnswer> => {
  try {
    return await http(request);
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    const effect = error.sent === 'nothing' ? 'unsent' : 'unknown';
    const { retryAfter, downMs } = error;
    throw new TwilioError(`${about}: ${error.message}`, { remedy: 'retry', effect, retryAfter, downMs, cause: error });
  }
};

/** The account's secrets; nothing is sent while they are not to be had. */
export const secretsFor = async (secrets: () => Promise<AccountSecrets>, about: string): Promise<AccountSecrets> => {
  try {
    return await secrets();
  } catch (cause) {
    throw new TwilioError(`${about}: no credentials to be had`, { remedy: 'retry', effect: 'unsent', cause });
  }
};

const basicAuth = (accountSid: string, { apiKey, authToken }: AccountSecrets): string => {
  const pair = apiKey === undefined ? `${accountSid}:${authToken}` : `${apiKey.sid}:${apiKey.secret}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
};

/** A segment that is empty or made of dots would name another resource. */
const pathOf = (segments: readonly string[], about: string): string => {
  if (segments.some((segment) => /^\.{0,2}$/.test(segment)))
    throw new TwilioError(`${about}: no such path`, { remedy: 'park', effect: 'unsent' });
  return `/${segments.map((segment) => encodeURIComponent(segment.toWellFormed())).join('/')}`;
};

/** @param host - https://www.twilio.com/docs/chat/rest or https://www.twilio.com/docs/conversations/api */
export const createRest =
  (host: string, { http, accountSid, secrets, requestMs, baseUrl }: Omit<AccountRest, 'serviceSid'>): Rest =>
  async ({ method, path, query = '', form, notifyWebhooks = false, ifMatch }, read) => {
    const about = `${method} ${maskedPath(path)}`;
    const url = wireUrl(baseUrl, `https://${host}${pathOf(path, about)}${query}`);
    const headers = {
      accept: 'application/json',
      authorization: basicAuth(accountSid, await secretsFor(secrets, about)),
      'user-agent': 'flex-frontline-bridge',
      ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
      ...(notifyWebhooks ? { 'x-twilio-webhook-enabled': 'true' } : {}),
      ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
    };
    const body = form === undefined ? undefined : new URLSearchParams(form).toString();
    const answer = await answerOf(http, { method, url, headers, body, timeoutMs: requestMs }, about);
    if (answer.status < 200 || answer.status >= 300) throw twilioErrorFrom(about, answer);
    try {
      return read(answer.body === '' ? {} : parsePayload(answer.body), answer.headers);
    } catch (cause) {
      if (!(cause instanceof Unreadable)) throw cause;
      throw new TwilioError(`${about}: ${cause.message}`, { remedy: 'retry', effect: 'unknown', cause });
    }
  };
