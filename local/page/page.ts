/** The page and what it asks for. No build, nothing from anywhere else, and only for this machine. */
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { AGENTS } from '../../local-twilio/defaults.ts';
import type { LocalPage } from '../host.ts';
import { isGet, sendJson } from '../http-seam.ts';
import { NotAllowed } from '../local-twilio-at.ts';
import { readAct } from './act.ts';
import type { Demo } from './demo.ts';
import { nuisances } from './faults.ts';
import type { Feed } from './feed.ts';
import { whyRefused } from './guard.ts';
import { startLive, type Viewer } from './live.ts';

/** https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Content-Security-Policy */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const files = {
  '/': ['page.html', 'text/html'],
  '/page/page.css': ['page.css', 'text/css'],
  '/page/page.js': ['page.js', 'text/javascript'],
  '/page/part.js': ['part.js', 'text/javascript'],
  '/page/agents.js': ['agents.js', 'text/javascript'],
  '/page/chat-actions.js': ['chat-actions.js', 'text/javascript'],
  '/page/lines.js': ['lines.js', 'text/javascript'],
  '/page/event-log.js': ['event-log.js', 'text/javascript'],
  '/page/icon.svg': ['icon.svg', 'image/svg+xml'],
} as const;

const MOST_BODY = 64 * 1024;

const readText = async (incoming: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    size += chunk.length;
    if (size > MOST_BODY) throw new NotAllowed('the request is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};

/**
 * `demo` is undefined with accounts of the settings: then the page shows events only, and no message's text.
 * @throws when the page's files cannot be read
 */
export const createPage = async (deps: {
  readonly feed: Feed;
  readonly demo: Demo | undefined;
}): Promise<LocalPage> => {
  const { feed, demo } = deps;
  const served = new Map<string, { readonly type: string; readonly content: Buffer }>();
  for (const [path, [file, type]] of Object.entries(files))
    served.set(path, { type: `${type}; charset=utf-8`, content: await readFile(new URL(file, import.meta.url)) });
  const viewers = new Set<Viewer>();

  const act = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    try {
      const asked = readAct(await readText(incoming));
      if (asked === undefined || demo === undefined) throw new NotAllowed('no such action');
      sendJson(outgoing, 200, { channel: await demo.act(asked) });
      for (const viewer of viewers) viewer.lookNow();
    } catch (error) {
      const refused = error instanceof NotAllowed;
      sendJson(outgoing, refused ? 400 : 502, { error: refused ? error.message : 'the local Twilio does not answer' });
    }
  };

  const live = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    const channel = /[?&]chat=(CH[0-9a-f]{32})\b/.exec(incoming.url ?? '')?.[1];
    const viewer = startLive(outgoing, { feed, demo, channel });
    viewers.add(viewer);
    outgoing.on('close', () => viewers.delete(viewer));
  };

  const serve: LocalPage['serve'] = (incoming, outgoing) => {
    const why = whyRefused(incoming);
    if (why !== undefined) return sendJson(outgoing, 403, { error: why });
    const path = incoming.url?.replace(/\?.*$/s, '') ?? '';
    const file = served.get(path);
    if (incoming.method === 'POST' && path === '/page/act') return void act(incoming, outgoing);
    if (!isGet(incoming)) return sendJson(outgoing, 405, { error: 'GET only' });
    if (path === '/page/live') return live(incoming, outgoing);
    if (path === '/page/cast')
      return sendJson(outgoing, 200, {
        persons: demo !== undefined,
        agents: Object.values(AGENTS).map(({ name, email, frontlineWorkerSid }) => ({
          ...{ name, email },
          inFrontline: frontlineWorkerSid !== undefined,
        })),
        faults: nuisances.map(({ name, label }) => ({ name, label })),
      });
    if (file === undefined) return sendJson(outgoing, 404, { error: 'not found' });
    outgoing
      .writeHead(200, {
        'content-type': file.type,
        'content-length': file.content.length,
        'content-security-policy': policy,
        'cache-control': 'no-cache',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
      })
      .end(file.content);
  };
  return {
    serve,
    stop: () => {
      for (const viewer of viewers) viewer.end();
    },
  };
};
