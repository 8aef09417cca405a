/** One REST call: who calls, what is asked, what goes wrong, what is answered. */
import { CHAT_EVENT } from './counts.ts';
import type { Loss } from './faults.ts';
import type { Account } from './model.ts';
import { problems, TwilioProblem } from './problem.ts';
import { takeChatEvent } from './proxy/chat-event.ts';
import { authenticate } from './rest/authenticate.ts';
import type { Call, RestAnswer, RestRoute } from './rest/call.ts';
import { match } from './rest/routes.ts';
import { newSid } from './sid.ts';
import type { TwilioWorld } from './world.ts';

export type TwilioRequest = {
  readonly method: string;
  /** Twilio's host: chat.twilio.com, conversations.twilio.com, ... */
  readonly host: string;
  readonly path: string;
  /** Without the question mark. */
  readonly query: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
  /** The address under which the caller reaches the host; `https://HOST` when absent. */
  readonly base?: string | undefined;
  /** Aborts when the caller stops waiting; without it he is taken to wait for 10 s. */
  readonly gaveUp?: AbortSignal | undefined;
};

export type TwilioResponse = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** `destroyed`: the connection breaks without an answer. A promise that never ends is an answer that never comes. */
export type Respond = (request: TwilioRequest) => Promise<TwilioResponse | 'destroyed'>;

/** Judges what comes and what goes by Twilio's published specifications. Throws or records, as it was made. */
export type Judge = {
  readonly request: (host: string, route: RestRoute, call: Call) => void;
  readonly answer: (host: string, route: RestRoute, answer: RestAnswer) => void;
};

const patienceMs = 10_000;

const never = (): Promise<'destroyed'> => new Promise(() => {});

const failure = (problem: TwilioProblem): RestAnswer => ({
  status: problem.status,
  headers: problem.headers,
  body: {
    code: problem.code,
    message: problem.message,
    more_info: `https://www.twilio.com/docs/errors/${problem.code}`,
    status: problem.status,
  },
});

/** Twilio's own answer, or that of the edge before it, which knows nothing of Twilio's error bodies. */
const serverError = (status: number): RestAnswer | TwilioResponse =>
  status === 500 || status === 503
    ? failure(problems.internal(status))
    : { status, headers: { 'content-type': 'text/html' }, body: `<html><body><h1>${status}</h1></body></html>` };

/** A refusal is an answer; anything else that is thrown is a bug here. */
const attempt = (run: () => RestAnswer): RestAnswer => {
  try {
    return run();
  } catch (error) {
    if (error instanceof TwilioProblem) return failure(error);
    throw error;
  }
};

