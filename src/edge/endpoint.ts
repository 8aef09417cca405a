/**
 * Where Twilio's requests come in. Each gets one answer in time and one line in the journal, whatever fails; only what
 * an account of its route has signed reaches the route's answerer.
 */

import { type Form, readForm } from '../adapters/twilio/webhook/form.ts';
import { errorName } from '../core/model/error-name.ts';
import type { Side } from '../core/model/event.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { Entry, Journal } from '../core/ports/journal.ts';
import type { Secrets } from '../runtime/secrets.ts';
import type { Config } from '../runtime/settings.ts';
import { type Answer, failed, type Refusal, refused, responseOf } from './answer.ts';
import { readBody } from './body.ts';
import { headerOf } from './incoming.ts';
import { isForm, type PathReading, pathReadings, sidsIn, targetOf } from './request.ts';
import { type Callers, type Signed, signerOf } from './verify-signer.ts';

/**
 * Twilio gives up on a Chat or Conversations webhook after 5 s; promised is 4, the rest is the way back.
 * https://www.twilio.com/docs/api/errors/50076
 */
const answerWithinMs = 3_800;

/** In bytes as received. The longest legal text, 32 KB of Japanese, has some 100 KB percent-encoded. */
const maxBody = 256 * 1024;

/** HMAC-SHA1 in base64. https://www.twilio.com/docs/usage/security#validating-requests */
const isSignature = /^[A-Za-z0-9+/]{27}=$/;

/** Calls `expired` once after `ms` milliseconds, unless the function that it returns is called before. */
export type Deadline = (ms: number, expired: () => void) => () => void;

export type EndpointDeps = {
  readonly journal: Journal;
  readonly clock: Pick<Clock, 'now'>;
  readonly config: Config;
  /** Asked at every request, so it should remember; `than` are those by which a signature did not verify. */
  readonly secrets: (than?: Secrets) => Promise<Secrets>;
  /** Real time unless given. */
  readonly deadline?: Deadline | undefined;
};

/** What a request's line in the journal says besides its answer: nothing of the request that is not verified. */
export type Logged = Pick<Entry, 'type' | 'lane' | 'sids'>;

/** A request that an account of its route has signed. */
export type Verified = {
  /** The account. */
  readonly signer: Side;
  readonly form: Form;
  /** The body as received. */
  readonly text: string;
  readonly contentType: string;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  /** As read for this request. */
  readonly secrets: Secrets;
  /** Aborted when the caller is answered: what is still under way is for nobody. */
  readonly stop: AbortSignal;
  /** What the journal is to say from here on, also when the answer comes too late or not at all. */
  readonly logAs: (known: Partial<Logged>) => void;
};

/** When it throws, or is late, the caller is answered 503. */
export type Answerer = (verified: Verified) => Promise<Answer>;

type InTime = {
  /** Milliseconds; 3.8 s unless given, as Twilio's webhooks need it. */
  readonly withinMs?: number;
  /** The answer when there is none in time, or something was thrown; 503 `not stored, try again` unless given. */
  readonly trouble?: (why: string) => Answer;
};

/** Who may call a path, and who answers. */
export type SignedRow = InTime & { readonly callers: Callers; readonly answer: Answerer };

/** Whoever calls is answered: a page in a customer's browser signs nothing. `stop` is aborted when time is up. */
export type PublicRow = InTime & {
  readonly open: (asked: {
    readonly request: Request;
    readonly query: string;
    readonly stop: AbortSignal;
    readonly receivedAt: number;
  }) => Promise<Answer>;
};
export type RouteRow = SignedRow | PublicRow;
export type Routes = ReadonlyMap<string, RouteRow>;

/**
 * Answers of its own: 400 unreadable; 403 not proven to be from the route's account; 404, 405, 413, 415; 503 when the
 * route's answerer failed or was late, for Twilio's Chat retries on 503, not on 500.
 * `request.url`'s path and query must be as they were received, with the public address's own path in front or without;
 * its host does not matter.
 */
export const createEndpoint =
  (deps: EndpointDeps, routes: Routes) =>
  async (request: Request): Promise<Response> => {
    const receivedAt = deps.clock.now();
    let logged: Logged = { type: 'webhook', sids: [] };
    const logAs = (known: Partial<Logged>): void => {
      logged = { ...logged, ...known };
    };
    const called = calledBy(deps, routes, request);
    const { entry, response } = await inTime(deps.deadline ?? realTime, called?.row, (stop) =>
      answerTo(deps, called, { request, receivedAt, logAs, stop }),
    );
    try {
      deps.journal({ ...logged, ...entry, ms: deps.clock.now() - receivedAt });
    } catch {
      // The journal failed. What was asked for is done, so the caller must hear of that all the same.
    }
    return response;
  };

