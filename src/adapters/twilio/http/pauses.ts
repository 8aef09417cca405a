/**
 * Retry-After, obeyed by all whom it concerns: who asks again before that is refused here, and only keeps Twilio busy.
 * It lives in one process's memory, so each process is told for itself.
 */

import type { Clock } from '../../../core/ports/clock.ts';
import { answeredCode, secondsToWait } from './errors.ts';
import { type HttpAnswer, type HttpCall, type HttpRequest, NoAnswer } from './http.ts';
import { timeLeft } from './time-left.ts';

/**
 * Chat's and Conversations' limits on writes: in one container, or for containers and users of one service.
 * https://www.twilio.com/docs/api/errors/50063 https://www.twilio.com/docs/api/errors/50074
 * https://www.twilio.com/docs/conversations/conversations-limits
 */
const ACTIONS_A_SECOND: ReadonlySet<number | undefined> = new Set([50_063, 50_074]);

const ALL = 'all';

/** The container that a write is in, else the service whose containers or users it makes or takes away. */
const resourceOf = ({ url }: HttpRequest): string =>
  /\/(CH[0-9a-f]{32})\b/.exec(url)?.[1] ?? /\/(IS[0-9a-f]{32})\b/.exec(url)?.[1] ?? ALL;

/** Of whom Twilio asks it: a limit of an account concerns all its calls, one on actions the writes to that resource. */
const concerned = (request: HttpRequest, { body }: HttpAnswer): string =>
  ACTIONS_A_SECOND.has(answeredCode(body)) ? resourceOf(request) : ALL;

/** Milliseconds since 1970, and how long it was when it was asked for. */
type Pause = { readonly end: number; readonly ms: number };

const leftOf = ({ end, ms }: Pause, now: number): number => timeLeft(end, now, ms);

const isWrite = ({ method }: HttpRequest): boolean => method !== 'GET';

/**
 * Make one for each account and process; wrap all its calls with it. A call within a pause is refused at once with a
 * {@link NoAnswer} of which nothing was sent and which says when to ask again.
 */
export const createPauses = (clock: Pick<Clock, 'now'>): ((http: HttpCall) => HttpCall) => {
  /** By resource. */
  const pauses = new Map<string, Pause>();
  const forget = (now: number): void => {
    for (const [resource, pause] of pauses) if (leftOf(pause, now) === 0) pauses.delete(resource);
  };
  const left = (resource: string, now: number): number => leftOf(pauses.get(resource) ?? { end: 0, ms: 0 }, now);
  return (http) => async (request) => {
    const now = clock.now();
    forget(now);
    const wait = Math.max(left(ALL, now), isWrite(request) ? left(resourceOf(request), now) : 0);
    if (wait > 0) throw new NoAnswer('Twilio asked to wait', 'nothing', undefined, Math.ceil(wait / 1_000));
    const answer = await http(request);
    const ms = answer.status === 429 ? (secondsToWait(answer.headers) ?? 0) * 1_000 : 0;
    if (ms > 0) {
      const [resource, heardAt] = [concerned(request, answer), clock.now()];
      if (ms > left(resource, heardAt)) pauses.set(resource, { end: heardAt + ms, ms });
    }
    return answer;
  };
};
