/** The local Twilio over HTTP: `http://127.0.0.1:PORT/HOST/PATH` stands for `https://HOST/PATH`. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerControl } from './control.ts';
import { createHttpDelivery } from './deliver.ts';
import { keeper, recalled } from './memory.ts';
import type { TwilioRequest, TwilioResponse } from './respond.ts';
import { seededRandom } from './sid.ts';
import { createTwilio, type LocalTwilio } from './twilio.ts';
import { createJudge } from './validation/judge.ts';
import type { DeliverWebhook, Switches } from './world.ts';

export type LocalTwilioOptions = {
  /** 0, the default: any free port. */
  readonly port?: number | undefined;
  /** Repeats SIDs and faults; drawn when absent. */
  readonly seed?: number | undefined;
  readonly switches?: Partial<Switches> | undefined;
  /** Hold every request and answer to Twilio's published specifications; true when absent. */
  readonly validate?: boolean | undefined;
  /** Told of every bug of the local Twilio itself, which the caller sees as a 500; console.error when absent. */
  readonly onBug?: ((error: unknown) => void) | undefined;
  /** A file that it keeps what it knows in, and recalls it from. In memory only when absent. */
  readonly keepIn?: string | undefined;
  /** What stands between the local Twilio and those it calls, to measure. */
  readonly around?: ((deliver: DeliverWebhook) => DeliverWebhook) | undefined;
  /** Told of each REST call as its answer leaves, or its connection breaks. */
  readonly answered?: ((request: TwilioRequest, answer: TwilioResponse | 'destroyed') => void) | undefined;
};

export type RunningTwilio = LocalTwilio & {
  readonly port: number;
  /** What TWILIO_BASE_URL must say. */
  readonly url: string;
  /** It goes on from what an earlier one knew. */
  readonly recalled: boolean;
  readonly stop: () => Promise<void>;
};

const after = (ms: number, fn: () => void): (() => void) => {
  // A server that was stopped must not keep its process alive for a webhook's next try.
  const timer = setTimeout(fn, ms).unref();
  return () => clearTimeout(timer);
};

const read = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
};

const headersOf = (request: IncomingMessage): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, value?.toString()]));

const toTwilio = async (request: IncomingMessage, response: ServerResponse): Promise<TwilioRequest> => {
  const [path = '', ...query] = (request.url ?? '/').split('?');
  const [, host = '', ...rest] = path.split('/');
  const gaveUp = new AbortController();
  response.on('close', () => {
    if (!response.writableEnded) gaveUp.abort();
  });
  return {
    method: request.method ?? 'GET',
    host,
    path: `/${rest.join('/')}`,
    query: query.join('?'),
    headers: headersOf(request),
    body: await read(request),
    base: `http://${request.headers.host}/${host}`,
    gaveUp: gaveUp.signal,
  };
};

/** @throws when the port is taken */
export const startLocalTwilio = async (options: LocalTwilioOptions = {}): Promise<RunningTwilio> => {
  const delivery = createHttpDelivery();
  const deliver = options.around?.(delivery.deliver) ?? delivery.deliver;
  const place = options.keepIn === undefined ? undefined : recalled(options.keepIn);
  /** Nobody is told what would be forgotten. */
  let keep = async (): Promise<void> => {};
  const twilio = createTwilio({
    clock: { now: Date.now },
    random: seededRandom(options.seed ?? Math.floor(Math.random() * 2 ** 32)),
    timers: { after },
    deliver: (call) =>
      keep().then(
        () => deliver(call),
        () => 'refused' as const,
      ),
    place,
    switches: options.switches,
    judge: (options.validate ?? true) ? await createJudge() : undefined,
  });

  if (options.keepIn !== undefined) keep = keeper(options.keepIn, twilio.place);

  const onBug = options.onBug ?? ((error: unknown) => console.error('local Twilio: a bug', error));

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const asked = await toTwilio(request, response);
    const answered = asked.host === '_local' ? answerControl(twilio, asked) : await twilio.respond(asked);
    // The page looks every second, and is told nothing that anybody rests on.
    if (asked.host !== '_local' || asked.method !== 'GET') await keep();
    if (asked.host !== '_local') options.answered?.(asked, answered);
    if (answered === 'destroyed') request.socket.destroy();
    else response.writeHead(answered.status, answered.headers).end(answered.body);
  };

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (request.destroyed && !request.complete) return;
      onBug(error);
      if (response.headersSent) response.destroy();
      else response.writeHead(500).end();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    ...twilio,
    port,
    url: `http://127.0.0.1:${port}`,
    recalled: place !== undefined,
    stop: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
        delivery.stop();
      }),
  };
};
