import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import webhooks from 'twilio/lib/webhooks/webhooks.js';

export type Received = {
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Whether the official validator accepts it with that token. */
  readonly signedWith: (token: string) => boolean;
};

export type Receiver = {
  readonly url: string;
  readonly received: Received[];
  readonly of: (eventType: string) => readonly Received[];
  readonly stop: () => Promise<void>;
};

/** Takes webhooks, answers 204, remembers them. */
export const startReceiver = async (): Promise<Receiver> => {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const params = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()));
      const path = request.url ?? '';
      const signature = request.headers['x-twilio-signature']?.toString() ?? '';
      received.push({
        path,
        params,
        headers: request.headers,
        signedWith: (token) => webhooks.validateRequest(token, signature, `${url}${path}`, params),
      });
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    received,
    of: (eventType) => received.filter(({ params }) => params.EventType === eventType),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
