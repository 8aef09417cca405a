import type { Skipped } from '../core/model/outcome.ts';
import type { Entry } from '../core/ports/journal.ts';

/** What goes back to the caller, and what the journal says of it. */
export type Answer = {
  readonly status: number;
  /** For whoever reads the caller's own log; fixed texts, nothing from the request. */
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly entry: Pick<Entry, 'step' | 'reason' | 'count'>;
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
} as const satisfies Readonly<Record<string, readonly [status: number, text: string]>>;
export type Refusal = keyof typeof refusals;

/** @param detail the name of a parameter, never its value. */
export const refused = (why: Refusal, detail?: string): Answer => {
  const [status, text] = refusals[why];
  return {
    status,
    text,
    ...(why === 'method' ? { headers: { allow: 'POST' } } : {}),
    entry: { step: 'refused', reason: detail === undefined ? why : `${why}:${detail}` },
  };
};

/** @param queues how many queues it stands on. */
export const queued = (queues: number, reason?: string): Answer => ({
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

/** An error's name only: its message may hold what people wrote. */
export const errorName = (error: unknown): string =>
  error instanceof Error && /^\w{1,64}$/.test(error.name) ? error.name : typeof error;

/** TaskRouter wants 204 with this content type; the others do not mind. https://www.twilio.com/docs/taskrouter/api/event */
const json = { 'content-type': 'application/json' };

export const responseOf = ({ status, text, headers }: Answer): Response =>
  text === undefined
    ? new Response(null, { status, headers: json })
    : new Response(`${text}\n`, { status, headers: { 'content-type': 'text/plain; charset=utf-8', ...headers } });
