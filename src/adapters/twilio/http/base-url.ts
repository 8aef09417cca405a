/**
 * Where a Twilio URL is really sent. With a base, `https://HOST/PATH` goes to `BASE/HOST/PATH`, so that a local Twilio
 * can stand in for every host; a URL that lies under the base already is left alone.
 */
export const wireUrl = (baseUrl: string | undefined, url: string): string => {
  if (baseUrl === undefined) return url;
  const base = baseUrl.replace(/\/+$/, '');
  if (url.startsWith(`${base}/`)) return url;
  return `${base}/${url.replace(/^https?:\/\//, '')}`;
};

/** Whether the URL is one of Twilio's own; another host's is never sent to the base. */
export const isTwilioUrl = (url: string): boolean => {
  const { hostname } = new URL(url);
  return hostname === 'twilio.com' || hostname.endsWith('.twilio.com');
};
