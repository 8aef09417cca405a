/**
 * Retry-After, obeyed by all whom it concerns: who asks again before that is refused here, and only keeps Twilio busy.
 * It lives in one process's memory, so each process is told for itself.
 */

import type { Clock } from '../../../core/ports/clock.ts';
import { answeredCode, secondsToWait } from './errors.ts';
import { type HttpAnswer, type HttpCall, type HttpRequest, NoAnswer } from './http.ts';

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

const isWrite = ({ method }: HttpRequest): boolean => method !== 'GET';

/**
 * Make one for each account and process; wrap all its calls with it. A call within a pause is refused at once with a
 * {@link NoAnswer} of which nothing was sent and which says when to ask again.
 */
export const createPauses = (clock: Pick<Clock, 'now'>): ((http: HttpCall) => HttpCall) => {
  /** Milliseconds since 1970, by resource. */
  const ends = new Map<string, number>();
  const forget = (now: number): void => {
    for (const [resource, end] of ends) if (end <= now) ends.delete(resource);
  };
  return (http) => async (request) => {
    const now = clock.now();
    forget(now);
    const end = Math.max(ends.get(ALL) ?? 0, isWrite(request) ? (ends.get(resourceOf(request)) ?? 0) : 0);
    if (end > now) throw new NoAnswer('Twilio asked to wait', 'nothing', undefined, Math.ceil((end - now) / 1_000));
    const answer = await http(request);
    const seconds = answer.status === 429 ? secondsToWait(answer.headers) : undefined;
    if (seconds !== undefined && seconds > 0) {
      const resource = concerned(request, answer);
      ends.set(resource, Math.max(ends.get(resource) ?? 0, clock.now() + seconds * 1_000));
    }
    return answer;
  };
};
