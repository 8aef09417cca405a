/** What one open page is told, as it happens: https://html.spec.whatwg.org/multipage/server-sent-events.html */
import type { ServerResponse } from 'node:http';
import type { Demo } from './demo.ts';
import type { Feed, FeedEntry } from './feed.ts';

/** Entries of so many milliseconds go out together, and the chats are looked at once for them. */
const TOGETHER_MS = 60;
/** What happens without an entry of the journal is seen after so long. */
const LOOK_AGAIN_MS = 1000;
/** A page that does not read any more is given up. */
const MOST_UNREAD = 4 * 1024 * 1024;

export type Viewer = { readonly lookNow: () => void; readonly end: () => void };

/** @param demo - undefined: events only, and no text that people wrote. */
export const startLive = (
  outgoing: ServerResponse,
  {
    feed,
    demo,
    channel,
  }: { readonly feed: Feed; readonly demo: Demo | undefined; readonly channel: string | undefined },
): Viewer => {
  outgoing.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  // What asks by HEAD wants to know whether it is there, and waits for an end.
  if (outgoing.req.method === 'HEAD') {
    outgoing.end();
    return { lookNow: () => {}, end: () => {} };
  }
  const tell = (event: string, value: unknown): void => {
    if (outgoing.writableLength > MOST_UNREAD) outgoing.destroy();
    else outgoing.write(`event: ${event}\ndata: ${JSON.stringify(value)}\n\n`);
  };

  const waiting: FeedEntry[] = [...feed.recent()];
  let last = '';
  let looking = false;
  let ended = false;
  let timer: NodeJS.Timeout | undefined;

  const look = async (): Promise<void> => {
    if (waiting.length > 0) tell('entries', waiting.splice(0));
    if (demo !== undefined) {
      const scene = await demo.scene(channel);
      const text = JSON.stringify(scene);
      if (text !== last) tell('scene', scene);
      last = text;
    }
  };
  const lookIn = (ms: number): void => {
    clearTimeout(timer);
    timer = setTimeout(run, ms);
  };
  const run = (): void => {
    if (looking) return;
    looking = true;
    look()
      .catch(() => tell('trouble', 'The local Twilio does not answer.'))
      .finally(() => {
        looking = false;
        if (!ended) lookIn(waiting.length > 0 ? TOGETHER_MS : LOOK_AGAIN_MS);
      });
  };
  const soon = (): void => {
    if (!looking) lookIn(TOGETHER_MS);
  };
  const endListening = feed.listen((told) => {
    if (waiting.length === 0) soon();
    waiting.push(told);
  });
  const end = (): void => {
    if (ended) return;
    ended = true;
    clearTimeout(timer);
    endListening();
    outgoing.end();
  };
  outgoing.on('close', end);
  run();
  return { lookNow: () => lookIn(0), end };
};
