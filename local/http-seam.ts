/** Between Node's HTTP server and the web's Request and Response, byte for byte. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { requestFrom } from '../src/edge/incoming.ts';

/** Its stream holds back the sender while it is not read, and throws the rest away once it is cancelled. */
const bodyOf = (incoming: IncomingMessage): ReadableStream<Uint8Array> => {
  let left = false;
  return new ReadableStream<Uint8Array>({
    start: (controller) => {
      incoming.on('data', (chunk: Buffer) => {
        if (left) return;
        controller.enqueue(chunk);
        if ((controller.desiredSize ?? 0) <= 0) incoming.pause();
      });
      incoming.on('end', () => left || controller.close());
      incoming.on('error', (error) => left || controller.error(error));
    },
    pull: () => {
      incoming.resume();
    },
    cancel: () => {
      left = true;
      incoming.resume();
    },
  });
};

/** undefined when its target is no path: it is meant for a proxy. */
export const requestOf = (incoming: IncomingMessage): Request | undefined => {
  const { method = '', url: target = '', headers } = incoming;
  if (!target.startsWith('/')) return undefined;
  return requestFrom({
    ...{ method, target },
    header: (name) => headers[name]?.toString(),
    body: () => bodyOf(incoming),
  });
};

/** A client that was answered while it was sending may go on for so long; what comes is thrown away. */
const LINGER_MS = 1000;

/** Resolves when the whole request is here, its sender has gone or the time is over. */
const linger = (incoming: IncomingMessage): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, LINGER_MS);
    const done = () => {
      clearTimeout(timer);
      resolve();
    };
    incoming.removeAllListeners('data').on('end', done).on('close', done).resume();
  });

/**
 * A connection on which a part of the request is still to come is not used again. It is not cut off at once: that
 * reaches most senders as an error while they send, and they never read the answer
 * (https://www.rfc-editor.org/rfc/rfc9112#section-9.6).
 */
export const sendResponse = async (
  response: Response,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> => {
  const body = response.body === null ? undefined : Buffer.from(await response.arrayBuffer());
  const headers = {
    ...Object.fromEntries(response.headers),
    ...(incoming.complete ? {} : { connection: 'close' }),
  };
  if (incoming.complete || body === undefined) {
    outgoing.writeHead(response.status, headers).end(body);
    return;
  }
  outgoing.writeHead(response.status, { ...headers, 'content-length': body.length }).write(body);
  await linger(incoming);
  outgoing.end();
};

/**
 * HEAD is GET, answered without a body: Node leaves it out by itself, so that the headers are the same, the length too.
 * https://www.rfc-editor.org/rfc/rfc9110#section-9.3.2
 */
export const isGet = ({ method }: Pick<IncomingMessage, 'method'>): boolean => method === 'GET' || method === 'HEAD';

/** Small answers of this machine's own. */
export const sendJson = (outgoing: ServerResponse, status: number, value: unknown): void => {
  const body = `${JSON.stringify(value)}\n`;
  outgoing
    .writeHead(status, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    })
    .end(body);
};
