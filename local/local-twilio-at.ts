/** The local Twilio's own interface for persons, faults and reads, wherever it runs: see docs/local-twilio.md. */

export type LocalTwilioAt = {
  readonly get: (path: string) => Promise<unknown>;
  readonly post: (path: string, body: unknown) => Promise<unknown>;
  readonly clear: (path: string) => Promise<void>;
};

export class NoLocalTwilio extends Error {
  constructor(url: string, why: string, cause?: unknown) {
    super(`no local Twilio answers at ${url}: ${why}`, { cause });
    this.name = 'NoLocalTwilio';
  }
}

const PATIENCE_MS = 5000;

/** What was asked for wrongly, in the local Twilio's words. */
export class NotAllowed extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'NotAllowed';
  }
}

const reason = (answer: unknown): string =>
  typeof answer === 'object' && answer !== null && 'error' in answer ? String(answer.error) : 'refused';

/**
 * Every call throws {@link NoLocalTwilio} when nothing there answers as the local Twilio does, {@link NotAllowed} when
 * it refuses.
 */
export const localTwilioAt = (url: string): LocalTwilioAt => {
  const ask = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`${url}/_local/${path}`, {
      method,
      signal: AbortSignal.timeout(PATIENCE_MS),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch((cause: unknown) => {
      throw new NoLocalTwilio(url, 'no connection', cause);
    });
    const answer: unknown = await response.json().catch((cause: unknown) => {
      throw new NoLocalTwilio(url, `status ${response.status} without JSON`, cause);
    });
    if (response.status === 400) throw new NotAllowed(reason(answer));
    if (!response.ok) throw new NoLocalTwilio(url, `status ${response.status}`);
    return answer;
  };
  return {
    get: (path) => ask('GET', path),
    post: (path, body) => ask('POST', path, body),
    clear: async (path) => {
      await ask('DELETE', path);
    },
  };
};
