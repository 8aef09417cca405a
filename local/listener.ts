/** One HTTP server of this machine: it waits for no client for long, and ends without cutting one off. */
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A sender gets so long for its headers and, again, for the whole request. */
const SLOWEST_MS = 10_000;

/**
 * Connections that wait while this process is busy; the system may allow fewer. Those above Node's own 511 were thrown
 * away, and the client heard nothing for a second or more.
 */
const WAITING = 4096;

export type Listener = {
  readonly port: number;
  readonly onRequest: (listener: RequestListener) => void;
  /** Takes no more connections. Resolves when the answers under way have gone, or after so many milliseconds. */
  readonly finish: (atMostMs: number) => Promise<void>;
  /** Cuts off the connections that are still open. */
  readonly close: () => Promise<void>;
};

/**
 * @param port - 0 for any that is free.
 * @throws when the port is in use or may not be listened on; the error's `code` says which.
 */
export const listen = async (port: number, address: string): Promise<Listener> => {
  const server = createServer({
    headersTimeout: SLOWEST_MS,
    requestTimeout: SLOWEST_MS,
    connectionsCheckingInterval: 1000,
    keepAliveTimeout: 60_000,
  });
  server.listen(port, address, WAITING);
  await once(server, 'listening');

  let answering = 0;
  let finishing: (() => void) | undefined;
  let closed: Promise<unknown> | undefined;
  return {
    port: (server.address() as AddressInfo).port,
    onRequest: (listener) => {
      server.on('request', (incoming, outgoing) => {
        answering += 1;
        outgoing.once('close', () => {
          answering -= 1;
          if (answering === 0) finishing?.();
        });
        if (finishing !== undefined) outgoing.setHeader('connection', 'close');
        listener(incoming, outgoing);
      });
    },
    finish: async (atMostMs) => {
      closed ??= new Promise((resolve) => server.close(resolve));
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, atMostMs);
        finishing = () => {
          clearTimeout(timer);
          resolve();
        };
        if (answering === 0) finishing();
      });
    },
    close: async () => {
      closed ??= new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
};
