/**
 * Who may ask the page's server anything: the page itself, in a browser on this machine. A foreign site's script can
 * reach a local port too, also under a name of its own that it lets point here (DNS rebinding), but then Host or Origin
 * tells. https://owasp.org/www-community/attacks/csrf
 */
import type { IncomingMessage } from 'node:http';

const isOwnHost = (host: string | undefined): boolean =>
  /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/.test(host ?? '');

/** undefined when the request may pass, else why not. */
export const whyRefused = ({ headers, method }: Pick<IncomingMessage, 'headers' | 'method'>): string | undefined => {
  if (!isOwnHost(headers.host)) return 'this page is for this machine only: open it as http://localhost';
  const { origin } = headers;
  if (origin !== undefined && origin !== `http://${headers.host}`) return 'not from this page';
  const site = headers['sec-fetch-site'];
  const navigates = headers['sec-fetch-mode'] === 'navigate' && method === 'GET';
  if (site !== undefined && site !== 'same-origin' && site !== 'none' && !navigates) return 'not from this page';
  if (method === 'POST' && !/^application\/json\b/.test(headers['content-type'] ?? '')) return 'JSON only';
  return undefined;
};
