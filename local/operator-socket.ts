/**
 * The operator's way into a bridge that runs on this machine. Its file is the running process's alone, so the commands
 * ask that process: JSON over HTTP on a socket beside the file, for the file's owner only.
 */

import { once } from 'node:events';
import { chmod, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { relative, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import type { DeploymentAccess } from '../src/core/operate/operator.ts';
import { sendJson } from './http-seam.ts';

/** Beside the data file: `data/bridge.sqlite` has `data/bridge.sock`. */
export const socketPath = (dataFile: string): string => `${dataFile.replace(/\.sqlite$/, '')}.sock`;

/** Bytes. Linux takes 107, macOS 103: https://man7.org/linux/man-pages/man7/unix.7.html */
const LONGEST = 103;

const isWindows = process.platform === 'win32';

/**
 * As the system takes it: the shorter of both ways to say it; on Windows the pipe of that name
 * (https://nodejs.org/api/net.html#identifying-paths-for-ipc-connections).
 * @throws Error when even that is too long.
 */
export const socketAddress = (path: string): string => {
  if (isWindows) return `\\\\?\\pipe\\${resolve(path)}`;
  const ways = [resolve(path), relative(process.cwd(), path)].sort((a, b) => a.length - b.length);
  const shorter = ways[0] ?? path;
  if (Buffer.byteLength(shorter) > LONGEST)
    throw new Error(`${path} is too long a path for a socket (at most ${LONGEST} bytes): put the data file elsewhere`);
  return shorter;
};

/** What may be asked for, by name; each takes and gives JSON. */
export const operatorCalls = (deployment: DeploymentAccess) =>
  ({
    get: deployment.store.get,
    write: deployment.store.write,
    list: deployment.store.list,
    listKeys: deployment.store.listKeys,
    listUnder: deployment.store.listUnder,
    send: deployment.queues.send,
    counts: deployment.counts,
    deadLetters: deployment.deadLetters,
    removeDead: deployment.removeDead,
    leaveDead: deployment.leaveDead,
  }) as const;

export type OperatorCall = keyof ReturnType<typeof operatorCalls>;
type Any = (...given: readonly unknown[]) => Promise<unknown>;

export type OperatorSocket = { readonly close: () => Promise<void> };

/**
 * @param at.path - a socket that is left there by a process that was killed is replaced: the process that holds the
 * data file is alone. @throws when the path is too long, or nothing can be made there.
 */
export const openOperatorSocket = async (at: {
  readonly path: string;
  readonly deployment: DeploymentAccess;
}): Promise<OperatorSocket> => {
  const address = socketAddress(at.path);
  const named = new Map<string, Any>(Object.entries(operatorCalls(at.deployment)) as [string, Any][]);
  const answer = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const ask = named.get(incoming.url?.slice(1) ?? '');
    if (ask === undefined || incoming.method !== 'POST') {
      sendJson(outgoing, 404, { error: 'no such question' });
      return;
    }
    try {
      const given: unknown = JSON.parse(await text(incoming));
      sendJson(outgoing, 200, { value: await ask(...(Array.isArray(given) ? given : [])) });
    } catch (error) {
      sendJson(outgoing, 500, { error: error instanceof Error ? error.message : 'failed' });
    }
  };
  const server = createServer((incoming, outgoing) => void answer(incoming, outgoing));
  if (!isWindows) await rm(address, { force: true });
  // Closed to other users from its first moment on, not only once its mode is set.
  const mask = process.umask(0o177);
  server.listen(address);
  process.umask(mask);
  await once(server, 'listening');
  if (!isWindows) await chmod(address, 0o600);
  return {
    close: async () => {
      const closed = new Promise((resolved) => server.close(resolved));
      server.closeAllConnections();
      await closed;
    },
  };
};
