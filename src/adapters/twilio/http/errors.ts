/** What Twilio's refusals mean. The one place that reads its status and error codes. */
import { LONGEST_PAUSE_SECONDS } from '../../../core/model/times.ts';
import { type Effect, type Remedy, TwilioError } from '../../../core/model/twilio-error.ts';
import type { HttpAnswer } from './http.ts';

/**
 * What was asked for is so already: a success for a call that names these codes in `done`, else nothing that a retry
 * would change.
 */
type Meaning = Remedy | 'done';

/** Pages of the form https://www.twilio.com/docs/api/errors/50404 */
const codes: Readonly<Record<Meaning, readonly number[]>> = {
  done: [
    50404,
    50433,
    45206,
    80103, // is a member, a participant already
    50400,
    50402,
    50430,
    50432, // is none any more
    50201, // the user exists
    50307,
    50353,
    45208,
    80603, // the unique name exists
  ],
  retry: [
    20429,
    50063,
    50074,
    45010, // too many requests: never executed
    50349,
    50449,
    50419,
    50213,
    50391,
    50514,
    20409, // another call changed it at the same moment
    50386, // the conversation is still being set up
    80623, // the same participant is being added
  ],
  wait: [50377, 50384, 50350, 50300, 50334, 20404, 45376, 80607, 80904],
  park: [
    50416,
    50417,
    50418,
    50422,
    50403,
    50214,
    45207,
    50211,
    50373,
    50340,
    50407,
    50408,
    50409,
    50413,
    50414,
    48031,
    50503,
    50504,
    50303,
    50304,
    50507,
    50508,
    50509,
    50512,
    80619, // a channel without Proxy session never gets one by asking again
  ],
  reconfigure: [20003, 20403, 50065, 50361, 80618, 80620, 80625, 80506, 11200, 11205],
};

const meanings: ReadonlyMap<number, Meaning> = new Map(
  (Object.keys(codes) as Meaning[]).flatMap((meaning) => codes[meaning].map((code) => [code, meaning] as const)),
);

/** Codes of a join that found its member there; one backend serves both products, so either may answer with either. */
export const memberExists: ReadonlySet<number> = new Set([50404, 50433, 45206]);
/** Codes of a removal that found no such member. */
export const noMember: ReadonlySet<number> = new Set([50400, 50402, 50430, 50432]);
/** Of a write into a conversation that is closed, which is final. */
export const IS_CLOSED = 50377;
/** Codes of a create whose unique name is in use. */
export const nameExists: ReadonlySet<number> = new Set([50307, 50353]);
/** The same of a channel that the Flex API makes, which may say so in the words of what is behind it. */
export const flexNameExists: ReadonlySet<number | undefined> = new Set([45208, 50307]);
/** Proxy's: the session's unique name is in use; who is to join is in it; or speaks through this number elsewhere. */
export const SESSION_EXISTS = 80603;
export const ALREADY_IN_SESSION = 80103;
export const NUMBER_IN_USE = 80604;
/** Codes for a container that is not there, in either product's words. */
const containerGone: ReadonlySet<number | undefined> = new Set([20404, 50300, 50350]);

/** Whether Twilio itself says that the thing is not there. A 404 without Twilio's body says nothing about it. */
export const saysGone = (error: TwilioError): boolean =>
  error.containerGone || (error.status === 404 && error.code !== undefined);

/** Twilio's error code in an answer's body; undefined without one. */
export const answeredCode = (body: string): number | undefined => {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed !== 'object' || parsed === null || !('code' in parsed)) return undefined;
    const code = Number(parsed.code);
    return Number.isInteger(code) && code > 0 ? code : undefined;
  } catch {
    return undefined;
  }
};

/** Retry-After in seconds, within bounds. A date counts from the answer's own, so that our clock has no say. */
export const secondsToWait = (headers: HttpAnswer['headers']): number | undefined => {
  const asked = headers['retry-after']?.trim();
  if (asked === undefined || asked === '') return undefined;
  if (/^\d+$/.test(asked)) return Math.min(Number(asked), LONGEST_PAUSE_SECONDS);
  const seconds = Math.ceil((Date.parse(asked) - Date.parse(headers.date ?? '')) / 1000);
  return Number.isNaN(seconds) ? undefined : Math.min(Math.max(0, seconds), LONGEST_PAUSE_SECONDS);
};

/** `bare`: what most 4xx without Twilio's error body mean: to REST they came from something in between. */
type Bare = {
  readonly remedy: Remedy;
  readonly effect: Effect;
  /** Its 500 and 503 are its own even without Twilio's error body. */
  readonly answersBare?: boolean;
};
const inBetween: Bare = { remedy: 'retry', effect: 'unknown' };
/** A server that says so has not carried it out, and says so again of the same content: too long, or no such method. */
const neverPasses: ReadonlySet<number> = new Set([405, 413, 414, 431]);

/**
 * Behind these, with Twilio's error body, stands what was to carry the request out. A 502 or 504, and a 5xx without
 * that body, is the edge's: it gave up waiting, and what is behind it may go on for as long as after no answer at all.
 * https://www.twilio.com/docs/usage/twilios-response
 */
const saidByTwilio: ReadonlySet<number> = new Set([500, 503]);

/** Chat's and Conversations' own: what they forbid is this one thing. Bad credentials have codes of their own. */
const isOfChats = (code: number | undefined): boolean => code !== undefined && code >= 50_000 && code < 60_000;

const judge = (status: number, code: number | undefined, bare: Bare): Bare => {
  const meaning = code === undefined ? undefined : meanings.get(code);
  const known = meaning === 'done' ? 'park' : meaning;
  if (status === 429) return { remedy: 'retry', effect: 'refused' };
  if (status < 400 || status >= 500) return { remedy: 'retry', effect: 'unknown' };
  if (known !== undefined) return { remedy: known, effect: 'refused' };
  if (status === 403 && isOfChats(code)) return { remedy: 'park', effect: 'refused' };
  if (status === 401 || status === 403)
    return { remedy: 'reconfigure', effect: code === undefined ? bare.effect : 'refused' };
  if (status === 412) return { remedy: 'retry', effect: 'refused' };
  if (status === 408 || status === 425) return { remedy: 'retry', effect: 'unknown' };
  return code === undefined && !neverPasses.has(status) ? bare : { remedy: 'park', effect: 'refused' };
};

/**
 * The error that an answer other than a success stands for.
 * @param about - method and path, free of names.
 * @see https://www.twilio.com/docs/usage/twilios-response
 */
export const twilioErrorFrom = (about: string, answer: HttpAnswer, bare: Bare = inBetween): TwilioError => {
  const { status } = answer;
  const code = answeredCode(answer.body);
  const message = code === undefined ? `${about}: ${status}` : `${about}: ${status}, code ${code}`;
  return new TwilioError(message, {
    ...judge(status, code, bare),
    status,
    code,
    answered: (code !== undefined || bare.answersBare === true) && saidByTwilio.has(status),
    retryAfter: secondsToWait(answer.headers),
    containerGone: containerGone.has(code),
  });
};
