/** The `curl` lines of the documents, held to Twilio's own specifications and to the bridge's addresses. */
import { expect } from '@jest/globals';
import { specifications } from '../../local-twilio/validation/specifications.ts';
import { CALLBACKS, ROUTES, SECRET_FIELDS, SETTINGS } from '../../src/contract.ts';

type Schema = { readonly properties?: Readonly<Record<string, unknown>> };
type Operation = {
  readonly parameters?: readonly { readonly name?: string; readonly in?: string }[];
  readonly requestBody?: { readonly content?: Readonly<Record<string, { readonly schema?: Schema }>> };
};
const specs = specifications();

/** As a shell would split it, quotes taken off. */
const words = (line: string): readonly string[] =>
  [...line.matchAll(/(?:[^\s"]|"[^"]*")+/g)].map(([word]) => word.replaceAll('"', ''));

/** Names of the shell: those of .env, and those that the document says of what. */
const isKnown = (name: string, document: string): boolean =>
  [...SETTINGS, ...SECRET_FIELDS].some((one) => one === name) || document.includes(`\`${name}\``);

/** `/v2/Services/$CHAT_SERVICE_SID` is `/v2/Services/{Sid}`. */
const isPath = (specified: string, path: string): boolean => {
  const [is, should] = [path.split('/'), specified.split('/')];
  const fits = (part: string, n: number) =>
    should[n]?.startsWith('{') ? /^\$[A-Z_]+$/.test(part) : part === should[n];
  return is.length === should.length && is.every(fits);
};

const operationAt = (host: string, path: string, method: 'get' | 'post'): Operation | undefined => {
  const paths = (specs.get(host)?.paths ?? {}) as Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  return Object.entries(paths).find(([specified]) => isPath(specified, path))?.[1][method];
};

/** A line that asks Twilio names a resource that it has, and parameters that this takes. */
export const expectOfTwilio = (line: string, document: string): void => {
  for (const [, name = ''] of line.matchAll(/\$([A-Z_]+)/g))
    expect([name, isKnown(name, document)]).toEqual([name, true]);
  const all = words(line);
  const [address = ''] = all.filter((word) => /^(?:https:\/\/|ADDRESS\/)/.test(word));
  if (address.startsWith('ADDRESS')) {
    expect([...ROUTES, ...CALLBACKS]).toContain(address.replace('ADDRESS', '').replace(/\?.*$/, ''));
    return;
  }
  const [, host = '', path = '', query = ''] = /^https:\/\/([^/]+)(\/[^?]*)\??(.*)$/.exec(address) ?? [];
  const given = all
    .filter((_, n) => ['-d', '--data-urlencode'].includes(all[n - 1] ?? ''))
    .map((word) => word.split(/[=@]/)[0]);
  const operation = operationAt(host, path, given.length > 0 ? 'post' : 'get');
  expect([address, operation === undefined]).toEqual([address, false]);
  const fields = Object.values(operation?.requestBody?.content ?? {}).flatMap(({ schema }) =>
    Object.keys(schema?.properties ?? {}),
  );
  for (const name of given) expect(fields).toContain(name);
  const asked = (operation?.parameters ?? []).filter((one) => one.in === 'query').map(({ name }) => name);
  for (const [name] of new URLSearchParams(query)) expect(asked).toContain(name);
};
