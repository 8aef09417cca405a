/** A REST call after routing, and the answers to it. */
import type { ApiName, Way } from '../chat/dialect.ts';
import type { Account } from '../model.ts';
import { problems } from '../problem.ts';
import type { TwilioWorld } from '../world.ts';

export type Call = {
  readonly world: TwilioWorld;
  readonly account: Account;
  /** What the path's placeholders hold. */
  readonly at: Readonly<Record<string, string>>;
  readonly path: string;
  /** What every URL in the answer begins with. */
  readonly base: string;
  readonly query: URLSearchParams;
  readonly form: URLSearchParams;
  readonly headers: Readonly<Record<string, string | undefined>>;
};

export type RestAnswer = {
  readonly status: number;
  readonly body?: Readonly<Record<string, unknown>> | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
};

export type RestRoute = {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** As in the published specification of the host. */
  readonly pattern: string;
  /** What it is counted as, with its method. */
  readonly name: string;
  readonly answer: (call: Call) => RestAnswer;
};

export const ok = (
  body: Readonly<Record<string, unknown>>,
  headers?: Readonly<Record<string, string>>,
): RestAnswer => ({
  status: 200,
  body,
  headers,
});
export const created = (
  body: Readonly<Record<string, unknown>>,
  headers?: Readonly<Record<string, string>>,
): RestAnswer => ({ status: 201, body, headers });
export const gone: RestAnswer = { status: 204 };

/** @throws TwilioProblem 20404 when it is not there */
export const found = <T>(call: Call, thing: T | undefined): T => {
  if (thing === undefined) throw problems.notFound(call.path);
  return thing;
};

/** A form field; undefined when it was not sent. */
export const field = (call: Call, name: string): string | undefined => call.form.get(name) ?? undefined;

export const dateField = (call: Call, name: string): number | undefined => {
  const text = field(call, name);
  if (text === undefined) return undefined;
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw problems.invalid(name);
  return at;
};

export const integerField = (call: Call, name: string): number | undefined => {
  const text = field(call, name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isInteger(value)) throw problems.invalid(name);
  return value;
};

/** Who calls is a program; the webhooks hear of it only when it asks for that. */
export const restWay = (call: Call, dialect: ApiName): Way => ({
  by: { source: 'API' },
  announce: call.headers['x-twilio-webhook-enabled'] === 'true',
  dialect,
});

/** A date as REST answers spell it. */
export const date = (call: Call, at: number | undefined): string | null => {
  if (at === undefined) return null;
  const text = new Date(at).toISOString();
  return call.world.switches.restDates === 'seconds' ? `${text.slice(0, 19)}Z` : text;
};
