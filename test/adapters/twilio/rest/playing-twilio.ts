/** A small server on 127.0.0.1 that plays Twilio: it remembers what it was asked and answers as the test says. */
import http from 'node:http';
import type net from 'node:net';
import { createHttp, type HttpLimits } from '../../../../src/adapters/twilio/http/http.ts';

export type Asked = {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
  readonly form: URLSearchParams;
};
export type Answered = {
  readonly status: number;
  readonly json?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly text?: string;
};
export type PlayedTwilio = Awaited<ReturnType<typeof playTwilio>>;

const closers: (() => Promise<void>)[] = [];

/** Ends everything that a test has begun; for afterEach. */
export const endAll = async (): Promise<void> => {
  await Promise.all(closers.splice(0).map((close) => close()));
};

export const listen = async (server: net.Server): Promise<number> => {
  const sockets = new Set<net.Socket>();
  server.on('connection', (socket: net.Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as net.AddressInfo).port;
};

/** A caller whose sockets are closed with {@link endAll}. */
export const caller = (clock: { readonly now: () => number } = Date, limits: HttpLimits = {}) => {
  const { call, close } = createHttp(clock, limits);
  closers.push(async () => close());
  return call;
};

export const playTwilio = async (answer: (asked: Asked) => Answered) => {
  const asked: Asked[] = [];
  let connections = 0;
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      const { method = '', url: path = '', headers } = request;
      const said: Asked = { method, path, headers, body, form: new URLSearchParams(body) };
      asked.push(said);
      const { status, json, headers: extra = {}, text } = answer(said);
      response.writeHead(status, { 'content-type': 'application/json', ...extra });
      response.end(text ?? (json === undefined ? '' : JSON.stringify(json)));
    });
  });
  server.on('connection', () => connections++);
  const port = await listen(server);
  return { base: `http://127.0.0.1:${port}`, asked, connections: () => connections };
};

/** An account on that played, without its service. */
export const account = (played: PlayedTwilio) => ({
  http: caller(),
  accountSid: `AC${'a'.repeat(32)}` as const,
  secrets: async () => ({ authToken: 'the token', previousAuthToken: undefined, apiKey: undefined }),
  serviceSid: `IS${'a'.repeat(32)}` as const,
  requestMs: 60_000,
  baseUrl: played.base,
});

export const channel = `CH${'a'.repeat(32)}` as const;
export const messageSid = `IM${'a'.repeat(32)}` as const;

/** The trouble that a call ends in; fails when it does not. */
export const troubleFrom = async (call: Promise<unknown>): Promise<Record<string, unknown>> => {
  try {
    await call;
  } catch (error) {
    if (error instanceof Error) return { ...error, name: error.name, message: error.message, cause: error.cause };
    throw error;
  }
  throw new Error('no trouble at all');
};
