import { problems } from '../problem.ts';
import type { Call } from './call.ts';

type Versioned = { readonly version: number };

/** The version, as the header that an If-Match of a later call names. */
export const etag = (thing: Versioned): Readonly<Record<string, string>> => ({ ETag: `"${thing.version}"` });

/** @throws TwilioProblem 412 when the caller names another version; without If-Match anything goes */
export const mustMatch = (call: Call, thing: Versioned): void => {
  const wanted = call.headers['if-match'];
  if (wanted !== undefined && wanted !== '*' && wanted.replaceAll('"', '') !== String(thing.version))
    throw problems.outdated();
};
