/**
 * A clock that stands still until it is moved, for the simulator, the fuzzer and the tests. Nothing waits in real time.
 */

export type SimTime = {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly after: (ms: number, fn: () => void) => () => void;
  readonly sleep: (ms: number) => Promise<void>;
  /** Jumps from timer to timer up to this moment; before each jump, all that needs no time to pass gets its turn. */
  readonly runUntil: (moment: number) => Promise<void>;
  /** Moves on at once: timers that are due ring in order, promises get no turn between them. */
  readonly advance: (ms: number) => void;
};

type Timer = { readonly at: number; readonly order: number; readonly fn: () => void; live: boolean };

const before = (a: Timer, b: Timer): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

const push = (heap: Timer[], timer: Timer): void => {
  let i = heap.push(timer) - 1;
  while (i > 0) {
    const parent = (i - 1) >> 1;
    const [up, down] = [heap[parent], heap[i]];
    if (up === undefined || down === undefined || before(up, down)) return;
    heap[parent] = down;
    heap[i] = up;
    i = parent;
  }
};

const pop = (heap: Timer[]): Timer | undefined => {
  const top = heap[0];
  const last = heap.pop();
  if (top === undefined || last === undefined || heap.length === 0) return top;
  heap[0] = last;
  for (let i = 0; ; ) {
    const left = 2 * i + 1;
    const [l, r] = [heap[left], heap[left + 1]];
    if (l === undefined) return top;
    const child = r !== undefined && before(r, l) ? left + 1 : left;
    const [up, down] = [heap[i], heap[child]];
    if (up === undefined || down === undefined || before(up, down)) return top;
    heap[i] = down;
    heap[child] = up;
    i = child;
  }
};

/**
 * Between two moments only promises are waited for, and a tick comes when none of them can go on: it is quicker than a
 * turn of the machine. One of those is given every so many moments, for whoever uses real HTTP in the same process.
 */
const MOMENTS_PER_TURN = 16;
const promisesTurn = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve));
const machineTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export const createTime = (start = 1_790_000_000_000): SimTime => {
  const heap: Timer[] = [];
  let now = start;
  let order = 0;
  const after = (ms: number, fn: () => void) => {
    order += 1;
    const timer: Timer = { at: now + Math.max(0, ms), order, fn, live: true };
    push(heap, timer);
    return () => {
      timer.live = false;
    };
  };
  /** @returns whether a timer was due until then. */
  const ringNext = (moment: number): boolean => {
    const next = heap[0];
    if (next === undefined || next.at > moment) return false;
    pop(heap);
    if (next.live) {
      now = Math.max(now, next.at);
      next.fn();
    }
    return true;
  };
  return {
    now: () => now,
    after,
    sleep: (ms) =>
      new Promise((resolve) => {
        after(ms, resolve);
      }),
    runUntil: async (moment) => {
      let rung = 0;
      do await (rung++ % MOMENTS_PER_TURN === 0 ? machineTurn() : promisesTurn());
      while (ringNext(moment));
      now = Math.max(now, moment);
    },
    advance: (ms) => {
      const end = now + ms;
      while (ringNext(end));
      now = Math.max(now, end);
    },
  };
};
