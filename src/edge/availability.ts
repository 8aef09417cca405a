/**
 * Whether an agent is there, for a web page. Whoever calls is answered, so it is the origin that counts, few calls a
 * second are answered, and an agent who is not known is like one who is away.
 */
import type { WorkerNamed } from '../adapters/twilio/rest/worker-named.ts';
import { parseJsonObject } from '../adapters/twilio/values.ts';
import { readForm } from '../adapters/twilio/webhook/form.ts';
import { type AskDeps, askForAgent } from '../core/agents/ask-for-agent.ts';
import { errorName } from '../core/model/error-name.ts';
import { TwilioError } from '../core/model/twilio-error.ts';
import type { CallbackConfig } from '../runtime/callback-settings.ts';
import { type Answer, answered, type Refusal, refused, unanswered } from './answer.ts';
import { readBody } from './body.ts';
import { twilioFailed } from './callbacks/parameters.ts';
import type { PublicRow } from './endpoint.ts';
import { headerOf } from './incoming.ts';
import { isForm } from './request.ts';
import { createThrottle } from './throttle.ts';

export type AvailabilityDeps = AskDeps & {
  readonly config: CallbackConfig;
  /** undefined when WORKSPACE_SID is not set; then no origin is, either. */
  readonly workerNamed: WorkerNamed | undefined;
};

type Open = Parameters<PublicRow['open']>[0];

/** In bytes. It names an agent, and what is asked. */
const MAX_BODY = 4 * 1024;

/** https://www.twilio.com/docs/taskrouter/api/worker: no worker's name is longer. */
const LONGEST_NAME = 256;

/** Seconds for which a browser need not ask again whether it may ask. */
const PREFLIGHT_SECONDS = 600;

export const availabilityRow = (deps: AvailabilityDeps): PublicRow => {
  const allows = createThrottle(deps.config.availabilityPerSecond, deps.clock);
  return {
    open: async (open) => {
      const origin = headerOf(open.request, 'origin');
      if (!deps.config.origins.includes(origin)) return forOrigin(unanswered('other_origin'));
      const answer = allows() ? await answerPage(deps, open) : unanswered('too_often');
      return forOrigin(answer, origin);
    },
  };
};

/** https://fetch.spec.whatwg.org/#http-cors-protocol */
const forOrigin = (answer: Answer, origin?: string): Answer => ({
  ...answer,
  headers: {
    ...answer.headers,
    vary: 'origin',
    'cache-control': 'no-store',
    ...(origin === undefined ? {} : { 'access-control-allow-origin': origin }),
  },
});

const preflight: Answer = {
  status: 204,
  headers: {
    'access-control-allow-methods': 'GET, POST',
    'access-control-allow-headers': 'content-type',
    'access-control-max-age': String(PREFLIGHT_SECONDS),
  },
  entry: { step: 'answered' },
};

const answerPage = async (deps: AvailabilityDeps, open: Open): Promise<Answer> => {
  if (open.request.method === 'OPTIONS') return preflight;
  const said = await readQuestion(open);
  if (typeof said === 'string') return said === 'method' ? notAllowed() : unread(said);
  const name = said('WorkerName');
  if (name === undefined || name === '') return unread('malformed', 'WorkerName');
  try {
    return await answerAbout(deps, name, said('EventType') === 'NotifyAgent');
  } catch (error) {
    if (error instanceof TwilioError) return twilioFailed(error);
    throw error;
  }
};

const answerAbout = async (deps: AvailabilityDeps, name: string, notify: boolean): Promise<Answer> => {
  const worker = name.length > LONGEST_NAME ? undefined : await deps.workerNamed?.(name);
  const available = worker?.available ?? false;
  if (worker === undefined || available || !notify) return answered({ available });
  try {
    const sent = await askForAgent(deps, worker.sid, deps.config.notificationMs);
    return answered({ available }, sent ? 1 : 0);
  } catch (error) {
    // That he is away is known all the same. And by another answer a page would learn that there is such an agent.
    return { ...answered({ available }), entry: { step: 'failed', reason: `not_told:${errorName(error)}` } };
  }
};

/** What anybody may send says nothing of an account whose token or address changed: no refusal that rings an alarm. */
const unread = (why: Refusal, parameter?: string): Answer => ({
  ...refused(why, parameter),
  entry: { step: 'answered', reason: 'not_understood' },
});

const notAllowed = (): Answer => ({
  ...unread('method'),
  text: 'GET and POST only',
  headers: { allow: 'GET, POST, OPTIONS' },
});

type Question = (name: 'WorkerName' | 'EventType') => string | undefined;

/** A form or JSON, or what a GET has in its query. */
const readQuestion = async ({ request, query, stop }: Open): Promise<Question | Refusal> => {
  if (request.method === 'GET') return fromText(query.slice(1));
  if (request.method !== 'POST') return 'method';
  const type = headerOf(request, 'content-type');
  const json = /^application\/json\s*(;|$)/i.test(type.trim());
  if (!json && !isForm(type)) return 'content_type';
  const bytes = await readBody(request, MAX_BODY, stop);
  if (bytes === 'too_large') return bytes;
  if (!json) return fromBytes(bytes);
  const read = parseJsonObject(new TextDecoder().decode(bytes));
  return (name) => (typeof read[name] === 'string' ? read[name] : undefined);
};

const fromText = (text: string): Question | Refusal => fromBytes(new TextEncoder().encode(text));

const fromBytes = (bytes: Uint8Array): Question | Refusal => {
  const read = readForm(bytes);
  return typeof read === 'string' ? read : (name) => read.form.get(name)?.[0];
};
