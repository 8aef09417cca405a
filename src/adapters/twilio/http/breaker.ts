/**
 * Keeps a dead side from being hammered. A side that has failed so often in a row, for more than one chat, is left
 * alone, but for a read every few seconds that finds out whether it is back: a write might be carried out unheard, and
 * then its chat would wait longer than its side was away. What Twilio cannot do for one chat only opens nothing: a
 * chat's own failures stay its own. It lives in one process's memory, so each process finds out for itself.
 */

import type { CalledSide } from '../../../contract.ts';
import { BREAKER_OPEN_MS, BREAKER_PROBE_MS, BREAKER_PROBING_MS } from '../../../core/model/times.ts';
import type { Clock } from '../../../core/ports/clock.ts';
import type { Journal } from '../../../core/ports/journal.ts';
import { type HttpAnswer, type HttpCall, type HttpRequest, NoAnswer } from './http.ts';
import { timeLeft } from './time-left.ts';

/** Failures in a row, of at least two chats. */
const FAILURES = 5;

/** Calls of different chats that find out whether the side is back: one chat's own failures prove nothing. */
const PROBES = 2;

export type BreakerDeps = {
  readonly clock: Pick<Clock, 'now'>;
  readonly journal: Journal;
  /** What is on the other end, as the journal names it. */
  readonly of: CalledSide;
};

/** Wraps the calls to one side; what several wrapped calls meet counts together. */
type Breaker = (http: HttpCall) => HttpCall;

/** Under way, or gone wrong: either way its chat, and its place among the probes, are taken until then. */
type Probe = { readonly begun: number; readonly until: number };

type State =
  | { readonly is: 'closed'; readonly failures: number; readonly chats: ReadonlySet<string> }
  | {
      readonly is: 'open';
      /** Milliseconds since 1970: all that was asked since then failed. */
      readonly since: number;
      /** No call is let through before this moment. */
      readonly until: number;
      readonly underWay: Map<string, Probe>;
      readonly failed: Map<string, Probe>;
    };

const healthy: State = { is: 'closed', failures: 0, chats: new Set() };

/** An answer of a server that could not; 429 and every other 4xx come from a side that lives. */
const meansDown = (status: number): boolean => status >= 500;

/** The chat that a call is about, by the first container in its address or, for webhooks, in its form. */
const chatOf = ({ url, body = '' }: HttpRequest): string => {
  const named = /\bCH[0-9a-f]{32}\b/;
  return named.exec(url)?.[0] ?? named.exec(body)?.[0] ?? new URL(url).pathname;
};

/** Nothing here waits longer than a breaker is open. */
const left = (until: number, now: number): number => timeLeft(until, now, BREAKER_OPEN_MS);

const forget = (probes: Map<string, Probe>, now: number): void => {
  for (const [chat, { until }] of probes) if (left(until, now) === 0) probes.delete(chat);
};

type Open = Extract<State, { is: 'open' }>;

const refusal = (ms: number, downMs: number): NoAnswer =>
  new NoAnswer('side is down', 'nothing', undefined, Math.max(1, Math.ceil(ms / 1000)), downMs);

/** @returns the probe that this call is. @throws NoAnswer when it may not be made. */
const admitProbe = ({ since, until, underWay, failed }: Open, chat: string, now: number): Probe => {
  const downMs = now - since;
  const wait = left(until, now);
  if (wait > 0) throw refusal(wait, downMs);
  // A process that was killed or frozen in its probe never says how it ended.
  forget(underWay, now);
  forget(failed, now);
  const before = failed.get(chat);
  if (before !== undefined) throw refusal(before.until - now, downMs);
  if (underWay.has(chat) || underWay.size + failed.size >= PROBES) throw refusal(BREAKER_PROBING_MS, downMs);
  const probe = { begun: now, until: now + BREAKER_PROBE_MS };
  underWay.set(chat, probe);
  return probe;
};

/** What is asked in place of a write: its address can be read, too. */
const readOf = ({ url, headers, timeoutMs }: HttpRequest): HttpRequest => {
  const { 'content-type': _, 'x-twilio-webhook-enabled': __, ...kept } = headers;
  return { method: 'GET', url, headers: kept, timeoutMs: Math.min(timeoutMs, BREAKER_PROBE_MS) };
};

/**
 * Make one for each side and process. While it is open, calls are refused at once with a {@link NoAnswer} of which
 * nothing was sent and which says when to ask again. Each opening and its end are told to the journal: step `breaker`,
 * reason `open` (again after each probe that fails) or `closed`.
 */
export const createBreaker = ({ clock, journal, of }: BreakerDeps): Breaker => {
  let state: State = healthy;
  const log = (reason: 'open' | 'closed'): void => journal({ step: 'breaker', type: of, reason, sids: [] });
  const open = (from: number, since = from): void => {
    state = { is: 'open', since, until: from + BREAKER_OPEN_MS, underWay: new Map(), failed: new Map() };
    log('open');
  };

  const wentWell = (): void => {
    if (state.is === 'open') log('closed');
    state = healthy;
  };

  const wentWrong = (chat: string, probe: Probe | undefined): void => {
    if (state.is === 'closed') {
      const failures = state.failures + 1;
      const chats = new Set([...state.chats, chat]);
      if (failures >= FAILURES && chats.size > 1) open(clock.now());
      else state = { is: 'closed', failures, chats };
      return;
    }
    // A call that began before the side was found dead, or whose place was given away, tells nothing new.
    if (probe === undefined || state.underWay.get(chat) !== probe) return;
    state.underWay.delete(chat);
    state.failed.set(chat, { ...probe, until: probe.begun + BREAKER_OPEN_MS });
    if (state.failed.size >= PROBES) open(probe.begun, state.since);
  };

  const call = async (http: HttpCall, request: HttpRequest, chat: string, probe: Probe | undefined) => {
    let answer: HttpAnswer;
    try {
      answer = await http(request);
    } catch (error) {
      if (error instanceof NoAnswer) wentWrong(chat, probe);
      throw error;
    }
    if (meansDown(answer.status)) wentWrong(chat, probe);
    else wentWell();
    return answer;
  };

  return (http) => async (request) => {
    const chat = chatOf(request);
    if (state.is === 'closed') return call(http, request, chat, undefined);
    const { since } = state;
    const probe = admitProbe(state, chat, clock.now());
    const isStillDown = (): NoAnswer => refusal(BREAKER_OPEN_MS, clock.now() - since);
    // Flex's own webhook has nothing to read: its posts find out, and the forwarder settles what became of them.
    if (of === 'default-webhook') return call(http, request, chat, probe);
    const read = readOf(request);
    if (request.method === 'GET') return call(http, read, chat, probe);
    const answer = await call(http, read, chat, probe).catch((error: unknown) => {
      // The read had no answer, and the write was not sent.
      throw error instanceof NoAnswer ? isStillDown() : error;
    });
    if (meansDown(answer.status)) throw isStillDown();
    // The account asks to be left alone, and the write was not sent: who asked for it, and all others, hear that.
    if (answer.status === 429) return answer;
    return call(http, request, chat, undefined);
  };
};
