/** One HTTP call over kept-alive sockets, after whose failure nothing more of it can leave this machine. */
import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import { LARGEST_ANSWER_BYTES } from '../../../core/model/times.ts';
import type { Clock } from '../../../core/ports/clock.ts';
import { type FreshAgent, withFreshSockets } from './fresh-sockets.ts';

export type HttpRequest = {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** From the call until the whole answer is here, waiting for a socket included. */
  readonly timeoutMs: number;
};

/** Names of headers are in lower case. */
export type HttpAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/**
 * Resolves on any status. Rejects with {@link NoAnswer}, and then the socket is closed already: what the network has
 * taken may still arrive, nothing else can.
 */
export type HttpCall = (request: HttpRequest) => Promise<HttpAnswer>;

/** No whole answer came. `sent` tells whether the other side can have seen the request: `nothing` is certain. */
export class NoAnswer extends Error {
  readonly sent: 'nothing' | 'perhaps';
  /** Seconds, when it is known for how long asking again is useless. */
  readonly retryAfter: number | undefined;
  /** Milliseconds, when the whole side is left alone: for how long it has been. */
  readonly downMs: number | undefined;

  /** The message is a constant or an error code of Node, never an address or a body. */
  constructor(message: string, sent: 'nothing' | 'perhaps', cause?: unknown, retryAfter?: number, downMs?: number) {
    super(message, { cause });
    this.name = 'NoAnswer';
    this.sent = sent;
    this.retryAfter = retryAfter;
    this.downMs = downMs;
  }
}

export type HttpLimits = {
  readonly maxSockets?: number;
  /** A socket that was free for longer is not used again: a thawed sandbox holds sockets that died while it slept. */
  readonly idleMs?: number;
  readonly maxAnswerBytes?: number;
};

const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'broken off';

/** Calls one of both back: `done` with the whole answer, or `fail` (perhaps more than once). */
const readAnswer = (
  incoming: http.IncomingMessage,
  maxBytes: number,
  fail: (why: string, cause?: unknown) => void,
  done: (answer: HttpAnswer) => void,
): void => {
  const chunks: Buffer[] = [];
  let size = 0;
  incoming.on('error', (error) => fail(codeOf(error), error));
  incoming.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > maxBytes) return fail('answer too large');
    chunks.push(chunk);
  });
  incoming.once('end', () => {
    const flat = Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]);
    done({
      status: incoming.statusCode ?? 0,
      headers: Object.fromEntries(flat),
      body: Buffer.concat(chunks).toString('utf8'),
    });
  });
};

/** Whether the socket of a request is closed: it calls itself so some time before it is, only the event tells. */
const createSocketWatch = () => {
  let socket: Socket | undefined;
  let closed = false;
  const noteClose = (): void => {
    closed = true;
  };
  return {
    begin: (assigned: Socket): void => {
      socket = assigned;
      // First of all listeners: Node's own tells the request of a close before it is over, and `fail` must know.
      socket.prependOnceListener('close', noteClose);
    },
    end: (): void => {
      socket?.off('close', noteClose);
    },
    onceClosed: (then: () => void): void => {
      if (socket === undefined || closed) then();
      else socket.once('close', then);
    },
    destroy: (): void => {
      socket?.destroy();
    },
  };
};

/**
 * The request is handed over only when its socket stands, so that a refused, unknown or unreachable host is known to
 * have seen nothing, and so that a sandbox that was frozen while it connected sends nothing late.
 */
const callOver = (
  { agent, dropStale }: FreshAgent,
  request: HttpRequest,
  now: () => number,
  maxAnswerBytes: number,
): Promise<HttpAnswer> =>
  new Promise((resolve, reject) => {
    const startedAt = now();
    dropStale();
    const { method, headers, body, timeoutMs } = request;
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const client = agent instanceof https.Agent ? https : http;
    const outgoing = client.request(request.url, { agent, method, headers: { ...headers, ...length } });
    const watch = createSocketWatch();
    let sent = false;
    let settled = false;

    const settle = (): boolean => {
      if (settled) return false;
      settled = true;
      clearTimeout(timer);
      watch.end();
      return true;
    };
    // A request that is answered may have let go of its socket, so both are destroyed.
    const close = (then: () => void): void => {
      watch.onceClosed(then);
      outgoing.destroy();
      watch.destroy();
    };
    const fail = (why: string, cause?: unknown): void => {
      if (settle()) close(() => reject(new NoAnswer(why, sent ? 'perhaps' : 'nothing', cause)));
    };

    const timer = setTimeout(() => fail('no answer in time'), timeoutMs);
    outgoing.on('error', (error) => fail(codeOf(error), error));
    outgoing.once('socket', (assigned) => {
      if (assigned.destroyed) return fail('socket is gone');
      watch.begin(assigned);
      const send = () => {
        if (settled) return;
        if (now() - startedAt > timeoutMs) return fail('no socket in time');
        sent = true;
        outgoing.end(body);
      };
      if (assigned.connecting) assigned.once(client === https ? 'secureConnect' : 'connect', send);
      else send();
    });
    outgoing.once('response', (incoming) =>
      readAnswer(incoming, maxAnswerBytes, fail, (answer) => {
        if (!settle()) return;
        // An answer to a request that is still leaving: the rest of it must not.
        if (outgoing.writableFinished) resolve(answer);
        else close(() => resolve(answer));
      }),
    );
  });

/**
 * Keeps one pool of sockets; make it once for all accounts.
 * @param clock - wall clock: its time goes on while a sandbox is frozen.
 */
export const createHttp = (
  clock: Pick<Clock, 'now'>,
  { maxSockets = 256, idleMs = 4_000, maxAnswerBytes = LARGEST_ANSWER_BYTES }: HttpLimits = {},
): { readonly call: HttpCall; readonly close: () => void } => {
  const options = { keepAlive: true, maxSockets };
  const plain = withFreshSockets(new http.Agent(options), clock.now, idleMs);
  const secure = withFreshSockets(new https.Agent(options), clock.now, idleMs);
  return {
    call: (request) => callOver(request.url.startsWith('https:') ? secure : plain, request, clock.now, maxAnswerBytes),
    close: () => {
      plain.agent.destroy();
      secure.agent.destroy();
    },
  };
};
