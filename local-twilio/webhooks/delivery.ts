/** Signs webhooks, sends them, sends them again by the product's rule, and loses, delays, doubles or swaps them. */
import webhooks from 'twilio/lib/webhooks/webhooks.js';
import type { Faults } from '../faults.ts';
import type { AccountName } from '../model.ts';
import { newUuid, type Random } from '../sid.ts';
import type { DeliverWebhook, Timers, Webhook, WebhookAnswer, WebhookCall } from '../world.ts';

export type WebhookDelivery = {
  readonly send: (webhook: Webhook) => void;
  /** Webhooks neither answered nor given up yet. */
  readonly underway: () => number;
  /** Resolves as soon as none is under way. */
  readonly settled: () => Promise<void>;
};

type DeliveryDeps = {
  readonly now: () => number;
  readonly random: Random;
  readonly after: Timers['after'];
  readonly deliver: DeliverWebhook;
  readonly faults: Faults;
  readonly retryMs: () => number;
};

const call = (token: string, webhook: Webhook, attempt: number, signal: AbortSignal): WebhookCall => {
  const params = webhook.countsRetries ? { ...webhook.params, RetryCount: String(attempt) } : webhook.params;
  const form = new URLSearchParams(params).toString();
  const get = webhook.method === 'GET';
  const url = get ? `${webhook.url}${webhook.url.includes('?') ? '&' : '?'}${form}` : webhook.url;
  const signed = webhooks.getExpectedTwilioSignature(webhook.account.authToken, url, get ? {} : params);
  return {
    account: webhook.account.name,
    url,
    method: webhook.method,
    headers: {
      'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
      'i-twilio-idempotency-token': token,
      'x-twilio-signature': signed,
      'x-home-region': 'us1',
      'user-agent': 'TwilioProxy/1.1',
      accept: '*/*',
    },
    body: get ? '' : form,
    signal,
  };
};

export const createDelivery = ({ now, random, after, deliver, faults, retryMs }: DeliveryDeps): WebhookDelivery => {
  let underway = 0;
  let waiting: (() => void)[] = [];
  const held = new Map<AccountName, (overtaken: boolean) => void>();

  const pause = (ms: number): Promise<void> => new Promise((resolve) => after(ms, resolve));

  const attempt = (token: string, webhook: Webhook, number: number): Promise<WebhookAnswer> => {
    const patience = new AbortController();
    return new Promise((resolve, reject) => {
      const cancel = after(webhook.rule.timeoutMs, () => {
        resolve('timeout');
        patience.abort();
      });
      deliver(call(token, webhook, number, patience.signal)).then((delivered) => {
        cancel();
        resolve(delivered);
      }, reject);
    });
  };

  const tries = async (webhook: Webhook): Promise<void> => {
    const end = now() + webhook.rule.budgetMs;
    const token = newUuid(random);
    for (let number = 0; ; number += 1) {
      const delivered = await attempt(token, webhook, number);
      if (number >= webhook.rule.retries || !webhook.rule.retryOn(delivered) || now() >= end) return;
      await pause(retryMs());
    }
  };

  const track = async (work: () => Promise<void>): Promise<void> => {
    underway += 1;
    try {
      await work();
    } finally {
      underway -= 1;
      if (underway === 0) {
        const resolve = waiting;
        waiting = [];
        for (const done of resolve) done();
      }
    }
  };

  /** Its turn comes when the next webhook of the account has gone, or after `maxMs`. */
  const hold = (account: AccountName, maxMs: number, type: string): Promise<void> =>
    new Promise((resolve) => {
      const go = (overtaken: boolean) => {
        cancel();
        if (held.get(account) === go) held.delete(account);
        if (overtaken) faults.happened('webhook.swapped', account, type);
        resolve();
      };
      const cancel = after(maxMs, () => go(false));
      held.set(account, go);
    });

  const once = async (webhook: Webhook): Promise<void> => {
    const account = webhook.account.name;
    const type = webhook.params.EventType ?? '';
    const delayed = faults.meets('webhook.delayed', account, type);
    if (delayed !== undefined) await pause(random() * delayed.maxMs);
    const neighbour = held.get(account);
    if (neighbour !== undefined) {
      held.delete(account);
      await tries(webhook);
      neighbour(true);
      return;
    }
    const swapped = faults.draws('webhook.swapped', account, type);
    if (swapped !== undefined) await hold(account, swapped.maxMs, type);
    await tries(webhook);
  };

  return {
    send: (webhook) => {
      const account = webhook.account.name;
      const type = webhook.params.EventType ?? '';
      if (faults.meets('webhook.lost', account, type) !== undefined) return;
      const doubled = faults.meets('webhook.doubled', account, type);
      void track(() => once(webhook));
      if (doubled !== undefined)
        void track(async () => {
          await pause(random() * doubled.maxMs);
          await tries(webhook);
        });
    },
    underway: () => underway,
    settled: () => (underway === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
  };
};
