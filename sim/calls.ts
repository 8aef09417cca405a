/** Every REST call of the bridge as it comes by on the wire: when, until when, where to. */
import { FRONTLINE } from '../local-twilio/defaults.ts';
import type { AccountName } from '../local-twilio/model.ts';
import type { Respond, TwilioRequest } from '../local-twilio/respond.ts';

/** A process of the bridge. */
export type Caller = {
  /** Its queue and group, whose messages are handled one after another; undefined when it has none. */
  readonly work: string | undefined;
  /** Milliseconds since 1970. */
  readonly begun: number;
  /** The queue does not wait for what it says: somebody else has the same message, or it may wake up when others do. */
  readonly unheeded: boolean;
  /**
   * No event but the sweep's or somebody else's request: one that fails is over, and asked for again within a minute.
   */
  readonly isJob: boolean;
  /** Whether it was killed: what it was told last, nobody knows. */
  readonly died: () => boolean;
};

export type Called = {
  readonly by: Caller | undefined;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** When it was answered, or given up; undefined while it is under way. */
  until: number | undefined;
  readonly method: string;
  readonly reads: boolean;
  /** The address without the names of whose it is. */
  readonly resource: string;
  readonly account: AccountName;
  /** Whether it goes to Flex's own webhook, and not to the account's API. */
  readonly toWebhook: boolean;
  /** The chat that it is about, by the container in its address. */
  readonly container: string | undefined;
  /** The chat whose line the call is in, if it brings something there: a copy, or a message on its way to a phone. */
  readonly line: string | undefined;
  /** The message that it tells Flex's own webhook of. */
  readonly tellsOf: string | undefined;
  /** 429 asked to wait until then. */
  notBefore: number | undefined;
  /** Of its answer; undefined without one. */
  status: number | undefined;
};

export type Calls = {
  readonly tap: (respond: Respond, now: () => number, by?: Caller) => Respond;
  /** In the order in which they began. */
  readonly made: () => readonly Called[];
  readonly forget: () => void;
};

const WEBHOOKS = 'webhooks.twilio.com';

const containerIn = (text: string): string | undefined => /\bCH[0-9a-f]{32}\b/.exec(text)?.[0];

const messageIn = (body: string): string | undefined => new URLSearchParams(body).get('MessageSid') ?? undefined;

const lineOf = ({ method, host, path, body }: TwilioRequest): string | undefined => {
  if (host === WEBHOOKS) return `${containerIn(body)} to the phone`;
  if (method !== 'POST' || !path.endsWith('/Messages')) return undefined;
  // An agent may be told of several things at once: each is told by itself, whoever noticed it.
  const notice = /notice(?:#|%23)system(?:#|%23)([\w-]+)/.exec(body)?.[1];
  if (notice !== undefined) return `${containerIn(path)} of the notice ${notice}`;
  // What was said in a stray conversation is brought in its own order, beside the lane's copies.
  return body.includes('bridgeStray') ? `${containerIn(path)} of what went astray` : containerIn(path);
};

const accountOf = ({ host, path }: TwilioRequest): AccountName =>
  /^(conversations|frontline-api)\./.test(host) || path.includes(FRONTLINE.workspaceSid) ? 'frontline' : 'flex';

export const createCalls = (): Calls => {
  const made: Called[] = [];
  return {
    tap: (respond, now, by) => async (request) => {
      const one: Called = {
        by,
        at: now(),
        until: undefined,
        method: request.method,
        reads: request.method === 'GET',
        resource: request.path.replace(/\/v\d\/|[A-Z]{2}[0-9a-f]{32}/g, '*'),
        toWebhook: request.host === WEBHOOKS,
        account: accountOf(request),
        container: containerIn(request.path),
        line: lineOf(request),
        tellsOf: request.host === WEBHOOKS ? messageIn(request.body) : undefined,
        notBefore: undefined,
        status: undefined,
      };
      made.push(one);
      const ends = () => {
        one.until ??= now();
      };
      request.gaveUp?.addEventListener('abort', ends, { once: true });
      const answer = await respond(request);
      ends();
      if (answer === 'destroyed') return answer;
      one.status = answer.status;
      if (answer.status === 429) one.notBefore = now() + Number(answer.headers['retry-after'] ?? 0) * 1_000;
      return answer;
    },
    made: () => made,
    forget: () => {
      made.length = 0;
    },
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

const groups = (
  calls: readonly Called[],
  nameOf: (call: Called) => string | undefined,
): ReadonlyMap<string, readonly Called[]> => {
  const found = new Map<string, Called[]>();
  for (const call of calls) {
    const name = nameOf(call);
    if (name === undefined) continue;
    const those = found.get(name) ?? [];
    those.push(call);
    found.set(name, those);
  }
  return found;
};

export const byContainer = (calls: readonly Called[]) => groups(calls, ({ container }) => container);
export const byLine = (calls: readonly Called[]) => groups(calls, ({ line }) => line);
