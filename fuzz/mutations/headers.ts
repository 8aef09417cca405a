/** What happens to headers, the signature among them, to the address and the method. */
import { ROUTES } from '../../src/contract.ts';
import type { BackendFault, RequestDraft, SignedHow, Token } from '../draft.ts';
import { NAME, TEXT } from '../marks.ts';
import type { Mutation } from '../mutation.ts';
import { KEPT } from '../settings.ts';

const CONTENT_TYPES = [
  'application/x-www-form-urlencoded',
  'Application/X-WWW-Form-Urlencoded ; charset="utf-8"',
  'application/x-www-form-urlencoded;charset=UTF-8;',
  'application/x-www-form-urlencoded;\u00a0charset=utf-8',
  'application/x-www-form-urlencoded; charset=utf-16',
  'application/x-www-form-urlencoded; charset=utf-8; charset=utf-7',
  'application/json',
  'multipart/form-data; boundary=x',
  'text/plain',
  '',
  '*/*',
  `application/x-www-form-urlencoded; name="${TEXT}"`,
  `x${' '.repeat(2_000)}y`,
];

/** What no header may hold, as it comes through some doors all the same. */
const IMPOSSIBLE = ['\u0100', '\uFFFF', '\uD800', '👩', '\n', '\r\nx-evil: 1', '\0', '\u0001', '\u007F', TEXT];

const LENGTHS = ['0', '1', '262144', '262145', '-1', '1e9', 'NaN', '99999999999999999999', '', 'x'];

const STRANGE = [
  ['x-forwarded-host', 'evil.example.com'],
  ['x-original-url', '/taskrouter-handler'],
  ['x-http-method-override', 'DELETE'],
  ['transfer-encoding', 'chunked'],
  ['content-encoding', 'gzip'],
  ['expect', '100-continue'],
  ['host', 'evil.example.com'],
  ['x-twilio-signature', 'bm90IGEgc2lnbmF0dXJl'],
  ['i-twilio-idempotency-token', NAME],
  ['__proto__', 'x'],
  ['constructor', 'x'],
] as const;

const PATHS = [
  '/',
  '',
  '//',
  '/chat-to-frontline/',
  '/chat-to-frontline//',
  KEPT,
  `${KEPT}/`,
  `${KEPT}${KEPT}/chat-to-frontline`,
  `${KEPT}//chat-to-frontline`,
  '//chat-to-frontline',
  '/Chat-To-Frontline',
  '/chat%2Dto%2Dfrontline',
  '/x/../chat-to-frontline',
  '/chat-to-frontline;x',
  '/chat-to-frontline%00',
  '/chat-to-frontline\\',
  '/__proto__',
  '/constructor',
  `/${NAME}`,
  ...ROUTES,
  ...ROUTES,
];

const QUERIES = [
  '?',
  '??',
  '?a=1&a=2',
  "?x='%20%27",
  `?from=${TEXT}`,
  '?EventType=onMessageSent&AccountSid=x',
  '?bodySHA256=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '?%',
  '?%ED%A0%80',
  '#fragment',
  '?x#y',
  `?${'x'.repeat(8_000)}`,
];

const METHODS = ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'post', 'POST ', 'FOO', '__proto__'];
const TOKENS: readonly Token[] = ['flex', 'before', 'frontline', 'empty', 'guessed'];
const SIGNED: readonly SignedHow[] = ['original', 'original', 'bare', 'other address', 'garbled', 'missing'];
const FAULTS: readonly BackendFault[] = [
  'queue refuses',
  'queue refuses',
  'queue refuses one',
  'queue throws',
  'queue hangs',
  'no secrets',
  'secrets hang',
  'journal throws',
];

const put = (draft: RequestDraft, name: string, value: string): void => {
  draft.headers = [...draft.headers.filter(([one]) => one !== name), [name, value]];
};

export const headerMutations: readonly Mutation[] = [
  { name: 'a content type', weight: 5, on: (draft, dice) => put(draft, 'content-type', dice.pick(CONTENT_TYPES)) },
  { name: 'a false length', weight: 2, on: (draft, dice) => put(draft, 'content-length', dice.pick(LENGTHS)) },
  {
    name: 'a strange header',
    weight: 3,
    on: (draft, dice) => {
      const [name, value] = dice.pick(STRANGE);
      draft.headers.push([name, value]);
    },
  },
  {
    name: 'an impossible value in a header',
    weight: 3,
    on: (draft, dice) => {
      const name = dice.pick(['content-type', 'content-length', 'x-twilio-signature', 'user-agent', 'cookie']);
      const [, before = ''] = draft.headers.find(([one]) => one === name) ?? [];
      put(draft, name, before + dice.pick(IMPOSSIBLE));
    },
  },
  {
    name: 'a header less',
    weight: 1,
    on: (draft, dice) => {
      const index = dice.between(0, draft.headers.length - 1);
      draft.headers = draft.headers.filter((_, n) => n !== index);
    },
  },
  {
    name: 'signed otherwise',
    weight: 6,
    on: (draft, dice) => {
      draft.signed = dice.pick(SIGNED);
    },
  },
  {
    name: 'signed by another',
    weight: 6,
    on: (draft, dice) => {
      draft.token = dice.pick(TOKENS);
    },
  },
  {
    name: 'another path',
    weight: 4,
    on: (draft, dice) => {
      draft.path = dice.pick(PATHS);
    },
  },
  {
    name: 'a path that the proxy kept',
    weight: 4,
    on: (draft) => {
      draft.path = KEPT + draft.path;
    },
  },
  {
    name: 'a slash at the end',
    weight: 2,
    on: (draft) => {
      draft.path += '/';
    },
  },
  {
    name: 'a query',
    weight: 4,
    on: (draft, dice) => {
      draft.query = dice.pick(QUERIES);
    },
  },
  {
    name: 'another method',
    weight: 2,
    on: (draft, dice) => {
      draft.method = dice.pick(METHODS);
    },
  },
  {
    name: 'trouble behind it',
    weight: 6,
    on: (draft, dice) => {
      draft.fault = dice.pick(FAULTS);
    },
  },
];
