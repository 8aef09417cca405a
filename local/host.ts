/** One machine: Node's HTTP server, a bridge on a SQLite file, and a clean end. */
import { randomUUID } from 'node:crypto';
import type { RequestListener, ServerResponse } from 'node:http';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sqliteDeployment } from '../src/adapters/sqlite/deployment.ts';
import { forgetEverything } from '../src/adapters/sqlite/forget.ts';
import { lapseIntents } from '../src/adapters/sqlite/lapse.ts';
import { openDatabase } from '../src/adapters/sqlite/open.ts';
import { createSqliteQueue } from '../src/adapters/sqlite/queue.ts';
import { createSqliteStore } from '../src/adapters/sqlite/store.ts';
import { LARGEST_CALLBACK_BYTES } from '../src/adapters/twilio/callback-accounts.ts';
import { createHttp } from '../src/adapters/twilio/http/http.ts';
import type { Journal } from '../src/core/ports/journal.ts';
import type { Store } from '../src/core/ports/store.ts';
import { firstStart } from '../src/core/state/first-start.ts';
import { pathReadings } from '../src/edge/request.ts';
import type { Secrets } from '../src/runtime/secrets.ts';
import type { Settings } from '../src/runtime/settings.ts';
import { systemClock } from '../src/runtime/system-clock.ts';
import type { TemplateCategory } from '../src/templates.ts';
import { startBridge } from './bridge.ts';
import { isGet, requestOf, sendJson, sendResponse } from './http-seam.ts';
import { listen } from './listener.ts';
import { madeFolder } from './made-folder.ts';
import { openOperatorSocket, socketPath } from './operator-socket.ts';
import { keptStampKey } from './stamp-key.ts';

/** What is under way gets so long to end by itself when the host stops, and then so long to be cut off. */
const FINISH_MS = 10_000;
const CUT_OFF_MS = 2_000;

/** Calls at once: as many as the workers of all queues make, so that none waits for a socket while its lease runs. */
const SOCKETS = 600;

export type HostOptions = {
  /** Without `publicBaseUrl` it is http://localhost and the port. */
  readonly settings: Settings;
  readonly accounts: Pick<Secrets, 'flex' | 'frontline'>;
  /** Made at the first start and kept in the file unless given. */
  readonly stampKey?: string | undefined;
  /** Created with its folder when it is not there. This process's alone. */
  readonly dataFile: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** 127.0.0.1 unless given. */
  readonly address?: string | undefined;
  readonly sweepMs: number;
  /** None unless given. */
  readonly templates?: readonly TemplateCategory[] | undefined;
  readonly journal: Journal;
  /** Empties the file first: for accounts that are made anew at each start. */
  readonly forget?: boolean | undefined;
  /** What stands between the bridge and its file, to count or to delay. */
  readonly around?: ((store: Store) => Store) | undefined;
};

export type Host = {
  readonly port: number;
  readonly publicBaseUrl: string;
  /** How many intents and forwards of a former process were found under way. */
  readonly lapsed: number;
  /** Serves `/` and `/page/...` too, until it stops. */
  readonly alsoServe: (page: LocalPage) => void;
  /** Takes nothing new, finishes what is under way (at most 12 s), closes the file. */
  readonly stop: () => Promise<void>;
};

/** @throws when the port or the file is in use; nothing is left open then. */
export const startHost = async (options: HostOptions): Promise<Host> => {
  const clock = systemClock;
  await madeFolder(dirname(options.dataFile)).catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`no folder can be made for the data file ${options.dataFile}: ${why}`, { cause });
  });
  const database = await openDatabase(options.dataFile, { clock });
  if (options.forget) await forgetEverything(database);
  const lapsed = await lapseIntents(database, { clock, settleMs: options.settings.settleMs });
  const kept = createSqliteStore(database);
  const store = options.around?.(kept) ?? kept;
  const queues = await createSqliteQueue(database, { clock });
  // Before anything is heard: whoever begins a chat from now on has not begun it before the first start.
  await firstStart({ store: kept, clock, nonce: randomUUID });
  const stampKey = options.stampKey ?? (await keptStampKey(kept));
  const socket = await openOperatorSocket({
    path: socketPath(options.dataFile),
    deployment: sqliteDeployment({ database, store, queues }),
  }).catch(async (error: unknown) => {
    await database.close();
    throw error;
  });
  // From here to the request listener nothing is awaited: no request comes in between.
  const listener = await listen(options.port, options.address ?? '127.0.0.1').catch(async (error: unknown) => {
    await socket.close();
    await database.close();
    throw error;
  });
  const http = createHttp(clock, { maxSockets: SOCKETS });
  const crmHttp = createHttp(clock, { maxAnswerBytes: LARGEST_CALLBACK_BYTES });
  const publicBaseUrl = options.settings.publicBaseUrl ?? `http://localhost:${listener.port}`;
  const bridge = startBridge({
    config: { ...options.settings, publicBaseUrl },
    secrets: { ...options.accounts, stampKey },
    ...{ database, store, queues, clock, http: http.call, crmHttp: crmHttp.call },
    templates: options.templates ?? [],
    journal: options.journal,
    sweepMs: options.sweepMs,
  });

  const health = async (outgoing: ServerResponse): Promise<void> => {
    try {
      sendJson(outgoing, 200, { ok: true, queues: await queues.counts() });
    } catch {
      sendJson(outgoing, 503, { ok: false });
    }
  };
  const isHealth = (path: string): boolean =>
    pathReadings(path, publicBaseUrl).some(({ route }) => route === '/healthz');
  let page: LocalPage | undefined;
  listener.onRequest((incoming, outgoing) => {
    const path = incoming.url?.replace(/\?.*$/s, '') ?? '';
    if (isHealth(path) && isGet(incoming)) void health(outgoing);
    else if (page !== undefined && isPagePath(path)) page.serve(incoming, outgoing);
    else void passOn(bridge.webhook, options.journal, incoming, outgoing);
  });

  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    page?.stop();
    const ended = bridge.stop();
    await Promise.all([listener.finish(FINISH_MS), Promise.race([ended, sleep(FINISH_MS, undefined, { ref: false })])]);
    await listener.close();
    // Calls still under way are cut off, and what became of them is looked up after the next start.
    http.close();
    crmHttp.close();
    await Promise.race([ended, sleep(CUT_OFF_MS, undefined, { ref: false })]);
    await socket.close();
    await database.close();
  };
  return {
    port: listener.port,
    publicBaseUrl,
    lapsed,
    alsoServe: (shown) => {
      page = shown;
    },
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
};

/** `stop` ends the answers that would go on for ever. */
export type LocalPage = { readonly serve: RequestListener; readonly stop: () => void };

const isPagePath = (path: string): boolean => path === '/' || path.startsWith('/page/');

const passOn = async (
  webhook: (request: Request) => Promise<Response>,
  journal: Journal,
  ...[incoming, outgoing]: Parameters<RequestListener>
): Promise<void> => {
  const request = requestOf(incoming);
  if (request === undefined) {
    outgoing.writeHead(400, { connection: 'close' }).end();
    journal({ step: 'refused', type: 'webhook', reason: 'unreadable_request', sids: [] });
    return;
  }
  await sendResponse(await webhook(request), incoming, outgoing);
  if (request.body?.locked === false) await request.body.cancel();
};
