/** Every REST call of the bridge as it comes by on the wire: when, until when, where to. */
import type { AccountName } from '../local/twilio/model.ts';
import type { Respond } from '../local/twilio/respond.ts';

export type Called = {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** When it was answered, or given up; undefined while it is under way. */
  until: number | undefined;
  readonly reads: boolean;
  /** The address without the names of whose it is. */
  readonly resource: string;
  readonly account: AccountName;
  /** The chat that it is about, by the container in its address. */
  readonly container: string | undefined;
};

export type Calls = {
  readonly tap: (respond: Respond, now: () => number) => Respond;
  /** In the order in which they began. */
  readonly made: () => readonly Called[];
};

export const createCalls = (): Calls => {
  const made: Called[] = [];
  return {
    tap: (respond, now) => async (request) => {
      const one: Called = {
        at: now(),
        until: undefined,
        reads: request.method === 'GET',
        resource: request.path.replace(/\/v\d\/|[A-Z]{2}[0-9a-f]{32}/g, '*'),
        account: request.host.startsWith('conversations.') ? 'frontline' : 'flex',
        container: /\bCH[0-9a-f]{32}\b/.exec(request.path)?.[0],
      };
      made.push(one);
      const ends = () => {
        one.until ??= now();
      };
      request.gaveUp?.addEventListener('abort', ends, { once: true });
      const answer = await respond(request);
      ends();
      return answer;
    },
    made: () => made,
  };
};

/** The most that began within any one second. */
export const busiestSecond = (calls: readonly Called[]): readonly Called[] => {
  let most: readonly [number, number] = [0, 0];
  let first = 0;
  for (const [n, { at }] of calls.entries()) {
    while ((calls[first]?.at ?? at) <= at - 1_000) first += 1;
    if (n + 1 - first > most[1] - most[0]) most = [first, n + 1];
  }
  return calls.slice(...most);
};

/** The most that were under way at one moment. */
export const mostAtOnce = (calls: readonly Called[]): number => {
  const edges = calls.flatMap(({ at, until }) => [
    { at, by: 1 },
    { at: until ?? Number.POSITIVE_INFINITY, by: -1 },
  ]);
  // One that ends when another begins is not beside it.
  edges.sort((a, b) => a.at - b.at || a.by - b.by);
  let now = 0;
  let most = 0;
  for (const { by } of edges) {
    now += by;
    most = Math.max(most, now);
  }
  return most;
};

export const byContainer = (calls: readonly Called[]): ReadonlyMap<string, readonly Called[]> => {
  const found = new Map<string, Called[]>();
  for (const call of calls) {
    if (call.container === undefined) continue;
    const those = found.get(call.container) ?? [];
    those.push(call);
    found.set(call.container, those);
  }
  return found;
};
