/** What the endpoint looks at of a request, however it came in: nothing else can make it fail. */

/** The headers that are read. */
export const READ_HEADERS = ['content-type', 'content-length', 'x-twilio-signature', 'origin'] as const;
export type ReadHeader = (typeof READ_HEADERS)[number];

export const headerOf = (request: Request, name: ReadHeader): string => request.headers.get(name) ?? '';

export type Incoming = {
  readonly method: string;
  /** Path and query, as they came. */
  readonly target: string;
  /** undefined when there is none; more of one name are joined by commas. */
  readonly header: (name: ReadHeader) => string | undefined;
  /** Looked at only of a POST. */
  readonly body: () => Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;
};

/** What no header may hold, so that no value with it is valid: https://www.rfc-editor.org/rfc/rfc9110#section-5.5 */
const impossible = /[^\t\x20-\x7e\x80-\xff]/g;

/** Without a body, and taken as they are. */
const BARE_METHODS = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Never throws. A method that no route takes becomes PUT, for one is as wrong as the other, and the web's Request takes
 * some not at all. A value that no header may hold stays wrong with `?` in it.
 */
export const requestFrom = ({ method, target, header, body }: Incoming): Request => {
  const headers = new Headers();
  for (const name of READ_HEADERS) {
    const value = header(name);
    if (value !== undefined) headers.set(name, value.replace(impossible, '?'));
  }
  const url = `http://bridge${target.startsWith('/') ? '' : '/'}${target}`;
  return method === 'POST'
    ? new Request(url, { method, headers, body: body(), duplex: 'half' } as RequestInit)
    : new Request(url, { method: BARE_METHODS.includes(method) ? method : 'PUT', headers });
};
