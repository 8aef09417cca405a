import type { Form } from '../adapters/twilio/webhook/form.ts';

/** Path and query exactly as in the request, for they are signed; a fragment is not. */
export const targetOf = (url: string): { readonly path: string; readonly query: string } => {
  const target = url.slice(new URL(url).origin.length).replace(/#.*$/s, '');
  const mark = target.indexOf('?');
  return mark < 0 ? { path: target, query: '' } : { path: target.slice(0, mark), query: target.slice(mark) };
};

/** One way to read a path: what it is below the public address, and the route that this names. */
export type PathReading = { readonly below: string; readonly route: string };

/**
 * A proxy in front of a public address with a path may keep that path or take it off: both readings, as it is first. A
 * slash at the end of a route is the route; it stays in `below`, for Twilio signs the address as it called it.
 */
export const pathReadings = (path: string, publicBaseUrl: string): readonly PathReading[] => {
  const base = new URL(publicBaseUrl).pathname.replace(/\/$/, '');
  const kept = base !== '' && path.startsWith(`${base}/`);
  return [path, ...(kept ? [path.slice(base.length)] : [])].map((below) => ({
    below,
    route: below.replace(/(?<=.)\/$/, ''),
  }));
};

/** https://url.spec.whatwg.org/#application/x-www-form-urlencoded; a charset, if it names one, must be UTF-8. */
export const isForm = (contentType: string): boolean =>
  /^application\/x-www-form-urlencoded\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?;?$/i.test(contentType.trim());

/** The SIDs that a request names, for the journal. A value that is no SID may be personal: it is left out. */
export const sidsIn = (form: Form): readonly string[] =>
  ['ChannelSid', 'ConversationSid', 'MessageSid', 'TaskSid', 'ReservationSid', 'WorkerSid']
    .map((name) => form.get(name)?.[0] ?? '')
    .filter((value) => /^[A-Z]{2}[0-9a-f]{32}$/.test(value));

/** An event's type, for the journal; undefined when it is no word, for then it may be personal. */
export const nameIn = (eventType: string): string | undefined =>
  /^[A-Za-z.-]{1,64}$/.test(eventType) ? eventType : undefined;
