/** What the sender of a mutant says, and knows of it. */

import type { RequestDraft, Token } from './draft.ts';
import { type FormValues, said, signatureOf, written } from './form.ts';
import { config, KEPT, secrets } from './settings.ts';

/** What the sender knows of his own request. */
export type MutantRequest = {
  readonly method: string;
  /** Path and query, as they are sent. */
  readonly target: string;
  /** What the path names: without what a proxy kept, or a slash at its end. */
  readonly route: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
  /** undefined when it is no form in UTF-8. */
  readonly form: FormValues | undefined;
  /** Whether a token that counts on this route signed just this. */
  readonly proven: boolean;
};

const TOKENS: Readonly<Record<Token, string>> = {
  flex: secrets.flex.authToken,
  before: secrets.flex.previousAuthToken ?? '',
  frontline: secrets.frontline.authToken,
  empty: '',
  guessed: 'guessed',
};
/** Whose signature counts where. */
const GOOD: Readonly<Record<string, readonly Token[]>> = {
  '/chat-to-frontline': ['flex', 'before'],
  '/frontline-to-chat': ['frontline'],
  '/taskrouter-handler': ['flex', 'before', 'frontline'],
};

const NOTHING: FormValues = new Map();
const ORIGIN = 'http://127.0.0.1:3000';

/** Below the public address, as a URL has it. */
const calledOf = (draft: RequestDraft): { readonly path: string; readonly query: string } => {
  const { href, origin, search, hash } = new URL(ORIGIN + draft.path + draft.query);
  const target = href.slice(origin.length, href.length - hash.length);
  // An empty query's question mark is part of the address, and `search` does not show it.
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  return {
    path: path.startsWith(`${KEPT}/`) ? path.slice(KEPT.length) : path,
    query: mark < 0 ? search : target.slice(mark),
  };
};

const signatureFor = (draft: RequestDraft, address: string, form: FormValues): string | undefined => {
  const token = TOKENS[draft.token];
  switch (draft.signed) {
    case 'as sent':
      return signatureOf(token, address, form);
    case 'original':
      return signatureOf(token, address, new Map(draft.seed.params.map(([name, value]) => [name, [value]])));
    case 'bare':
      return signatureOf(token, address, NOTHING);
    case 'other address':
      return signatureOf(token, `https://other.example.com${draft.path}`, form);
    case 'garbled':
      return `${signatureOf(token, address, form).slice(2)}==\u00ff`;
    case 'missing':
      return undefined;
  }
};

const bodyOf = (draft: RequestDraft): Buffer => {
  if (draft.flow === 'none' || draft.method === 'GET' || draft.method === 'HEAD') return Buffer.alloc(0);
  return draft.bytes.reduce<Buffer>((bytes, change) => change(bytes), Buffer.from(written(draft.params)));
};

export const mutantRequest = (draft: RequestDraft): MutantRequest => {
  const { path, query } = calledOf(draft);
  const route = path.endsWith('/') ? path.slice(0, -1) : path;
  const body = bodyOf(draft);
  const form = said(body);
  const address = config.publicBaseUrl + path + query;
  const signature = signatureFor(draft, address, form ?? NOTHING);
  const headers: (readonly [string, string])[] = [...draft.headers];
  if (signature !== undefined) headers.push(['x-twilio-signature', signature]);
  // Two headers of one name are one, with a comma between.
  const given = headers.filter(([name]) => name === 'x-twilio-signature').map(([, value]) => value);
  const proven =
    form !== undefined &&
    (GOOD[route] ?? []).some((token) => signatureOf(TOKENS[token], address, form) === given.join(', '));
  return { method: draft.method, target: draft.path + draft.query, route, headers, body, form, proven };
};
