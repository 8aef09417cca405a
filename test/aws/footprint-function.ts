/** One function's bundle in a process of its own, as Lambda runs it: invoked by messages, measured from within. */
import { appendFileSync } from 'node:fs';

export type Invocation = { readonly event: unknown; readonly remainingMs: number };
export type Invoked = {
  readonly answer: unknown;
  readonly ms: number;
  readonly cpuMs: number;
  /** Megabytes. `rss` is the process's highest ever, the heap's that of this invocation. */
  readonly rss: number;
  readonly heap: number;
};

const MB = 1024 * 1024;
const SAMPLE_MS = 10;

const [bundle = '', cpuGroup = ''] = process.argv.slice(2);
const { handler } = await import(bundle);
const startMs = process.cpuUsage();
// Lambda gives a starting function more than its share, so the share counts from here.
if (cpuGroup !== '') appendFileSync(`${cpuGroup}/cgroup.procs`, `${process.pid}\n`);
const send = (message: unknown): void => {
  process.send?.(message);
};

process.on('message', async ({ event, remainingMs }: Invocation) => {
  let heap = 0;
  const look = () => {
    heap = Math.max(heap, process.memoryUsage().heapUsed);
  };
  const timer = setInterval(look, SAMPLE_MS);
  const before = process.cpuUsage();
  const began = performance.now();
  const context = { getRemainingTimeInMillis: () => remainingMs - (performance.now() - began) };
  const answer = await handler(event, context);
  const ms = performance.now() - began;
  const { user, system } = process.cpuUsage(before);
  clearInterval(timer);
  look();
  const cpuMs = (user + system) / 1000;
  send({ answer, ms, cpuMs, rss: process.resourceUsage().maxRSS / 1024, heap: heap / MB } satisfies Invoked);
});
process.on('disconnect', () => process.exit(0));
send({ cpuMs: (startMs.user + startMs.system) / 1000, rss: process.resourceUsage().maxRSS / 1024 });