export const createRespond = (world: TwilioWorld, judge: Judge | undefined): Respond => {
  const { faults } = world;
  const pause = (ms: number): Promise<void> => new Promise((resolve) => world.after(ms, resolve));

  const write = (answer: RestAnswer | TwilioResponse): TwilioResponse => ({
    status: answer.status,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'twilio-request-id': newSid(world.random, 'RQ'),
      ...answer.headers,
    },
    body: typeof answer.body === 'string' ? answer.body : answer.body === undefined ? '' : JSON.stringify(answer.body),
  });

  const lost = (how: Loss): Promise<'destroyed'> => (how === 'hang' ? never() : Promise.resolve('destroyed'));

  /** Runs after the caller gave up. What is refused by then had no effect. */
  const commitLate = (
    run: () => RestAnswer,
    rule: { loss: Loss; maxMs: number },
    gaveUp: AbortSignal | undefined,
    happened: () => void,
  ): void => {
    const later = () =>
      world.after(world.random() * rule.maxMs, () => {
        if (attempt(run).status < 400) happened();
      });
    if (rule.loss === 'destroy') later();
    else if (gaveUp === undefined) world.after(patienceMs, later);
    else if (gaveUp.aborted) later();
    else gaveUp.addEventListener('abort', later, { once: true });
  };

  const perform = async (
    account: Account,
    name: string,
    run: () => RestAnswer,
    { path, body, gaveUp }: TwilioRequest,
  ): Promise<TwilioResponse | 'destroyed'> => {
    const sent = `${path} ${body}`;
    const side = account.name;
    const isWrite = !name.startsWith('GET');
    const down = faults.meets('side.down', side, name, sent);
    if (down !== undefined) return down.how === '503' ? write(failure(problems.internal(503))) : lost(down.how);
    const denied = name === CHAT_EVENT ? undefined : faults.meets('rest.denied', side, name, sent);
    if (denied !== undefined)
      return write(failure(denied.status === 401 ? problems.authenticate() : problems.forbidden()));
    const busy = faults.meets('rest.429', side, name, sent);
    if (busy !== undefined) {
      const { retryAfter } = busy;
      const headers: Record<string, string> = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
      return write(failure(problems.tooManyRequests(headers)));
    }
    const before = faults.meets('rest.5xx-before', side, name, sent);
    if (before !== undefined) return write(serverError(before.status));
    const { latency } = world.switches;
    const ms = typeof latency === 'number' ? latency : latency();
    if (ms > 0) await pause(ms / 2);
    const late = isWrite ? faults.draws('rest.late-commit', side, name, sent) : undefined;
    if (late !== undefined) {
      commitLate(run, late, gaveUp, () => faults.happened('rest.late-commit', side, name));
      return lost(late.loss);
    }
    const answeredFirst = isWrite ? faults.draws('rest.5xx-late', side, name, sent) : undefined;
    if (answeredFirst !== undefined) {
      const happened = () => faults.happened('rest.5xx-late', side, name);
      commitLate(run, { loss: 'destroy', maxMs: answeredFirst.maxMs }, gaveUp, happened);
      return write(serverError(answeredFirst.status));
    }
    const answer = attempt(run);
    if (ms > 0) await pause(ms / 2);
    const done = answer.status < 400;
    const unheard = isWrite ? faults.draws('rest.answer-lost', side, name, sent) : undefined;
    if (unheard !== undefined) {
      if (done) faults.happened('rest.answer-lost', side, name);
      return lost(unheard.loss);
    }
    const after = isWrite ? faults.draws('rest.5xx-after', side, name, sent) : undefined;
    if (after !== undefined) {
      if (done) faults.happened('rest.5xx-after', side, name);
      return write(serverError(after.status));
    }
    return write(answer);
  };

  const refuseContent = ({ name: side }: Account, name: string, form: URLSearchParams): void => {
    const refused = faults.draws('content.refused', side, name);
    if (refused === undefined || !(form.get('Body') ?? '').includes(refused.holds)) return;
    faults.happened('content.refused', side, name);
    throw problems.bodyTooLong();
  };

  const chatEvent = (request: TwilioRequest): Promise<TwilioResponse | 'destroyed'> | TwilioResponse => {
    const path = /^\/v1\/Accounts\/(AC\w{32})\/Proxy\/(KS\w{32})\/Webhooks\/ChatEvent\/ProxyIdentifier\/PN\w{32}$/.exec(
      request.path,
    );
    const account = world.accounts.find(({ sid }) => sid === path?.[1]);
    const proxy = account?.proxies.get(path?.[2] ?? '');
    if (request.method !== 'POST' || account === undefined || proxy === undefined)
      return write(failure(problems.notFound(request.path)));
    world.counts.add(account.name, CHAT_EVENT);
    const event = {
      url: `https://${request.host}${request.path}${request.query === '' ? '' : `?${request.query}`}`,
      signature: request.headers['x-twilio-signature'],
      form: new URLSearchParams(request.body),
    };
    const run = (): RestAnswer => {
      refuseContent(account, CHAT_EVENT, event.form);
      takeChatEvent(world, account, proxy, event);
      return { status: 200, body: {} };
    };
    return perform(account, CHAT_EVENT, run, request);
  };

  return async (request) => {
    const { host, method, path } = request;
    if (host === 'webhooks.twilio.com') return chatEvent(request);
    const account = authenticate(world.accounts, request.headers.authorization);
    if (account === undefined) return write(failure(problems.authenticate()));
    const matched = match(host, method, path);
    if (matched === undefined) return write(failure(problems.notFound(path)));
    if (matched === 'other method') return write(failure(problems.notAllowed()));
    const { route, at } = matched;
    const name = `${method} ${route.name}`;
    world.counts.add(account.name, name);
    const call: Call = {
      world,
      account,
      at,
      path,
      base: request.base ?? `https://${host}`,
      query: new URLSearchParams(request.query),
      form: new URLSearchParams(request.body),
      headers: request.headers,
    };
    const run = (): RestAnswer => {
      judge?.request(host, route, call);
      if (method === 'POST') refuseContent(account, name, call.form);
      const answer = route.answer(call);
      judge?.answer(host, route, answer);
      return answer;
    };
    return perform(account, name, run, request);
  };
};
