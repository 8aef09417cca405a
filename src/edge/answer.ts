import type { Refused, Skipped, Unanswered, Unavailable } from '../core/model/outcome.ts';
import type { Entry } from '../core/ports/journal.ts';

/** A journal line without what it is about, which the endpoint knows. */
type Told<Line> = Line extends Entry ? Omit<Line, 'type' | 'lane' | 'sids' | 'ms'> : never;
type Answered = Told<Extract<Entry, { step: 'refused' | 'queued' | 'skipped' | 'failed' | 'answered' }>>;
type Queued = Extract<Entry, { step: 'queued' }>['reason'];

/** What goes back to the caller, and what the journal says of it. */
export type Answer = {
  readonly status: number;
  /** One line for the log that Twilio keeps of its calls: a fixed text, nothing from the request. */
  readonly text?: string;
  /** What the caller waits for, instead of a text. */
  readonly json?: unknown;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly entry: Answered;
};

const refusals = {
  route: [404, 'no such route'],
  method: [405, 'POST only'],
  content_type: [415, 'expected application/x-www-form-urlencoded in UTF-8'],
  too_large: [413, 'too large'],
  empty_body: [400, 'no parameters'],
  not_utf8: [400, 'not form-encoded UTF-8'],
  too_many_parameters: [400, 'too many parameters'],
  no_signature: [403, 'X-Twilio-Signature is missing'],
  wrong_signature: [403, 'X-Twilio-Signature does not verify'],
  wrong_account: [403, 'AccountSid is not the account that signed'],
  malformed: [400, 'a parameter is missing or malformed'],
} as const satisfies Readonly<Record<Exclude<Refused, 'unreadable_request'>, readonly [status: number, text: string]>>;
export type Refusal = keyof typeof refusals;

/** @param parameter the name of the one that is wrong, never its value. */
export const refused = (reason: Refusal, parameter?: string): Answer => {
  const [status, text] = refusals[reason];
  return {
    status,
    text,
    ...(reason === 'method' ? { headers: { allow: 'POST' } } : {}),
    entry: { step: 'refused', reason, parameter },
  };
};

/** @param queues how many queues it stands on. */
export const queued = (queues: number, reason?: Queued): Answer => ({
  status: 204,
  entry: { step: 'queued', reason, count: queues },
});

/** @param queues how many queues it stands on nevertheless: an echo still goes to Flex's own webhook. */
export const skippedBecause = (reason: Skipped, queues = 0): Answer => ({
  status: 204,
  entry: { step: 'skipped', reason, count: queues },
});

export const failed = (why: string, detail?: string): Answer => ({
  status: 503,
  text: 'not stored, try again',
  entry: { step: 'failed', reason: detail === undefined ? why : `${why}:${detail}` },
});

/** @param count how many things were found. */
export const answered = (json: unknown, count?: number): Answer => ({
  status: 200,
  json,
  entry: { step: 'answered', count },
});

const unansweredAs = {
  unknown_location: [422, 'unknown Location'],
  unknown_customer: [404, 'no such customer'],
  no_number: [403, 'no number for this channel'],
  other_origin: [403, 'not for this page'],
  not_understood: [400, 'WorkerName is missing or malformed'],
  too_often: [429, 'too many requests'],
} as const satisfies Readonly<Record<Unanswered, readonly [status: number, text: string]>>;

export const unanswered = (reason: Unanswered): Answer => {
  const [status, text] = unansweredAs[reason];
  return { status, text, entry: { step: 'answered', reason } };
};

/**
 * 424 and no `failed` line: a CRM or an account that is down is no failure of the bridge's own, whose alarms count 5xx
 * and those lines.
 * https://www.rfc-editor.org/rfc/rfc4918#section-11.4
 */
export const unavailable = (what: Unavailable, detail: string): Answer => ({
  status: 424,
  text: what === 'crm' ? 'the CRM behind the bridge did not answer' : 'Twilio did not answer',
  entry: { step: 'answered', reason: `${what}:${detail}` },
});

const textType = { 'content-type': 'text/plain; charset=utf-8' };

/** An empty answer has this type too: TaskRouter wants it. https://www.twilio.com/docs/taskrouter/api/event */
const jsonType = { 'content-type': 'application/json' };

/** @throws {RangeError | TypeError} for what is no HTTP answer, and for JSON that cannot be written */
export const responseOf = ({ status, text, json, headers }: Answer): Response => {
  if (json !== undefined) return new Response(JSON.stringify(json), { status, headers: { ...jsonType, ...headers } });
  if (text !== undefined) return new Response(`${text}\n`, { status, headers: { ...textType, ...headers } });
  return new Response(null, { status, headers: { ...jsonType, ...headers } });
};
