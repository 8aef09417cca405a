/** `/_local/...`: the persons, the faults and the reads, in JSON, for the page and for scripts in other processes. */
import { FAULTS, type Fault } from './faults.ts';
import type { AccountName } from './model.ts';
import type { TwilioRequest, TwilioResponse } from './respond.ts';
import type { LocalTwilio } from './twilio.ts';

const json = (status: number, body: unknown): TwilioResponse => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: JSON.stringify(body ?? {}),
});

const side = (text: string | undefined): AccountName => {
  if (text === 'flex' || text === 'frontline') return text;
  throw new Error('the side is flex or frontline');
};

const actors = ['customer', 'flexAgent', 'frontlineAgent'] as const;

/** POST /_local/customer/writes ["CH…", "hello"]: the same names and arguments as in this process. */
const act = (twilio: LocalTwilio, actor: string | undefined, verb: string | undefined, body: string): unknown => {
  const name = actors.find((one) => one === actor);
  const methods = name === undefined ? {} : twilio[name];
  const method: unknown = verb !== undefined && Object.hasOwn(methods, verb) ? Reflect.get(methods, verb) : undefined;
  if (typeof method !== 'function') throw new Error(`nobody can ${actor}/${verb}`);
  const said: unknown = body === '' ? [] : JSON.parse(body);
  if (!Array.isArray(said)) throw new Error('the body is a list of arguments');
  return method(...said);
};

const look = (twilio: LocalTwilio, parts: readonly string[]): unknown => {
  const [what, first, second = ''] = parts;
  switch (what) {
    case 'containers':
      return twilio.reads.containers(side(first));
    case 'container':
      return twilio.reads.container(side(first), second);
    case 'transcript':
      return twilio.reads.transcript(side(first), second);
    case 'tasks':
      return twilio.reads.tasks(side(first));
    case 'workers':
      return twilio.reads.workers(side(first));
    case 'counts':
      return { calls: twilio.counts.read(), total: twilio.counts.total(), faults: twilio.faults.counts() };
    case 'faults':
      return twilio.faults.rules();
    case 'switches':
      return twilio.switches;
    case 'webhooks':
      return { underway: twilio.webhooks.underway() };
    default:
      throw new Error(`nothing to read at ${what}`);
  }
};

/** A bridge's own address, without what each webhook adds to it. */
const addressIn = (body: string): string => {
  const { url }: { readonly url?: unknown } = JSON.parse(body);
  if (typeof url === 'string' && /^https?:\/\/[^?#\s]*[^/?#\s]$/.test(url)) return url;
  throw new Error('the url is http(s)://HOST[/PATH] without a slash at its end');
};

/** What each fault needs besides is the caller's to give (docs/local-twilio.md). */
const addFault = (twilio: LocalTwilio, body: string): void => {
  const fault: Fault = JSON.parse(body);
  if (!FAULTS.includes(fault.fault) || typeof fault.p !== 'number') throw new Error(`no such fault: ${fault.fault}`);
  twilio.faults.add(fault);
};

const setSwitches = (twilio: LocalTwilio, body: string): unknown => {
  const wanted: Readonly<Record<string, unknown>> = JSON.parse(body);
  const unknown = Object.keys(wanted).filter((name) => !Object.hasOwn(twilio.switches, name));
  if (unknown.length > 0) throw new Error(`no such switch: ${unknown.join(', ')}`);
  const given = Object.entries(wanted).map(([name, value]) => [name, value ?? undefined] as const);
  return Object.assign(twilio.switches, Object.fromEntries(given));
};

const change = (twilio: LocalTwilio, parts: readonly string[], body: string): unknown => {
  const [what, verb] = parts;
  switch (what) {
    case 'faults':
      return addFault(twilio, body);
    case 'switches':
      return setSwitches(twilio, body);
    case 'connect':
      return twilio.connectBridge(addressIn(body));
    case 'close-by-timer':
      return twilio.closeByTimer(String(JSON.parse(body).conversationSid));
    default:
      return act(twilio, what, verb, body);
  }
};

const clear = (twilio: LocalTwilio, what: string | undefined): unknown => {
  if (what === 'faults') return twilio.faults.clear();
  if (what === 'counts') {
    twilio.counts.reset();
    return twilio.faults.resetCounts();
  }
  throw new Error(`nothing to clear at ${what}`);
};

/** What a caller got wrong is answered with 400 and the reason. */
export const answerControl = (twilio: LocalTwilio, request: TwilioRequest): TwilioResponse => {
  const parts = request.path.split('/').slice(1).map(decodeURIComponent);
  try {
    if (request.method === 'GET') return json(200, look(twilio, parts));
    if (request.method === 'DELETE') return json(200, clear(twilio, parts[0]));
    return json(200, change(twilio, parts, request.body));
  } catch (error) {
    return json(400, { error: error instanceof Error ? error.message : String(error) });
  }
};
