/**
 * The address that the local Twilio calls and signs for. The emulator knows its APIs by names like
 * `ID.execute-api.localhost`, which no resolver has to know: the doorway passes requests on with that name as Host.
 */
import { createServer, request } from 'node:http';

export type Doorway = {
  /** What PUBLIC_BASE_URL says; known before there is an API. */
  readonly url: string;
  /** From now on requests go to this address, at 127.0.0.1. */
  readonly leadTo: (apiUrl: string) => void;
  readonly stop: () => Promise<void>;
};

export const openDoorway = async (): Promise<Doorway> => {
  let target: URL | undefined;
  const server = createServer((incoming, outgoing) => {
    if (target === undefined) return void outgoing.writeHead(502).end();
    const { method, url, headers } = incoming;
    const to = { host: '127.0.0.1', port: target.port, method, path: url, headers: { ...headers, host: target.host } };
    const onward = request(to, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    leadTo: (apiUrl) => {
      target = new URL(apiUrl);
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
