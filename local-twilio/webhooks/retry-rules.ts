/** How often and when Twilio calls again: it differs by product. Times in milliseconds. */
import type { RetryRule, WebhookAnswer } from '../world.ts';

/** Programmable Chat: again "if the request times out (after 5 seconds) or it receives a 429, 503, or 504". */
export const chatRule = (retries: number): RetryRule => ({
  timeoutMs: 5000,
  budgetMs: Number.POSITIVE_INFINITY,
  retries,
  retryOn: (delivered) =>
    delivered === 'timeout' || (typeof delivered === 'object' && [429, 503, 504].includes(delivered.status)),
});

/** Conversations: no setting for retries exists, so none are made. */
export const conversationsRule: RetryRule = { timeoutMs: 5000, budgetMs: 5000, retries: 0, retryOn: () => false };

const kind = (delivered: WebhookAnswer): string => {
  if (delivered === 'refused') return 'ct';
  if (delivered === 'timeout') return 'rt';
  return `${Math.floor(delivered.status / 100)}xx`;
};

const bounded = (text: string | null, low: number, high: number, usual: number): number => {
  const value = Number(text);
  return text === null || !Number.isInteger(value) || value < low || value > high ? usual : value;
};

/**
 * Everything else: the connection overrides in the URL's fragment (rc, rp, rt, tt), which is no part of the URL called.
 * https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
 */
export const fragmentRule = (configured: string): { readonly url: string; readonly rule: RetryRule } => {
  const [url = '', fragment = ''] = configured.split('#', 2);
  const overrides = new URLSearchParams(fragment);
  const policies = (overrides.get('rp') ?? 'ct').split(',');
  return {
    url,
    rule: {
      timeoutMs: bounded(overrides.get('rt'), 100, 15_000, 15_000),
      budgetMs: bounded(overrides.get('tt'), 100, 15_000, 15_000),
      retries: bounded(overrides.get('rc'), 0, 5, 1),
      retryOn: (delivered) =>
        policies.includes(kind(delivered)) ||
        (policies.includes('all') && (typeof delivered === 'string' || delivered.status >= 400)),
    },
  };
};