type Outgoing = { readonly entry: Answer['entry']; readonly response: Response };

/** Made once: each error of its own costs a look at the stack. */
const ANSWERED = new Error('answered already');

/** The first of three: the answer, 503 for what was thrown, 503 because time is up. Then `stop` is aborted. */
const inTime = async (
  deadline: Deadline,
  { withinMs = answerWithinMs, trouble = failed }: InTime = {},
  answer: (stop: AbortSignal) => Promise<Answer>,
): Promise<Outgoing> => {
  const stop = new AbortController();
  let cancel = () => {};
  const late = new Promise<Outgoing>((resolve) => {
    cancel = deadline(withinMs, () => resolve(outgoing(trouble('too_late'))));
  });
  const answered = answer(stop.signal)
    .then(outgoing)
    .catch((error: unknown) => outgoing(trouble(errorName(error))));
  const first = await Promise.race([answered, late]);
  cancel();
  stop.abort(ANSWERED);
  return first;
};

const outgoing = (answer: Answer): Outgoing => ({ entry: answer.entry, response: responseOf(answer) });

type Asked = Pick<Verified, 'receivedAt' | 'logAs'> & { readonly request: Request; readonly stop: AbortSignal };

type Called = PathReading & { readonly query: string; readonly row: RouteRow };

const calledBy = (deps: Pick<EndpointDeps, 'config'>, routes: Routes, { url }: Request): Called | undefined => {
  const { path, query } = targetOf(url);
  const reading = pathReadings(path, deps.config.publicBaseUrl).find(({ route }) => routes.has(route));
  const row = routes.get(reading?.route ?? '');
  return reading === undefined || row === undefined ? undefined : { ...reading, query, row };
};

const answerTo = async (deps: EndpointDeps, called: Called | undefined, asked: Asked): Promise<Answer> => {
  const { request, receivedAt, logAs, stop } = asked;
  if (called === undefined) return refused('route');
  const { row, query } = called;
  logAs({ type: called.route });
  if ('open' in row) return row.open({ request, query, stop, receivedAt });
  if (request.method !== 'POST') return refused('method');
  const contentType = headerOf(request, 'content-type');
  if (!isForm(contentType)) return refused('content_type');
  const signature = headerOf(request, 'x-twilio-signature');
  // Who floods the address with anything pays for it, not we: nothing of it is read.
  if (!isSignature.test(signature)) return refused(signature === '' ? 'no_signature' : 'wrong_signature');
  const body = await readFormBody(request, contentType, stop);
  if (typeof body === 'string') return refused(body);
  const url = deps.config.publicBaseUrl + called.below + query;
  const proof = await verify(deps, row.callers, { url, signature, form: body.form });
  if (typeof proof === 'string') return refused(proof);
  logAs({ sids: sidsIn(body.form) });
  return row.answer({ ...body, ...proof, receivedAt, logAs, stop });
};

type FormBody = Pick<Verified, 'contentType' | 'text' | 'form'>;

const readFormBody = async (request: Request, contentType: string, stop: AbortSignal): Promise<FormBody | Refusal> => {
  const bytes = await readBody(request, maxBody, stop);
  if (bytes === 'too_large') return bytes;
  const read = readForm(bytes);
  return typeof read === 'string' ? read : { contentType, ...read };
};

type Proof = Pick<Verified, 'signer' | 'secrets'>;

const verify = async (deps: EndpointDeps, callers: Callers, signed: Signed): Promise<Proof | Refusal> => {
  const kept = await deps.secrets();
  const byKept = signerOf(callers, signed, deps.config, kept);
  // A token that was promoted just now: Twilio does not repeat what is refused.
  const secrets = byKept === 'wrong_signature' ? await deps.secrets(kept) : kept;
  const signer = secrets === kept ? byKept : signerOf(callers, signed, deps.config, secrets);
  return signer === 'wrong_signature' || signer === 'wrong_account' ? signer : { signer, secrets };
};

const realTime: Deadline = (ms, expired) => {
  const timer = setTimeout(expired, ms);
  return () => clearTimeout(timer);
};
